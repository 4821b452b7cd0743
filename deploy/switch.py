"""The exchange of the old code and the new: atomic where the system can, restartable everywhere, the old kept whole.

Both folders stand on one volume. Afterwards the old one stands where the new one was staged. What belongs where is
written down beside the staged folder, by inode, before anything moves: :func:`state` reads it.
"""
import ctypes
import errno
import json
import os
import pathlib
import shutil

from deploy.report import Failed, NeedsPerson

STAGED, EXCHANGED, BETWEEN, NONE = 'staged', 'exchanged', 'between', 'none'
EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
HERE = -100   # AT_FDCWD
NOT_OFFERED = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTTY}
REASONS = {errno.EXDEV: 'they stand on two volumes', errno.EBUSY: 'one of them is a mount point',
           errno.EACCES: 'the rights to rename are missing', errno.EPERM: 'the rights to rename are missing',
           errno.EROFS: 'the volume is read-only'}


def exchange(staged, target):
    """Puts the staged code in the target's place and the old code in the staged one's; again after an interruption.

    A target that is a symbolic link stays one: the folder behind it is exchanged, or, where the system cannot exchange
    folders, the link is replaced by one to the staged folder.

    :raises Failed: the system refused; :func:`back` brings the old code back
    :raises NeedsPerson: something else moved the folders
    """
    staged, target = pathlib.Path(staged), pathlib.Path(target)
    record = _read(staged) or _begin(staged, target)
    _move(staged, record, 'new')


def back(staged, target):
    """Puts the old code back: the very same folder, and the new code where it was staged. Without effect when the
    old code is in place."""
    staged = pathlib.Path(staged)
    record = _read(staged)
    if record:
        _move(staged, record, 'old')


def state(staged, target):
    """Where old and new code are: ``staged`` (the old one is in use), ``exchanged`` (the new one is), ``between`` (one
    rename of two is done: exchange or back go on), ``none`` (nothing is staged)."""
    staged = pathlib.Path(staged)
    record = _read(staged)
    if not record:
        return STAGED if staged.is_dir() else NONE
    inode = _inode(record['target'])
    if _inode(_aside(staged)) is not None or inode not in (record['old'], record['new']):
        return BETWEEN
    return EXCHANGED if inode == record['new'] else STAGED


def kept(staged, target):
    """The folder of the old code while the new one is in use; None otherwise."""
    staged = pathlib.Path(staged)
    if state(staged, target) != EXCHANGED:
        return None
    record = _read(staged)
    return pathlib.Path(record['link']) if 'link' in record else staged


def discard(staged, target):
    """Removes what is kept beside the target: old code after a success, new code after a way back.

    :raises NeedsPerson: the code in use is in there
    """
    place = pathlib.Path(staged).parent
    if pathlib.Path(target).resolve().is_relative_to(place.resolve()):
        raise NeedsPerson(f'The code in use stands in {place}; it is not removed.',
                          f'move it to a place of its own and let {target} point there')
    shutil.rmtree(place, ignore_errors=True)


def _begin(staged, target):
    """Writes down which folder is which, before the first rename."""
    for what, path in (('staged code', staged), ('code to replace', target)):
        if not path.is_dir():
            raise Failed(f'There is no {what} in {path}.')
    real = pathlib.Path(os.path.realpath(target))
    record = {'target': str(real), 'old': _inode(real), 'new': _inode(staged)}
    if os.path.islink(target) and not _can_exchange(staged):
        record.update(target=str(target), link=str(real))
    _write(_record_path(staged), json.dumps(record))
    return record


def _move(staged, record, wanted):
    """Brings the folder that ``wanted`` names to the target, from whatever place an interruption left it in."""
    target = pathlib.Path(record['target'])
    if _inode(target) not in (None, record['old'], record['new']):
        raise _foreign(staged, target)
    if 'link' not in record:
        _swap(staged, target, _aside(staged), record[wanted])
    elif _inode(target) != record[wanted]:
        _point(target, staged if wanted == 'new' else record['link'])
    _sync(staged.parent, target.parent)
    if _inode(target) != record[wanted]:
        raise _foreign(staged, target)


def _swap(staged, target, aside, wanted):
    """Exchanges target and staged folder. Where the system has no such call: the one in use goes aside, the wanted one
    takes its place, the one aside takes the free place. Each line does the rest of what was begun."""
    if _inode(target) not in (None, wanted):
        if _inode(staged) == wanted and _renameat2(staged, target):
            return
        _rename(target, staged if _inode(staged) is None else aside)
    if _inode(target) is None:
        _rename(aside if _inode(aside) == wanted else staged, target)
    if _inode(staged) is None and _inode(aside) is not None:
        _rename(aside, staged)


def _foreign(staged, target):
    return NeedsPerson(f'{target} is neither the old code nor the new: somebody else moved it.',
                       f'look at {target} and {staged}; {_record_path(staged)} tells their inodes')


def _can_exchange(staged):
    """Whether this volume exchanges two folders in one step: tried with two empty ones."""
    one, two = staged.parent / '.try-1', staged.parent / '.try-2'
    for path in (one, two):
        path.mkdir(exist_ok=True)  # an interruption may have left them
    try:
        return _renameat2(one, two)
    except Failed:
        return False
    finally:
        for path in (one, two):
            path.rmdir()


def _renameat2(one, two):
    """True when the system exchanged both in one step, False when it cannot do so at all."""
    function = getattr(ctypes.CDLL(None, use_errno=True), 'renameat2', None)
    if not function:
        return False
    if function(HERE, os.fsencode(one), HERE, os.fsencode(two), EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in NOT_OFFERED:
        return False
    raise _failure(number, one, two)


def _rename(source, target):
    try:
        os.rename(source, target)
    except OSError as error:
        raise _failure(error.errno, source, target) from None


def _failure(number, one, two):
    return Failed(f'{two} cannot be exchanged with {one}: {REASONS.get(number, os.strerror(number))}.')


def _point(link, folder):
    """Replaces a symbolic link by one to ``folder`` in one step."""
    fresh = link.with_name(f'.{link.name}.deploy')
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder)
    os.replace(fresh, link)


def _inode(path):
    """The number that names a folder whatever it is called; device numbers may change with a restart."""
    try:
        return os.stat(path).st_ino
    except (FileNotFoundError, NotADirectoryError):
        return None


def _aside(staged):
    return staged.with_name(staged.name + '.aside')


def _record_path(staged):
    return staged.with_name(staged.name + '.switch.json')


def _read(staged):
    try:
        return json.loads(_record_path(staged).read_text())
    except FileNotFoundError:
        return None


def _write(path, text):
    """Whole on disk, or not there."""
    part = path.with_suffix('.part')
    with open(part, 'w') as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(part, path)
    _sync(path.parent)


def _sync(*folders):
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
