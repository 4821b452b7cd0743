"""Folders as plain tar files: filestore and code of a backup. Packed files are compressed already, or small."""
import hashlib
import os
import pathlib
import shutil
import stat
import tarfile

from deploy.half import private
from deploy.manifest import CHUNK
from deploy.report import Failed

WHOLE = 64 * CHUNK  # files up to this many bytes are read at once


class Stopped(Exception):
    """The other half of the work failed; this half ends early."""


def pack(source, target, stopped, vanish=False):
    """Writes a folder into a tar file and forces it to disk; returns the packed names.

    :param stopped: a :class:`threading.Event`; once set, the work ends with Stopped
    :param vanish: files that disappear meanwhile are no error
    """
    source, names = os.path.realpath(source), set()
    with open(target, 'xb', opener=private) as handle:
        with tarfile.open(fileobj=handle, mode='w', format=tarfile.GNU_FORMAT) as tar:
            for path, name in _walk(source):
                if stopped.is_set():
                    raise Stopped
                try:
                    _add(tar, path, name)
                except FileNotFoundError:
                    if not vanish:
                        raise
                    continue
                names.add(name)
                tar.members.clear()  # a list of a million files is never needed
        handle.flush()
        os.fsync(handle.fileno())
    return names


def _walk(source):
    """(path, name in the tar) of folders, files and links below a folder, sorted; compiled Python left out."""
    def gone(error):
        if not isinstance(error, FileNotFoundError):
            raise error
    for place, folders, files in os.walk(source, onerror=gone):
        folders[:] = sorted(name for name in folders if name != '__pycache__')
        for name in sorted([*folders, *files]):
            path = os.path.join(place, name)
            yield path, os.path.relpath(path, source)


def _add(tar, path, name):
    info = tar.gettarinfo(path, name)
    if info is None:  # a socket
        return
    if info.islnk():  # a second name of a file that is hard-linked: an entry with content like any other
        info.type, info.linkname, info.size = tarfile.REGTYPE, '', os.lstat(path).st_size
    if not info.isreg():
        tar.addfile(info)
        return
    with open(path, 'rb') as handle:
        info.size = os.fstat(handle.fileno()).st_size
        try:
            tar.addfile(info, handle)
        except OSError as error:
            if 'unexpected end' in str(error):
                raise Failed(f'{path} was cut off while it was copied.', 'try again') from None
            raise


def unpack(path, target, stopped, user=None):
    """Unpacks a tar of :func:`pack` into a new folder; names that lead out of it are refused.

    :param user: (uid, gid) of the new files; None for the present account
    """
    target = pathlib.Path(target)
    _folder(target, user)
    with tarfile.open(path, 'r|') as tar:
        for info in tar:
            if stopped.is_set():
                raise Stopped
            place = target / inside(info.name)
            if info.isdir():
                _folder(place, user)
            elif info.issym():
                place.symlink_to(info.linkname)
            elif info.isreg():
                _file(tar.extractfile(info), place, stat.S_IMODE(info.mode) & 0o777, user)


def _folder(place, user):
    place.mkdir(mode=0o700, exist_ok=True)
    if user:
        os.chown(place, *user)


def _file(source, place, mode, user):
    with open(place, 'xb', opener=private) as handle:
        shutil.copyfileobj(source, handle, CHUNK)
        os.fchmod(handle.fileno(), mode)
        if user:
            os.fchown(handle.fileno(), *user)


def inside(name):
    """The name as it is, unless it leads out of the folder it is unpacked into."""
    if name.startswith('/') or '..' in name.split('/'):
        raise Failed(f'The archive holds the name {name!r}, which leads out of its folder.')
    return name


def sums(path):
    """(name, SHA-1) of every file in a tar, read once from the beginning to the end."""
    with tarfile.open(path, 'r|') as tar:
        for info in tar:
            if info.isreg():
                total, source = hashlib.sha1(usedforsecurity=False), tar.extractfile(info)
                while chunk := source.read(CHUNK):
                    total.update(chunk)
                yield info.name, total.hexdigest()
