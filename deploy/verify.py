"""Proof that a backup can be restored: it is, into a scratch database, and compared with what was taken at backup."""
import contextlib
import json
import pathlib

import psycopg2

from deploy import backup as backups
from deploy import compare, digest, journal, manifest, restore, tarball
from deploy.names import SCRATCH, beside
from deploy.report import Refused

VERIFIED = 'verified.json'
FILES = 'SELECT DISTINCT store_fname, checksum FROM ir_attachment WHERE store_fname IS NOT NULL'


def verify(settings, server, backup_folder, progress=None):
    """Texts of all differences, none for a good backup; the result is noted beside the manifest.

    :raises Refused: the backup is damaged, has no fingerprint, or the server lacks something
    """
    folder = pathlib.Path(backup_folder)
    facts = manifest.load(folder)
    if not (folder / backups.FINGERPRINT).is_file():
        raise Refused(f'{folder} was made without a fingerprint.', 'make a new one: python3 -m deploy backup --verify')
    scratch = beside(folder.name[:restore.LONGEST], SCRATCH)
    try:
        restore.drop(server, scratch)
        restore.restore(settings, server, folder, scratch, None, progress, hidden=True, whole=True)
        wrong = [*_database(server, folder, scratch), *_files(server, folder, facts, scratch)]
    finally:
        with contextlib.suppress(psycopg2.Error):
            restore.drop(server, scratch)
    note = {'time': journal.now(), 'differences': wrong}
    (folder / VERIFIED).write_text(json.dumps(note, indent=1, ensure_ascii=False) + '\n')
    (folder / VERIFIED).chmod(0o600)
    return wrong


def proven(folder):
    """True for a backup that was verified without a difference."""
    try:
        return not json.loads((pathlib.Path(folder) / VERIFIED).read_text())['differences']
    except (OSError, ValueError, KeyError):
        return False


def _database(server, folder, scratch):
    before = json.loads((folder / backups.FINGERPRINT).read_text())
    after = json.loads(json.dumps(digest.take(server, scratch, columns=before)))
    return [one.text for one in compare.compare(_settled(before, after), after, strict=True)]


def _settled(before, after):
    """The picture of before with each sequence as it was restored, where that lies between before and after the dump:
    people draw numbers while a backup is made."""
    sequences = dict(before['sequences'])
    for name, restored in after['sequences'].items():
        if name in sequences and name in before[backups.DRAWN]:
            low, high = sorted((before[backups.DRAWN][name][0], sequences[name][0]))
            if low <= restored[0] <= high:
                sequences[name] = [restored[0], *sequences[name][1:]]
    return {**before, 'sequences': sequences}


def _files(server, folder, facts, scratch):
    """Attachments of the restored database whose file is not in the archive, or not what it was."""
    if not server.value("SELECT to_regclass('ir_attachment')::text", database=scratch):
        return
    known = {*facts['missing'], *facts['vanished']}
    path = folder / backups.FILES
    packed = dict(tarball.sums(path)) if path.exists() else {}
    for name, checksum in server.rows(FILES, database=scratch):
        if name not in packed and name not in known:
            yield f'The file {name}, which an attachment names, is not in the backup.'
        elif name in packed and checksum and packed[name] != checksum:
            yield f'The file {name} is not what its attachment says: SHA-1 {packed[name]} instead of {checksum}.'
