"""A backup: database, filestore, code and configuration, taken while the service is up.

It is made in a folder that ends in ``.part`` and gets its name when everything is on disk: what has the name is whole.
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import threading
import time

from deploy import database_facts, digest, digest_schema, dump, journal, manifest, sizes, tarball
from deploy import half as halves
from deploy.half import private
from deploy.postgres import as_failure, rows
from deploy.report import Failed, Refused, masked, size

DATABASE, FILES, CODE, CONF, FINGERPRINT = 'database', 'filestore.tar', 'code.tar', 'odoo.conf', 'fingerprint.json'
DRAWN = 'drawn_before'  # sequences stand outside of any snapshot: as they were before the dump; the rest as after it
SECRET = re.compile(r'^(\s*\w*(?:pass|secret|token|api_?key)\w*\s*[=:]\s*).+', re.IGNORECASE)
OPEN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'
ATTACHMENTS = 'SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname IS NOT NULL'


def home(settings):
    """The folder of all backups."""
    return pathlib.Path(settings.backup_dir) / 'backups'


def place(settings, identity):
    """The folder of one backup."""
    return home(settings) / identity


def make(settings, server, folder, code_dir=None, progress=None, fingerprint=True):
    """Makes a backup and returns its manifest; a whole one that is there already is left and returned.

    :param code_dir: the folder that a deployment replaces
    :param progress: a :class:`deploy.progress.Progress`, which counts bytes
    :param fingerprint: keep the digest of the database as of the dump's snapshot, which ``verify`` compares with
    :raises Refused: the folder cannot be made, the client programs are too old; nothing was touched
    :raises Failed: the volume is full, the database went away, a file cannot be read; nothing is left behind
    """
    folder = pathlib.Path(folder)
    if folder.exists():
        return manifest.load(folder)
    version = dump.check_client(server)
    with halves.making(folder) as half, dump.full_volume(folder), as_failure('The backup'):
        facts = {'database': settings.database, 'module': settings.module, 'created': journal.now(),
                 'client': version, 'server': server.version()}
        with _watched(half, settings, server, progress):
            facts.update(_content(settings, server, half, code_dir, fingerprint))
        halves.close(half)
        return manifest.write(half, facts)


def _content(settings, server, half, code_dir, fingerprint):
    """Dump and fingerprint of one snapshot here, files in a second thread; returns facts for the manifest.

    The files come after the snapshot: whatever attachment it shows, its file is there, unless deleted meanwhile.
    """
    with server.session(settings.database) as keeper:
        rows(keeper, 'SET idle_in_transaction_session_timeout = 0')
        rows(keeper, OPEN)
        snapshot = rows(keeper, 'SELECT pg_export_snapshot()')[0][0]
        facts = {'facts': database_facts.facts(server, settings.database), 'seconds': {},
                 'database_size': server.database_size(settings.database),
                 'version': _version(keeper, settings.module)}
        named, drawn = _attachments(keeper), digest_schema.sequences(keeper)
        with together(lambda stopped: _files(settings, half, code_dir, stopped)) as files:
            with _timed(facts, 'dump'):
                dump.write(settings, server, half / DATABASE, snapshot)
            if fingerprint:
                with _timed(facts, 'fingerprint'):
                    picture = digest.take(server, settings.database, name=snapshot)
                    _write(half / FINGERPRINT, json.dumps({**picture, DRAWN: drawn}))
            packed, facts['seconds']['files'] = files.result()
    return {**facts, **_missing(settings, server, named, packed)}


@contextlib.contextmanager
def together(work):
    """Future of ``work(stopped)``, done in a second thread while the block lasts; an error here ends it early."""
    stopped = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(work, stopped)
        try:
            yield future
            future.result()
        except BaseException:
            stopped.set()
            raise


@contextlib.contextmanager
def _timed(facts, name):
    begin = time.monotonic()
    yield
    facts['seconds'][name] = round(time.monotonic() - begin, 1)


def _files(settings, half, code_dir, stopped):
    """Filestore, code and configuration; returns the names of the filestore's files, None without one, and seconds."""
    begin, packed = time.monotonic(), None
    if code_dir:
        tarball.pack(code_dir, half / CODE, stopped)
    if settings.conf:
        _write(half / CONF, without_secrets(pathlib.Path(settings.conf).read_text(errors='replace')))
    if settings.filestore.is_dir():
        packed = tarball.pack(settings.filestore, half / FILES, stopped, vanish=True)
    return packed, round(time.monotonic() - begin, 1)


def _write(path, text):
    with open(path, 'x', encoding='utf-8', opener=private) as handle:
        handle.write(masked(text))
        handle.flush()
        os.fsync(handle.fileno())


def without_secrets(text):
    """odoo.conf with every password, token and key masked."""
    return '\n'.join(SECRET.sub(r'\1***', line) for line in text.splitlines()) + '\n'


def _version(connection, module):
    """The module's version in the database; '' when it is not installed, None without Odoo."""
    if not rows(connection, "SELECT to_regclass('ir_module_module')")[0][0]:
        return None
    found = rows(connection, 'SELECT latest_version FROM ir_module_module WHERE name = %s', [module])
    return (found[0][0] or '') if found else ''


def _attachments(connection):
    """Names of the files that attachments point to."""
    if not rows(connection, "SELECT to_regclass('ir_attachment')")[0][0]:
        return set()
    return {row[0] for row in rows(connection, ATTACHMENTS)}


def _missing(settings, server, named, packed):
    """Files that attachments name and the filestore lacks: those deleted meanwhile are fine, the others a warning."""
    gone = named - (packed or set())
    with server.session(settings.database) as connection:
        lost = sorted(gone & _attachments(connection)) if gone else []
    warnings = []
    if lost:
        warnings.append(f'{len(lost)} files that attachments name were not in the filestore, {lost[0]} the first.')
    return {'missing': lost, 'vanished': sorted(gone - set(lost)), 'warnings': warnings,
            'files_packed': len(packed) if packed is not None else None}


@contextlib.contextmanager
def _watched(half, settings, server, progress):
    """Shows how the backup grows; Refused at once when the filestore alone cannot fit."""
    files = sizes.of_tree(settings.filestore) if settings.filestore.is_dir() else 0
    free = shutil.disk_usage(half).free
    if files > free:
        raise Failed(f'The filestore has {size(files)}; {half.parent} has {size(free)} free.',
                     'python3 -m deploy prune, or set backup_dir to a larger volume')
    if not progress:
        yield
        return
    progress.total = files + expected(settings, server)
    with sizes.watched(half, progress):
        yield


def expected(settings, server):
    """Bytes that a dump will have: as the last one in proportion to its database, else a third of the database."""
    share = 1 / 3
    for _folder, facts in reversed(all_backups(settings)):
        if facts.get('database_size'):
            share = _dumped(facts) / facts['database_size']
            break
    return int(server.database_size(settings.database) * share)


def _dumped(facts):
    return sum(one['size'] for one in facts['files'] if one['path'].startswith(f'{DATABASE}/'))


def all_backups(settings):
    """(folder, manifest) of the whole backups of this database, the oldest first."""
    found = []
    for path in home(settings).glob('*/' + manifest.NAME):
        with contextlib.suppress(Refused):
            facts = manifest.load(path.parent)
            if facts['database'] == settings.database:
                found.append((path.parent, facts))
    return sorted(found, key=lambda one: one[1]['created'])


def find(settings, name=None):
    """The folder of a whole backup by its name or path, the newest without one; Refused when there is none."""
    if name:
        folder = pathlib.Path(name) if '/' in name else place(settings, name)
        manifest.load(folder)
        return folder
    found = all_backups(settings)
    if not found:
        raise Refused(f'There is no backup of {settings.database} in {home(settings)}.', 'python3 -m deploy backup')
    return found[-1][0]
