"""One deployment at a time: a lock on a file of this machine, and one in PostgreSQL for all machines."""
import contextlib
import fcntl
import os
import pathlib

from deploy.postgres import WAIT, rows
from deploy.report import Refused

KIND = 17_000_109  # of our locks, among all advisory locks of the server


@contextlib.contextmanager
def alone(settings, server):
    """Holds both locks while the block lasts; Refused when somebody else holds one."""
    with _file_lock(settings), server.session(wait=WAIT) as connection:
        if not rows(connection, 'SELECT pg_try_advisory_lock(%s, hashtext(%s))', [KIND, settings.database])[0][0]:
            where = _holder(connection, settings.database)
            raise Refused(f'Another deployment of {settings.database} is running{where}.',
                          'wait for it; python3 -m deploy status')
        yield


def _holder(connection, database):
    """Where the other one runs and since when, as far as this role may see it."""
    found = rows(connection, """
        SELECT a.client_addr, a.backend_start FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid::bigint = %s
           AND l.objid::bigint = hashtext(%s)::bigint & 4294967295""", [KIND, database])
    return f', from {found[0][0] or "this machine"}, since {found[0][1]:%H:%M:%S}' if found and found[0][1] else ''


@contextlib.contextmanager
def _file_lock(settings):
    folder = pathlib.Path(settings.state_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / 'lock', os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Refused(f'{folder} cannot be written: {error.strerror}.', 'check backup_dir and its rights') from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    except BlockingIOError:
        other = os.read(handle, 20).decode()
        raise Refused(f'Another deployment is running on this machine (process {other}).',
                      'wait for it; python3 -m deploy status') from None
    finally:
        os.close(handle)
