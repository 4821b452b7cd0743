"""The filestore against the database, with the backup as witness: what was wrong before is no fault of the upgrade, and
what was written into in place, which hard links cannot protect, comes back from there."""
import contextlib
import hashlib
import os
import tarfile

from deploy import backup as backups
from deploy import filestore
from deploy.postgres import WAIT
from deploy.report import say

PATH = 'SELECT store_fname FROM ir_attachment WHERE id = %s'


def whole_since(deployment):
    """Time from which on the rollback point's files need not be read again where nobody touched them; None when one
    of them is not as it must be. The two filestores share these files."""
    folder = deployment.snapshot
    if not folder.is_dir():
        return None
    begin = filestore.clock(folder)
    return None if filestore.check(deployment.server, deployment.copy, folder, workers=1) else begin


def differences(deployment, database, folder, repair=False, since=None):
    """Files of ``folder`` that are not as ``database`` says, and were in the backup.

    :param repair: such files are written anew from the backup, and then no difference
    :param since: see :func:`whole_since`
    """
    if not folder.is_dir():
        return []
    found = filestore.check(deployment.server, database, folder, since=since)
    if not found:
        return []
    with _backup(deployment) as tar:
        return [one for one in found if not _explained(deployment, database, folder, one, tar, repair)]


@contextlib.contextmanager
def _backup(deployment):
    """The backup's filestore, opened; None where there is none."""
    path = backups.place(deployment.settings, deployment.journal.id) / backups.FILES
    if not path.is_file():
        yield None
        return
    with tarfile.open(path) as tar:
        yield tar


def _explained(deployment, database, folder, difference, tar, repair):
    """True for a file that was wrong before, or was repaired."""
    if tar is None:
        return False
    name = deployment.server.rows(PATH, [difference.ids[0]], database, wait=WAIT)[0][0]
    content = _content(tar, name)
    if content is None:
        say(f'   {difference.text}; it was so in the backup, before the deployment')
        return True
    if repair:
        _write(folder / name, content)
        say(f'   {difference.text}; it was written anew from the backup')
    return repair


def _content(tar, name):
    """The file in the backup when it is what its name says (its SHA-1); None otherwise."""
    try:
        content = tar.extractfile(name).read()
    except (KeyError, AttributeError):
        return None
    right = hashlib.sha1(content, usedforsecurity=False).hexdigest() == os.path.basename(name)
    return content if right else None


def _write(path, content):
    """Puts a new file in the place of the old one, which may have other names; owner as the folder's."""
    half = path.with_name(f'{path.name}.part')
    with open(half, 'wb') as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    state = os.stat(path.parent)
    if os.geteuid() == 0:
        os.chown(half, state.st_uid, state.st_gid)
    os.replace(half, path)
