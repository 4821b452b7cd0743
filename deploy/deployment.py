"""One deployment: where its things are, and its steps in order."""
import dataclasses
import functools
import os
import pathlib

from deploy import before, release, window
from deploy.journal import Journal
from deploy.names import DISCARDED, ROLLBACK, WORK, beside
from deploy.odoo import Odoo
from deploy.point import Databases
from deploy.postgres import Server
from deploy.service import Service
from deploy.settings import Settings
from deploy.steps import AGAIN, BACK, Step


@dataclasses.dataclass
class Deployment:
    """The settings, the journal and all that steps and the way back need."""
    settings: Settings
    journal: Journal

    def __post_init__(self):
        self.server = Server(self.settings)
        self.databases = Databases(self.server)
        self.service = Service(self.settings)
        self.odoo = Odoo(self.settings)
        self.copy, self.work, self.discarded = (
            beside(self.journal.id, kind) for kind in (ROLLBACK, WORK, DISCARDED))
        self.files = pathlib.Path(os.path.realpath(self.settings.filestore))
        self.snapshot = self.files.parent / self.copy

    def log(self, name):
        """Path of a log file of this deployment."""
        return self.journal.folder / 'logs' / f'{name}.log'

    def picture(self, name):
        """Path of a stored picture of the database: ``before`` or ``after``."""
        return self.journal.folder / f'{name}.json'

    @property
    def release(self):
        """The staged release, or None before there is one."""
        return release.load(self.journal.folder)

    @property
    def facts(self):
        return self.journal.facts()

    def begun(self, step):
        return any(entry['event'] == 'begin' and entry.get('step') == step for entry in self.journal.entries())

    def ended(self, step):
        return any(entry['event'] == 'end' and entry.get('step') == step for entry in self.journal.entries())

    @property
    def unfinished(self):
        """True when it was broken off: on its way forth or back."""
        return self.journal.unfinished

    def steps(self):
        """The whole deployment. Up to ``backup`` nothing is touched; from ``stop`` on a failure leads back."""
        return [Step(name, title, functools.partial(do, self), resumed) for name, title, do, resumed in STEPS]


STEPS = (
    ('preflight', 'look at the server', before.preflight, AGAIN),
    ('code', 'fetch and check the new code', before.code, AGAIN),
    ('backup', 'backup, the service stays up', before.backup, AGAIN),
    ('stop', 'stop the service', window.stop, AGAIN),
    ('close', 'close the database', window.close, AGAIN),
    ('point', 'rollback point', window.point, AGAIN),
    ('switch', 'switch the code', window.switch, AGAIN),
    ('upgrade', 'upgrade the database', window.upgrade, BACK),
    ('compare', 'compare old and new, try the new version', window.compare, AGAIN),
    ('start', 'open the database and start the service', window.start, AGAIN),
    ('check', 'check the running service', window.check, AGAIN),
    ('accept', 'accept', window.accept, AGAIN),
)
