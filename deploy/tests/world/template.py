"""What every world is copied from, made once: books of earlier days, then the addon installed over them.

The databases live in a private PostgreSQL that belongs to this checkout alone: faults restart it at will.
"""
import contextlib
import os
import pathlib
import shutil
import time

from dev import cache, house, logins, postgres
from dev.database import Databases
from dev.house import House
from dev.postgres import Server
from dev.process import ROOT, output, run
from dev.report import Exit, Stop, step

ROLE = 'service'  # owns the databases and may create some, as Odoo's documentation says; no superuser
SCRIPT = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from deploy.tests.world import books, people
"""


def place():
    """The folder of everything that belongs to the worlds of this checkout."""
    path = cache.server_folder() / f'world-{cache.digest(ROOT)}'
    path.mkdir(mode=0o755, exist_ok=True)
    return path


class Worlds:
    """The private server of the worlds and the templates in it. See :func:`opened`."""

    def __init__(self, home, cluster):
        self.home, self.cluster = home, cluster
        self.admin = Databases(Server(str(cluster.socket), '5432', postgres.ROLE), home.python)
        self.house = House(home.odoo, home.python, home.extra,
                           Databases(Server(str(cluster.socket), '5432', ROLE), home.python))
        self.databases = self.house.databases
        self.templates = {}
        self.databases.files = self.admin.files = place() / 'data'

    def prepare(self):
        """The role of the service; leftovers of an interrupted run go."""
        for name in (ROLE, f'{ROLE}_other'):
            if not self.admin.sql(('SELECT 1 FROM pg_roles WHERE rolname = %s', [name])):
                self.admin.sql(f'CREATE ROLE {name} LOGIN CREATEDB')
        self.settle()
        self.databases.drop_left_over()
        self.clear()

    def settle(self):
        """Role and server have the settings that every world begins with."""
        self.admin.sql(f'ALTER ROLE {ROLE} RESET ALL', f'ALTER ROLE {ROLE} CREATEDB INHERIT',
                       'ALTER SYSTEM RESET ALL', 'SELECT pg_reload_conf()')
        self.ask_password()

    def clear(self):
        """Worlds, their volumes and databases that an interrupted run left."""
        for line in pathlib.Path('/proc/mounts').read_text().splitlines():
            if line.split()[1].startswith(f'{place()}/w-'):
                output(['umount', line.split()[1]])
        kept = {'postgres', *self.databases.names()}
        for name, in self.admin.sql('SELECT datname FROM pg_database WHERE datname !~ \'^template[01]$\''):
            if name not in kept:
                drop(self.admin, name)
        for name, in self.admin.sql("SELECT spcname FROM pg_tablespace WHERE spcname !~ '^pg_'"):
            self.admin.sql(f'DROP TABLESPACE {quoted(name)}')
        for path in place().glob('w-*'):
            shutil.rmtree(path, ignore_errors=True)

    def ask_password(self, password=None):
        """PostgreSQL asks the service's role for this password from now on; without one it asks for none."""
        rules = self.cluster.data / 'pg_hba.conf'
        line = f'local all {ROLE} scram-sha-256\n'
        text = rules.read_text().replace(line, '')
        rules.write_text(f'{line}{text}' if password else text)
        self.admin.sql((f'ALTER ROLE {ROLE} PASSWORD %s', [password or ROLE]), 'SELECT pg_reload_conf()')

    def restart(self, mode='immediate'):
        """Restarts the server as after a crash (``immediate``) or by an administrator (``fast``)."""
        self.cluster._need('pg_ctl', '-D', self.cluster.data, '-l', self.cluster.data / 'server.log', '-m', mode, '-w',
                           '-t', '120', 'restart')

    def wake(self):
        """Starts the server where a fault left it down, and waits until it takes sessions."""
        end = time.monotonic() + 120
        while True:
            with contextlib.suppress(Stop):
                if not self.cluster.running():
                    self.cluster._start()
                return self.admin.sql('SELECT 1')
            if time.monotonic() > end:
                raise Stop(Exit.POSTGRES_FAILED, 'The server of the worlds does not come up again.', 'make clean')
            time.sleep(1)

    def template(self, payments=5000, files=300, size=20_000):
        """Name of a database with the addon as it is now, over so many payments and attachments."""
        if payments not in self.templates:
            with cache.lock(place() / f'template{payments}.lock'):
                source = self._made(f'books{payments}', self._make_books, payments, files, size)
                self.templates[payments] = self._made(f'world{payments}', self._make_world, source,
                                                      house.fingerprint())
        return self.templates[payments]

    def _made(self, kind, make, *values):
        """A database by what it is made of; those of the same kind made of something else go."""
        text = ''.join(pathlib.Path(__file__).with_name(f'{part}.py').read_text() for part in ('books', 'people'))
        name = self.databases.name(kind, cache.digest(self.home.odoo.build, text, *values))
        if self.databases.exists(name):
            return name
        self.databases.drop(*(old for old in self.databases.names() if old.startswith(self.databases.name(kind, ''))))
        half = self.databases.passing(kind)
        with step(f'{kind}: {make.__doc__.strip(".")} (once)'):
            try:
                make(half, *values)
                self.databases.rename(half, name)
            except BaseException:
                self.databases.drop(half)
                raise
        return name

    def _make_books(self, name, payments, files, size):
        """payments from before the addon came, and attachments."""
        self._take_over(name, self.home.template())
        self._shell(name, f'books.fill(env, {payments}, {files}, {size}, {str(self.databases.filestore(name))!r})')

    def _make_world(self, name, source, _fingerprint):
        """the addon installed over the books, people of each role."""
        self.databases.copy(source, name)
        self.house.need(name, house.logs() / 'world-install.log', '-i', house.MODULE)
        logins.passwords_as_logins(self.house, name)
        self._shell(name, 'people.work(env)')

    def _take_over(self, name, source):
        """A database of the shared server comes into this one, by dump and restore."""
        self.databases.drop(name)
        dump = place() / 'template.dump'
        _client(self.home, ['pg_dump', '-Fc', '-Z1', '-f', dump, '-d', source], self.home.databases)
        self.databases.sql(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'unicode' LC_COLLATE 'C'")
        _client(self.home, ['pg_restore', '--no-owner', '--no-acl', '-j2', '-d', name, dump], self.databases)
        dump.unlink()
        shutil.copytree(self.home.databases.filestore(source), self.databases.filestore(name))

    def _shell(self, database, line):
        log = house.logs() / 'world-shell.log'
        code = self.house.run(database, log, first=('shell',), text=f'{SCRIPT}\n{line}\n')
        if code or 'Traceback' in log.read_text(errors='replace'):
            raise Stop(Exit.ODOO_FAILED, f'Odoo failed at {line!r}; its log: {log}.', '')


def quoted(name):
    """An identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def drop(databases, name):
    """Drops a database whatever its state; nothing when there is none. An invalid one (a drop that was broken off)
    cannot be altered, only dropped."""
    for limit, in databases.sql(('SELECT datconnlimit FROM pg_database WHERE datname = %s', [name])):
        if limit != -2:
            databases.sql(f'ALTER DATABASE {quoted(name)} IS_TEMPLATE false')
        databases.sql(f'DROP DATABASE {quoted(name)} WITH (FORCE)')


def programs():
    """The folder with pg_dump and pg_restore that are not older than the private server."""
    folder = postgres.binaries()
    if (folder / 'pg_dump').exists():
        return folder
    found = shutil.which('pg_dump')
    if not found:
        raise Stop(Exit.NO_POSTGRES, 'There is no pg_dump here.', 'install the PostgreSQL client programs')
    return pathlib.Path(found).parent


def _client(home, command, databases):
    log = house.logs() / 'world-client.log'
    log.unlink(missing_ok=True)
    code = run([programs() / command[0], *command[1:]], log, house.time_limit(),
               env={**os.environ, **databases.server.variables()})
    if code:
        raise Stop(Exit.POSTGRES_FAILED, f'{command[0]} failed; its log: {log}.', '')


@contextlib.contextmanager
def opened(home):
    """Worlds while the block lasts; only one at a time in a checkout."""
    busy = Stop(Exit.IN_USE, 'The faults of this checkout are being run already.', 'wait for the other run')
    with cache.lock(place() / 'run.lock', busy):
        cluster = postgres.Cluster(place(), postgres.binaries())
        with cluster.used():
            one = Worlds(home, cluster)
            one.prepare()
            yield one


def git(*words, folder):
    """Output of git in a folder, with an identity and without the caller's settings; Stop when it fails."""
    who = {f'GIT_{role}_{what}': value for role in ('AUTHOR', 'COMMITTER')
           for what, value in (('NAME', 'a maintainer'), ('EMAIL', 'maintainer@example.com'))}
    said = output(['git', '-C', folder, *words], env={
        **os.environ, 'GIT_CONFIG_GLOBAL': os.devnull, 'GIT_CONFIG_SYSTEM': os.devnull, **who})
    if said is None:
        raise Stop(Exit.USAGE, f'git {" ".join(map(str, words))} failed in {folder}.', 'install git')
    return said.strip()
