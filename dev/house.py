"""All that a command needs to work with Odoo: the Odoo, its Python, a server, databases, and how to start it."""
import contextlib
import dataclasses
import os
import pathlib
import socket

from dev import cache, find_odoo, postgres, python_env
from dev.database import Databases
from dev.process import ROOT, run, started, tail
from dev.report import Exit, Stop, say, step

MODULE = cache.NAME
NOT_THE_ADDON = {'dev', 'deploy', 'bench', 'docs', 'tests', 'legacy', '__pycache__'}

# Scripts and styles are bundled once here, not again in every copy: it takes longer than the tests of a small addon.
ASSETS = """
env['ir.qweb']._pregenerate_assets_bundles()
env.cr.commit()
"""


@dataclasses.dataclass
class House:
    """See :func:`opened`."""
    odoo: find_odoo.Odoo
    python: str
    extra: dict
    databases: Databases
    wrap: tuple = ()  # what Python runs Odoo by: a module such as coverage, with its arguments

    def command(self, *arguments, first=()):
        """An Odoo command line; ``first`` goes before everything, as a subcommand does."""
        places = ','.join(map(str, (cache.addons_folder(), *self.odoo.addons)))
        python, *program = self.odoo.command(self.python)
        return [python, *self.wrap, *program, *first, f'--addons-path={places}',
                f'--data-dir={self.databases.files}', *self.databases.server.odoo_arguments(), *arguments]

    def with_addons(self):
        """The same house with the addons of dev/requirements-coexist.txt on Odoo's path."""
        folder = python_env.addons('coexist', self.python)
        return dataclasses.replace(self, odoo=dataclasses.replace(self.odoo, addons=(*self.odoo.addons, folder)))

    def environment(self):
        return {**os.environ, **self.extra, 'ODOO_RC': os.devnull, 'PYTHONUNBUFFERED': '1'}

    def run(self, database, log, *arguments, first=(), text=None):
        """Runs Odoo on a database until it stops by itself; returns its exit code."""
        command = self.command('-d', database, '--max-cron-threads=0', f'--http-port={free_port()}',
                               '--http-interface=127.0.0.1', *arguments, first=first)
        log.unlink(missing_ok=True)
        return run(command, log, time_limit(), text=text, env=self.environment())

    def start(self, database, log, *arguments):
        """An Odoo that serves while the block lasts."""
        log.unlink(missing_ok=True)
        return started(self.command('-d', database, *arguments), log, env=self.environment())

    def need(self, database, log, *arguments):
        """Like :meth:`run`, for installations: stops when Odoo did not finish the work."""
        code = self.run(database, log, '--stop-after-init', *arguments)
        text = log.read_text(errors='replace')
        if code or 'Modules loaded.' not in text or ' CRITICAL ' in text:
            raise Stop(Exit.ODOO_FAILED, f'Odoo failed:\n{tail(log, 15)}\n  the whole log: {log}.', '')

    def install_plain(self, database, log, module):
        """Installs a module without its demo data into a database that holds those of others."""
        rows = self.databases.sql("SELECT name FROM ir_module_module WHERE demo AND state = 'installed'",
                                  database=database)
        self.databases.sql('UPDATE ir_module_module SET demo = false', 'SELECT 1', database=database)
        self.need(database, log, '-i', module, '--without-demo=all')
        self.databases.sql(('UPDATE ir_module_module SET demo = true WHERE name = ANY(%s)', [[name for name, in rows]]),
                           'SELECT 1', database=database)

    def template(self):
        """Name of the database of this Odoo build with ``account`` and demo data, made at the first call."""
        name = self.databases.name('tpl', cache.digest(self.odoo.build, ASSETS))
        with cache.lock(cache.folder() / 'template.lock'):
            if not self.databases.exists(name):
                with step('template database: account with demo data, scripts and styles (once for each Odoo build)'):
                    self._make_template(name)
        return name

    def _make_template(self, name):
        half = self.databases.passing('tpl')
        try:
            self.databases.create(half)
            self.need(half, logs() / 'template.log', '-i', 'account')
            self.run(half, logs() / 'template-assets.log', first=('shell',), text=ASSETS)
            self.databases.rename(half, name)
        except BaseException:
            self.databases.drop(half)
            raise


@contextlib.contextmanager
def opened():
    """A House while the block lasts; stops the private server at the end."""
    with step('find Odoo 17'):
        odoo = find_odoo.find()
        say(f'   Odoo {odoo.release} in {odoo.root}')
    python, extra = python_env.for_odoo(odoo)
    with postgres.server() as server:
        databases = Databases(server, python)
        databases.check_rights()
        gone = databases.drop_left_over()
        if gone:
            say(f'   dropped databases of an interrupted run: {", ".join(gone)}')
        yield House(odoo, python, extra, databases)


def logs():
    """The folder of this checkout's logs: two checkouts may share a cache folder."""
    path = cache.folder() / 'logs' / cache.digest(ROOT)
    path.mkdir(parents=True, exist_ok=True)
    return path


def time_limit():
    """Seconds that one run of Odoo may take."""
    return float(os.environ.get('PAE_TIME_LIMIT') or 1500)


def allow(hours):
    """Gives each run of Odoo that long, unless PAE_TIME_LIMIT says otherwise."""
    os.environ.setdefault('PAE_TIME_LIMIT', str(3600 * hours))


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def fingerprint():
    """Changes when a file that Odoo loads from the addon changes."""
    files = sorted(path for path in ROOT.rglob('*') if path.is_file() and _loaded(path.relative_to(ROOT)))
    return cache.digest(*(f'{path.relative_to(ROOT)} {cache.digest(path.read_bytes())}' for path in files), size=16)


def _loaded(path: pathlib.Path):
    """True for the manifest, Python, data and static files of the addon."""
    hidden = any(part.startswith('.') for part in path.parts)
    code = len(path.parts) > 1 or path.suffix == '.py'
    return code and not hidden and not NOT_THE_ADDON.intersection(path.parts) and path.suffix != '.pyc'
