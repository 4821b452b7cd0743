"""What can go wrong around a world: full volumes, sessions that stay, somebody who writes, a server that goes away."""
import contextlib
import os
import pathlib
import signal
import subprocess
import time

from deploy.tests.world import template
from deploy.tests.world.template import quoted
from dev.process import output

SESSION = """
import sys, time, psycopg2
name, host, user, count = sys.argv[1:5]
done = 0
while True:
    try:
        connection = psycopg2.connect(dbname=name, host=host, port=5432, user=user, application_name='somebody else')
        connection.autocommit = STAYS is False
        cursor = connection.cursor()
        while True:
            cursor.execute("STATEMENT")
            done += 1
            with open(count, 'w') as handle:
                handle.write(str(done))
            time.sleep(0.05)
            if STAYS:
                time.sleep(3600)
    except psycopg2.Error:
        time.sleep(0.05)
"""


def session(world, statement, user=template.ROLE, stays=False):
    """Somebody else's session: it repeats a statement for ever and comes back when it is put out; or it just stays,
    in a transaction. The file ``said`` counts what was acknowledged."""
    code = SESSION.replace('STATEMENT', statement).replace('STAYS', str(stays))
    process = subprocess.Popen(
        [world.worlds.home.python, '-c', code, world.database, world.databases.server.host, user,
         str(world.folder / 'said')], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    world.helpers.append(process)
    end = time.monotonic() + 20
    while said(world) < 1 and time.monotonic() < end:
        time.sleep(0.05)
    return process


def said(world):
    try:
        return int((world.folder / 'said').read_text() or 0)
    except FileNotFoundError:
        return 0


def put_out(world):
    """Ends the sessions of :func:`session`."""
    for process in world.helpers:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    world.helpers.clear()


def volume(world, path, size):
    """A volume of its own, of ``size`` bytes, mounted at ``path``. Needs root."""
    if output(['mount', '-t', 'tmpfs', '-o', f'size={size},mode=0755', 'tmpfs', path]) is None:
        raise OSError(f'no volume can be mounted at {path}')
    world.mounts.append(path)


def read_only(path):
    if output(['mount', '-o', 'remount,ro', path]) is None:
        raise OSError(f'{path} cannot be made read-only')


def fill(path, left=0):
    """Fills a volume but for so many bytes."""
    state = os.statvfs(path)
    with open(pathlib.Path(path) / 'filler', 'wb') as handle:
        rest = state.f_bavail * state.f_frsize - left
        with contextlib.suppress(OSError):
            while rest > 0:
                rest -= handle.write(b'\0' * min(rest, 1 << 20))
                handle.flush()


def empty(path):
    (pathlib.Path(path) / 'filler').unlink(missing_ok=True)


def move_to_volume(world, size):
    """The database on a volume of its own: a tablespace."""
    place = world.folder / 'tablespace'
    place.mkdir()
    volume(world, place, size)
    inner = place / 'pg'
    inner.mkdir(mode=0o700)
    if world.worlds.cluster.account:
        os.chown(inner, world.worlds.cluster.account.pw_uid, world.worlds.cluster.account.pw_gid)
    name = world.folder.name.replace('-', '_')
    world.admin(f"CREATE TABLESPACE {quoted(name)} LOCATION '{inner}'",
                f'GRANT CREATE ON TABLESPACE {quoted(name)} TO {template.ROLE}')
    world.spaces.append(name)
    world.service('stop')
    world.admin(f'ALTER DATABASE {quoted(world.database)} SET TABLESPACE {quoted(name)}')
    world.start()
    return place


def kill(world, *parts):
    """Kills (SIGKILL) the processes of this world whose command line holds all these parts; returns how many."""
    found = [number for number, words in world.processes() if all(part in words for part in parts)]
    for number in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return len(found)


def power_loss(world):
    """Everything that ran is gone, PostgreSQL comes up again from its log."""
    kill(world, str(world.conf))
    world.worlds.restart('immediate')
