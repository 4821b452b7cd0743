"""Archives unpacked without trust: nothing may land outside of the folder, and nothing but files, folders and links
that stay inside."""
import contextlib
import os
import pathlib
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib

from deploy.report import Refused

CHUNK = 1 << 20
SIZE_LIMIT = 2 << 30  # bytes unpacked; an addon is far smaller


@contextlib.contextmanager
def unpacked(path, beside):
    """The folder of an unpacked archive while the block lasts.

    :param beside: the folder to unpack in
    :raises Refused: damaged, or a member that leads outside, a device, or too large
    """
    folder = tempfile.mkdtemp(prefix='unpacked-', dir=beside)
    try:
        _unpack(pathlib.Path(path), pathlib.Path(folder))
        yield folder
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Refused(f'{path} cannot be unpacked: {error}.', 'make the archive anew') from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(path, folder):
    with (zipfile.ZipFile if path.suffix == '.zip' else tarfile.open)(path) as opened:
        members = list(_zip_members(opened) if path.suffix == '.zip' else _tar_members(opened))
        total = sum(size for _name, size, *_rest in members)
        if total > SIZE_LIMIT:
            raise Refused(f'{path} would unpack to {total >> 20} MB, more than an addon can need.')
        for name, _size, kind, executable, content in members:
            _write(path, folder, name, kind, executable, content)


def _zip_members(opened):
    """(name, size, kind, executable, how to read it) of each member."""
    for info in opened.infolist():
        mode = info.external_attr >> 16
        kind = 'folder' if info.is_dir() else 'link' if stat.S_ISLNK(mode) else 'file'
        yield info.filename, info.file_size, kind, bool(mode & stat.S_IXUSR), lambda info=info: opened.open(info)


def _tar_members(opened):
    for info in opened:
        kind = ('folder' if info.isdir() else 'file' if info.isfile() else 'link' if info.issym()
                else 'copy' if info.islnk() else 'device')
        content = info.linkname if kind == 'link' else lambda info=info: opened.extractfile(info)
        yield info.name, info.size, kind, bool(info.mode & stat.S_IXUSR), content


def _write(archive, folder, name, kind, executable, content):
    """One member; hard links become files of their own."""
    place = folder / _inside(archive, name)
    if place.parent.resolve() != place.parent and not place.parent.resolve().is_relative_to(folder.resolve()):
        raise Refused(f'{archive} leads outside of its folder: {name}.')
    if kind == 'device':
        raise Refused(f'{archive} holds a device or a pipe: {name}.')
    if kind == 'folder':
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == 'link':
        link = content if isinstance(content, str) else content().read().decode()
        _inside(archive, os.path.normpath(pathlib.PurePosixPath(name).parent / link), f'{name} -> {link}')
        place.symlink_to(link)
        return
    if place.is_symlink():
        raise Refused(f'{archive} holds {name} twice, as a link and as a file.')
    with content() as source, open(place, 'wb') as target:
        shutil.copyfileobj(source, target, CHUNK)
    place.chmod(0o755 if executable else 0o644)


def _inside(archive, name, shown=''):
    """The relative path of a member; Refused when it is absolute or climbs up."""
    path = pathlib.PurePosixPath(str(name).replace('\\', '/'))
    if path.is_absolute() or '..' in path.parts or (path.parts and ':' in path.parts[0]) or '\0' in str(name):
        raise Refused(f'{archive} leads outside of its folder: {shown or name}.',
                      'do not deploy it; ask its maker')
    return path
