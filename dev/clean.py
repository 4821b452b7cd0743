"""``make clean``: removes what the other commands made outside the checkout, and nothing else."""
import contextlib
import fcntl
import os
import shutil
import signal
import time

from dev import cache
from dev.database import Databases
from dev.postgres import existing
from dev.process import output
from dev.report import Exit, Stop, say, step

MADE = ('addons', 'venvs', 'data', 'logs', 'odoo-17.0', 'odoo-clone-*', 'cluster-*', 'postgres-*', 'world-*',
        '*.lock', 'test-seconds.json')


def clean():
    """Drops the databases on a server of the PG* variables, stops and removes the private one, empties the cache."""
    places = {cache.folder(), cache.server_folder()}
    clusters = [home for place in places for pattern in ('cluster-*', 'world-*/cluster-*')
                for home in place.glob(pattern)]
    for home in clusters:
        _refuse_in_use(home)
    for place in sorted(places):
        with step(f'remove {place}'):
            _drop_elsewhere(place)
            for home in clusters:
                _stop(home)
            _remove(place)


def _refuse_in_use(home):
    with contextlib.suppress(FileNotFoundError), (home / 'users.lock').open() as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(Exit.IN_USE, f'A make run or make test uses the server in {home}.', 'stop it first') from None


def _stop(home):
    """Ends a server that an interrupted run left; the number in a stale file may be another program's by now."""
    with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
        number = (home / 'data/postmaster.pid').read_text().split()[0]
        if str(home) not in (output(['ps', '-o', 'args=', '-p', number]) or ''):
            return
        os.kill(int(number), signal.SIGINT)
        for _attempt in range(100):
            os.kill(int(number), 0)
            time.sleep(0.1)


def _remove(place):
    """Only names that this tool gives: the folder may hold other things of its owner."""
    for pattern in MADE:
        for path in place.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        place.rmdir()


def _drop_elsewhere(place):
    """Databases on a server of somebody else, with the driver of an environment that is still there."""
    python = next(place.glob('venvs/odoo-*/bin/python'), None)
    if python and (os.environ.get('PGHOST') or os.environ.get('PGPORT')):
        databases = Databases(existing(), str(python))
        names = databases.names()
        databases.drop(*names)
        say(f'   dropped {len(names)} databases')
