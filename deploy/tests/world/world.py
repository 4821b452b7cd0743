"""One server to deploy on: a database, its files, Odoo with two workers as a service, the addon's folder, deploy.toml.

Everything lies in one folder and one database of its own; all of it is gone when the block ends.
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from deploy.tests.world import release, template
from deploy.tests.world.template import quoted
from dev import house
from dev.process import output
from dev.report import Exit, Stop
from dev.rpc import Client

ODD_NAME = 'it\'s the "books" of-2026'
START_LIMIT = 120  # seconds
SERVICE = pathlib.Path(__file__).with_name('service.sh')
GATE = pathlib.Path(__file__).with_name('gate')


class World:
    """See :func:`made`."""

    def __init__(self, worlds, folder, database, code='git', **more):
        self.worlds, self.folder, self.database, self.code = worlds, folder, database, code
        self.databases = worlds.databases
        self.port, self.other_port = house.free_port(), house.free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.addons = folder / 'addons'
        self.backups = folder / 'backups'
        self.conf, self.log, self.toml = folder / 'odoo.conf', folder / 'odoo.log', folder / 'deploy.toml'
        self.data = folder / 'data'
        self.size = {name: more.pop(name) for name in ('payments', 'files', 'size') if name in more}
        self.more = more
        self.upstream = folder / 'upstream'
        self.helpers, self.mounts, self.spaces, self.spare = [], [], [], []
        self.notes, self.extra_words = {}, ()

    @property
    def addon(self):
        """The folder of the addon as Odoo finds it."""
        return self.addons / house.MODULE

    @property
    def tree(self):
        """The folder in which new releases are made."""
        return self.upstream if self.code == 'git' else self.upstream / house.MODULE

    @property
    def code_place(self):
        """The folder that really holds the addon's folder."""
        return self.folder / 'code' if self.code == 'symlink' else self.addons

    @property
    def filestore(self):
        return self.data / 'filestore' / self.database

    # Making

    def make(self):
        source = self.worlds.template(**self.size)
        self.admin(f'CREATE DATABASE {quoted(self.database)} TEMPLATE {quoted(source)} OWNER {template.ROLE}')
        self.admin(f'COMMENT ON DATABASE {quoted(self.database)} IS \'the books\'',
                   f'ALTER DATABASE {quoted(self.database)} SET statement_timeout = \'20min\'')
        shutil.copytree(self.databases.filestore(source), self.filestore)
        for path in (self.addons, self.backups):
            path.mkdir()
        self.backups.chmod(0o700)
        release.first(self)
        self.write_conf()
        self.write_toml()

    def write_conf(self, **more):
        """odoo.conf, with these values changed."""
        server = self.databases.server
        places = ','.join(map(str, (self.addons, *self.worlds.home.odoo.addons)))
        values = {
            'db_host': server.host, 'db_port': server.port, 'db_user': server.user, 'db_name': self.database,
            'addons_path': places, 'data_dir': self.data, 'logfile': self.log, 'pidfile': self.folder / 'odoo.pid',
            'http_port': self.port, 'gevent_port': self.other_port, 'http_interface': '127.0.0.1', 'workers': 2,
            'max_cron_threads': 1, 'list_db': False, 'admin_passwd': 'not-for-anybody', 'db_maxconn': 16, **more}
        self.conf.write_text('[options]\n' + ''.join(f'{name} = {value}\n' for name, value in values.items()))
        self.conf.chmod(0o600)

    def write_toml(self, **more):
        """deploy.toml, with these settings changed; None takes one out."""
        service = [str(self.folder / 'service.sh')]
        values = {
            'conf': self.conf, 'module': house.MODULE, 'backup_dir': self.backups,
            'odoo': self.worlds.home.odoo.command(self.worlds.home.python), 'start': [*service, 'start'],
            'stop': [*service, 'stop'], 'status': [*service, 'status'], 'pg_bin': template.programs(),
            'start_limit': 90, 'upgrade_limit': 300, **release.source(self), **self.more, **more}
        lines = [f'{name} = {_toml(value)}\n' for name, value in values.items() if value is not None]
        self.toml.write_text(''.join(lines))
        shutil.copy(SERVICE, self.folder / 'service.sh')
        program = ' '.join(map(str, values['odoo']))
        (self.folder / 'service.env').write_text(
            f'ODOO="{program}"\nexport PYTHONPATH="{self.worlds.home.odoo.root}"\n')

    # The service

    def service(self, word):
        """Exit code of the service's script."""
        return subprocess.run([self.folder / 'service.sh', word], check=False, timeout=START_LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    def start(self):
        """Returns once the service answers."""
        if self.service('start'):
            raise Stop(Exit.ODOO_FAILED, f'The service did not start; its log: {self.log}.', '')
        end = time.monotonic() + START_LIMIT
        while self.login_page() != 200:
            if time.monotonic() > end:
                raise Stop(Exit.TIME_LIMIT, f'The service does not answer; its log: {self.log}.', '')
            time.sleep(0.3)

    def login_page(self):
        """HTTP status of the login page; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f'{self.url}/web/login', timeout=30) as answer:
                return answer.status if b'name="login"' in answer.read() else 1
        except urllib.error.HTTPError as error:
            return error.code
        except (urllib.error.URLError, OSError):
            return 0

    def client(self, login):
        return Client(self.url, self.database, login)

    def until(self, true, limit=60):
        """Waits until something is true; AssertionError when it does not become so."""
        end = time.monotonic() + limit
        while not true():
            assert time.monotonic() < end, f'nothing came within {limit} s'
            time.sleep(0.2)

    def processes(self):
        """(pid, command line) of everything that runs in this world."""
        for path in pathlib.Path('/proc').glob('[0-9]*'):
            with contextlib.suppress(OSError):
                words = (path / 'cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace').strip()
                if str(self.folder) in words and int(path.name) != os.getpid():
                    yield int(path.name), words

    # The tool

    def tool(self, *words, cwd=None, gate=None, python=None, **variables):
        """The tool, started from the addon's folder with the service's Python; its output goes to ``tool.log``."""
        out = open(self.folder / 'tool.log', 'ab')  # noqa: SIM115
        with out:
            return subprocess.Popen(
                [python or self.worlds.home.python, '-m', 'deploy', *words, '--config', str(self.toml)],
                cwd=cwd or (self.addon if self.addon.is_dir() else self.tree), stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True, env=self.environment(gate, **variables))

    def environment(self, gate=None, **variables):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(('PG', 'ONLY', 'MAKE'))}
        return {**clean, 'PYTHONDONTWRITEBYTECODE': '1', 'PYTHONUNBUFFERED': '1',
                **(gate.variables() if gate else {}), **variables}

    def run(self, *words, limit=900, **options):
        """(exit code, output) of the tool run to its end."""
        begin = self.output_size()
        process = self.tool(*words, **options)
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = -9
        return code, self.output(begin)

    def output_size(self):
        path = self.folder / 'tool.log'
        return path.stat().st_size if path.exists() else 0

    def output(self, begin=0):
        return (self.folder / 'tool.log').read_bytes()[begin:].decode(errors='replace')

    # PostgreSQL

    def sql(self, *statements, database=None):
        """Rows of the last statement in the world's database, as the superuser."""
        return self.worlds.admin.sql(*statements, database=database or self.database)

    def admin(self, *statements):
        return self.worlds.admin.sql(*statements)

    def end(self):
        """Stops everything and removes it."""
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            self.service('stop')
        for number, _words in list(self.processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        for helper in self.helpers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(helper.pid, signal.SIGKILL)
        for name in (self.database, *self.made_databases(), *self.spare):
            template.drop(self.worlds.admin, name)
        for name in self.spaces:
            self.admin(f'DROP TABLESPACE IF EXISTS {quoted(name)}')
        for path in reversed(self.mounts):
            output(['umount', path])
        shutil.rmtree(self.folder, ignore_errors=True)

    def made_databases(self):
        """Databases that the tool made."""
        rows = self.admin("SELECT datname FROM pg_database WHERE starts_with(datname, 'deploy_') ORDER BY 1")
        return [row[0] for row in rows]


def _toml(value):
    """A value of TOML; JSON writes strings, numbers and lists the same way."""
    if isinstance(value, (list, tuple)):
        return json.dumps([str(part) for part in value])
    return json.dumps(value if isinstance(value, (int, bool)) else str(value))


@contextlib.contextmanager
def made(worlds, database='books', service=True, **options):
    """A world while the block lasts, its service running."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='w-', dir=template.place()))
    folder.chmod(0o755)
    world = World(worlds, folder, database, **options)
    try:
        world.make()
        if service:
            world.start()
        yield world
    finally:
        world.end()
