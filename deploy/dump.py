"""pg_dump and pg_restore: versions that fit, names and folders as data, errors in words."""
import contextlib
import os
import re
import tempfile

import psycopg2

from deploy import process
from deploy.report import Failed, Refused

JOBS = 2
COMPRESSION = 6                # the dump is made online: it may take its time, and takes less room
LOCK_LIMIT = 60_000            # milliseconds that pg_dump waits for a table which somebody is altering
MEMORY = 256 * 1024 * 1024     # bytes for building an index during a restore, unless the server gives more
# Entries of a dump that are never restored: an extension brings its own comment, and only its owner may change it.
LEFT_OUT = re.compile(r'^\d+; \d+ \d+ COMMENT - EXTENSION ')
# and those that only a superuser may restore.
FOR_SUPERUSERS = re.compile(r'^\d+; \d+ \d+ (EVENT TRIGGER|COMMENT - EVENT TRIGGER|PUBLICATION)')
FULL = ('No space left on device', 'Disk quota exceeded', 'File too large')


def major(output):
    """Major version in what ``pg_dump --version`` or the like prints; 0 when there is none."""
    found = re.search(r'\(PostgreSQL\) (\d+)', output)
    return int(found[1]) if found else 0


def client_version(server, name):
    """Major version of a client program."""
    return major(server.call(name, '--version'))


def check_client(server, name='pg_dump', at_least=None):
    """Refused when a client program is older than the server, or than ``at_least``; returns its major version."""
    has, needs = client_version(server, name), at_least or _server_version(server)
    if has < needs:
        what = f'the archive of pg_dump {needs}' if at_least else f'the server, which is PostgreSQL {needs}'
        raise Refused(f'{server.program(name)} is of PostgreSQL {has}, older than {what}.',
                      f'install postgresql-client-{needs}, or set pg_bin to the folder with its programs')
    return has


def _server_version(server):
    """The server's major version; Refused when it cannot be reached, with a wrong password for example."""
    try:
        return server.version()
    except psycopg2.OperationalError as error:
        raise Refused(f'PostgreSQL cannot be reached: {str(error).strip().splitlines()[0]}.',
                      'check db_host, db_port, db_user and db_password') from None


def conninfo(database):
    """The database's name for a client program: whatever it holds, it is no connection string and no option."""
    quoted = database.replace('\\', '\\\\').replace("'", "\\'")
    return f"dbname='{quoted}'"


@contextlib.contextmanager
def reachable(folder, settings):
    """(name of a folder for a client program, options of its call) while the block lasts.

    As root over the local socket the programs run under the service's account, which may not walk into the backup:
    the folder is handed over opened, and what lies in it belongs to that account.
    """
    if not _other(settings):
        yield str(folder), {}
        return
    for path in (folder, *folder.iterdir()):
        _give(path, settings)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f'/proc/self/fd/{handle}', {'keep': (handle,)}
    finally:
        os.close(handle)


def _other(settings):
    """The account that the client programs run under, where it is not the present one; see Server.call."""
    return {} if settings.db_host else process.account(settings.user)


def _give(path, settings):
    """Makes a file or folder that of the account which the client programs run under."""
    other = _other(settings)
    if other:
        os.chown(path, other['user'], other['group'])


def write(settings, server, folder, snapshot):
    """Dumps the database as of a snapshot into a new folder, with two sessions."""
    folder.mkdir(mode=0o700)
    with reachable(folder, settings) as (name, options), _lock_in_words():
        server.call('pg_dump', '--format=directory', f'--jobs={JOBS}', f'--compress={COMPRESSION}',
                    f'--snapshot={snapshot}', f'--lock-wait-timeout={LOCK_LIMIT}', '--no-password', f'--file={name}',
                    f'--dbname={conninfo(settings.database)}', what='The dump', **options)
    for path in folder.iterdir():
        path.chmod(0o600)


@contextlib.contextmanager
def _lock_in_words():
    try:
        yield
    except Failed as error:
        if 'LOCK TABLE' not in error.what:
            raise
        raise Failed(f'The dump waited {LOCK_LIMIT // 1000} s for a table that somebody is altering: {error.what}',
                     'wait until it is done, and try again') from error


def read(settings, server, folder, database, superuser, with_owners=True):
    """Restores a dump into an empty database, with two sessions; Failed at the first error."""
    with reachable(folder, settings) as (name, options), tempfile.NamedTemporaryFile('w') as chosen:
        chosen.write(wanted(server.call('pg_restore', '--list', name, what='Reading the dump', **options), superuser))
        chosen.flush()
        _give(chosen.name, settings)
        owners = () if with_owners else ('--no-owner',)
        server.call('pg_restore', '--format=directory', f'--jobs={JOBS}', '--exit-on-error', '--no-password',
                    '--no-subscriptions', *owners, f'--use-list={chosen.name}', f'--dbname={conninfo(database)}', name,
                    what='The restore', PGOPTIONS=_faster(server), **options)


def wanted(entries, superuser):
    """The list of a dump's entries without those that cannot or need not be restored."""
    return '\n'.join(line for line in entries.splitlines() if not LEFT_OUT.match(line)
                     and (superuser or not FOR_SUPERUSERS.match(line))) + '\n'


def _faster(server):
    """Settings of the restoring sessions: a crash would only cost a database that is not in use yet."""
    present = server.value("SELECT pg_size_bytes(current_setting('maintenance_work_mem'))")
    return (f'{os.environ.get("PGOPTIONS", "")} -c synchronous_commit=off '
            f'-c maintenance_work_mem={max(present, MEMORY) // 1024}kB').strip()


@contextlib.contextmanager
def full_volume(folder):
    """A full volume, told by the system or by a program, becomes Failed with the way out."""
    remedy = 'python3 -m deploy prune, or set backup_dir to a larger volume'
    try:
        yield
    except Failed as error:
        if any(text in error.what for text in FULL):
            raise Failed(f'The volume of {folder} is full: {error.what}', remedy) from error
        raise
    except OSError as error:
        if os.strerror(error.errno or 0) in FULL:
            raise Failed(f'The volume of {folder} is full.', remedy) from error
        raise Failed(f'{error.filename or folder}: {error.strerror}.', 'check the folder and its rights') from error
