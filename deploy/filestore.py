"""The filestore: a snapshot by hard links, and the check of every file against what the database says of it.

Odoo never changes a file of a filestore: its name is the SHA-1 of its content. A second name for it is a copy, as long
as nobody writes into the file itself; the check finds that.
"""
import contextlib
import dataclasses
import errno
import os
import pathlib
import shutil
import tempfile

from deploy.filestore_check import examine
from deploy.report import Failed, Refused


@dataclasses.dataclass
class Snapshot:
    """What one call did: files linked, files copied because the system forbids the link, files that were there."""
    linked: int = 0
    copied: int = 0
    there: int = 0


def snapshot(source, target):
    """Makes ``target`` hold every file of ``source``; what it holds already stays, so that it may be called again.

    :raises Refused: no such folder, or the two are on different volumes
    :raises Failed: the volume is full, or something cannot be read or written
    """
    source, target = pathlib.Path(source), pathlib.Path(target)
    if not source.is_dir():
        raise Refused(f'There is no filestore {source}.', 'check data_dir in odoo.conf')
    done = Snapshot()
    try:
        _folder(source, target)
        if source.stat().st_dev != target.stat().st_dev:
            raise Refused(f'{target} is on another volume than {source}.', 'a snapshot needs the same volume')
        _level(source, target, done)
    except OSError as error:
        raise Failed(f'The snapshot {target} cannot be made: {error.strerror} ({error.filename}).') from error
    return done


def _level(source, target, done):
    """One folder and what lies in it. Names alone are compared where all are there: a second call is quick."""
    there = {entry.name: entry.inode() for entry in os.scandir(target)}
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in there:
                    _folder(entry.path, target / entry.name)
                _level(entry.path, target / entry.name, done)
            elif there.get(entry.name) == entry.inode():
                done.there += 1
            elif entry.is_file(follow_symlinks=False):
                _link(entry, target / entry.name, done)


def _folder(source, target):
    """The folder with the owner and mode of the source."""
    target.mkdir(parents=True, exist_ok=True)
    state = os.stat(source)
    target.chmod(state.st_mode & 0o7777)
    if os.geteuid() == 0:
        os.chown(target, state.st_uid, state.st_gid)


def _link(entry, target, done):
    """A second name for a file. One that vanished meanwhile is passed over: Odoo removes what nobody needs."""
    half = target.with_name(f'{target.name}.deploy-part')
    with contextlib.suppress(FileNotFoundError):
        half.unlink()
    try:
        os.link(entry.path, half)
        done.linked += 1
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EMLINK):
            raise
        shutil.copy2(entry.path, half)
        if os.geteuid() == 0:
            os.chown(half, entry.stat().st_uid, entry.stat().st_gid)
        done.copied += 1
    half.replace(target)


def clock(folder):
    """The present time as the volume of a folder has it: a file that is touched later shows no earlier one."""
    with tempfile.TemporaryFile(dir=pathlib.Path(folder).parent) as probe:
        return os.fstat(probe.fileno()).st_ctime


def check(server, database, folder, workers=2, progress=None, since=None):
    """Differences of the files against ``ir_attachment``; see :func:`deploy.filestore_check.examine`."""
    return examine(server, database, folder, workers, progress, since).differences
