"""A backup copied to another folder, on another disk or machine, and proven by the SHA-256 of the copy."""
import os
import pathlib
import shutil

from deploy import dump, half, manifest
from deploy.finding import warning
from deploy.report import Failed, Refused, size
from deploy.verify import VERIFIED


def archive(backup_folder, target_dir, progress=None):
    """Copies a whole backup into a folder; a copy that was broken off goes on where it stopped.

    :param progress: a :class:`deploy.progress.Progress`, which counts bytes
    :return: (the copy's folder, warnings)
    :raises Refused: the backup is damaged, the folder cannot be written, or holds another backup of this name
    :raises Failed: the volume is full, or what was read back is not what was written
    """
    source, target = pathlib.Path(backup_folder), pathlib.Path(target_dir) / pathlib.Path(backup_folder).name
    facts = manifest.load(source)
    if progress:
        progress.total = manifest.total(facts)
    if target.exists():
        return _there(target, facts), []
    with half.making(target, keep=True) as copy, dump.full_volume(target):
        _check_space(copy, facts)
        for one in facts['files']:
            _copy(source / one['path'], copy / one['path'], one)
            if progress:
                progress.advance(one['size'])
        for name in (VERIFIED, manifest.NAME):  # the manifest last
            if (source / name).exists():
                _put(source / name, copy / name)
        half.close(copy)
    return target, _same_volume(source, target)


def _there(target, facts):
    """The copy that is there already, if it is one of this backup and whole."""
    if manifest.load(target)['seal'] != facts['seal']:
        raise Refused(f'{target} is another backup of the same name.', 'archive to another folder')
    manifest.check(target, facts)
    return target


def _check_space(copy, facts):
    left = sum(one['size'] for one in facts['files'] if not _has(copy / one['path'], one['size']))
    free = shutil.disk_usage(copy).free
    if left > free:
        raise Failed(f'{size(left)} are still to be copied; {copy.parent} has {size(free)} free.',
                     'archive to a larger volume')


def _has(path, wanted):
    return path.exists() and path.stat().st_size == wanted


def _copy(source, target, wanted):
    """Copies one file and reads it back; one that an earlier try copied whole is left."""
    if target.exists() and not manifest.fault(target, wanted):
        return
    _put(source, target)
    wrong = manifest.fault(target, wanted)
    if wrong:
        at_source = manifest.fault(source, wanted)
        target.unlink()
        if at_source:
            raise Refused(f'The backup itself is damaged: {at_source}.', 'make a new one: python3 -m deploy backup')
        raise Failed(f'The copy is not what was written: {wrong}.', f'check the disk of {target.parent}')


def _put(source, target):
    """Copies a file to the disk itself: what is read afterwards comes from there, not from memory."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with open(source, 'rb') as reader, open(target, 'wb', opener=half.private) as writer:
        shutil.copyfileobj(reader, writer, manifest.CHUNK)
        writer.flush()
        os.fsync(writer.fileno())
        os.posix_fadvise(writer.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _same_volume(source, target):
    if source.stat().st_dev != target.stat().st_dev:
        return []
    return [warning('archive', f'{target} is on the same volume as the backup',
                    'archive to another disk or machine')]
