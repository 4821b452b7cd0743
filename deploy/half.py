"""Folders that are made under a passing name and get their own when all is on disk: what has its name is whole."""
import contextlib
import fcntl
import os
import shutil

from deploy.report import Refused

PART = '.part'  # ending of what is half made


@contextlib.contextmanager
def making(folder, keep=False):
    """Yields the folder that becomes ``folder`` when the block succeeds.

    :param keep: what an interrupted or failed try left stays, to go on with; else it goes away
    :raises Refused: the folder cannot be made, or somebody else is making it
    """
    half = folder.with_name(folder.name + PART)
    lock = _open(half)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise Refused(f'Somebody else is working on {half}.', 'wait for it') from None
    try:
        if not keep:
            empty(half)
        yield half
        force(half)
        half.rename(folder)
        force(folder.parent)
    except BaseException:
        if not keep:
            shutil.rmtree(half, ignore_errors=True)
        raise
    finally:
        os.close(lock)


def _open(half):
    """The folder, made with the folders above it, opened to be locked: the lock ends with the process."""
    try:
        for path in (*reversed(half.parents), half):
            if not path.exists():
                path.mkdir(mode=0o700)
        half.chmod(0o700)
        return os.open(half, os.O_RDONLY)
    except OSError as error:
        raise Refused(f'{half} cannot be made: {error.strerror}.', 'check the folder and its rights') from None


def is_worked_on(half):
    """True while a process holds the lock of a half-made folder."""
    lock = os.open(half, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(lock)


def empty(folder):
    """Removes everything in a folder."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def close(folder):
    """Folders and files become their owner's alone; the entries of the folders are forced to disk."""
    for place, _folders, names in os.walk(folder):
        os.chmod(place, 0o700)
        for name in names:
            os.chmod(os.path.join(place, name), 0o600)
        force(place)


def private(path, flags):
    """Opener of files that their owner alone may read."""
    return os.open(path, flags, 0o600)


def force(folder):
    """Forces a folder's entries to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
