"""Where things are kept between runs, and under whose name PostgreSQL runs when root calls."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import pwd
import stat
import tempfile

from dev.process import ROOT
from dev.report import Exit, Stop

NAME = 'payment_account_enhanced'


def digest(*parts, size=8):
    """A short stable name for any values."""
    return hashlib.sha256('\0'.join(map(str, parts)).encode()).hexdigest()[:size]


def folder():
    """The cache folder: ``PAE_CACHE``, else ``$XDG_CACHE_HOME`` or ``~/.cache`` plus the addon's name."""
    asked = os.environ.get('PAE_CACHE')
    base = os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache'
    path = pathlib.Path(asked).expanduser() if asked else pathlib.Path(base) / NAME
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise Stop(Exit.NO_CACHE, f'The cache folder {path} cannot be written: {error.strerror}.',
                   'set PAE_CACHE to a folder of your own') from None
    return path.resolve()


def server_account():
    """The account PostgreSQL must run under, which refuses root; None when the caller is not root."""
    if os.geteuid() != 0:
        return None
    for name in ('postgres', 'nobody'):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Stop(Exit.NO_POSTGRES, 'PostgreSQL refuses to run as root, and there is no account postgres or nobody.',
               'create one of them, or run as an ordinary user, or set PGHOST and PGPORT')


def reachable(path):
    """True when every account may walk into ``path``."""
    return all(part.stat().st_mode & stat.S_IXOTH for part in [path, *path.parents])


def server_folder():
    """A folder for what PostgreSQL needs: in the cache, or in /var/tmp where its account cannot walk into the cache."""
    base = folder()
    if server_account() is None or reachable(base):
        return base
    path = pathlib.Path('/var/tmp') / f'{NAME}-{digest(base)}'
    path.mkdir(mode=0o755, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        raise Stop(Exit.NO_CACHE, f'{path} belongs to somebody else.', 'set PAE_CACHE to a folder that all may enter')
    return path


def addons_folder():
    """A folder for Odoo's addons path that shows this checkout, whatever its name, under the addon's name."""
    path = folder() / 'addons' / digest(ROOT)
    path.mkdir(parents=True, exist_ok=True)
    link = path / NAME
    if not link.is_symlink() or link.resolve() != ROOT:
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT, target_is_directory=True)
    return path


@contextlib.contextmanager
def lock(path, busy=None):
    """Holds ``path`` alone while the block lasts; waits for it, or raises the Stop ``busy`` at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open('w') as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError:
            raise busy from None
        yield
