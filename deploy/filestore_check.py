"""Every attachment's file against its row: there, and with the SHA-1 that the database says."""
import concurrent.futures
import dataclasses
import hashlib
import itertools
import os
import pathlib
import re

from deploy.compare_rows import merged
from deploy.difference import Difference
from deploy.postgres import as_failure, rows
from deploy.report import size

AT_ONCE = 200          # files that one worker is handed at a time
BUFFER = 1 << 18       # bytes
CHECKLIST = 'checklist'  # where Odoo notes files that may be garbage
HASH = re.compile(r'[0-9a-f]{40}')
ROWS = """
SELECT store_fname, array_agg(DISTINCT checksum) FILTER (WHERE checksum <> ''), count(*), min(id),
       (array_agg(name ORDER BY id))[1], max(file_size)
FROM public.ir_attachment WHERE store_fname <> '' GROUP BY store_fname ORDER BY store_fname COLLATE "C"
"""
STILL = 'SELECT 1 FROM public.ir_attachment WHERE store_fname = %s LIMIT 1'


@dataclasses.dataclass
class Result:
    """What a check found. ``orphans``: files that no attachment needs; Odoo removes them by itself."""
    differences: list = dataclasses.field(default_factory=list)
    files: int = 0
    bytes: int = 0
    orphans: int = 0

    def line(self):
        wrong = f'{len(self.differences)} missing or altered' if self.differences else 'none missing, none altered'
        return f'filestore: {self.files} files, {size(self.bytes)}, {wrong}; {self.orphans} that nobody needs'


@dataclasses.dataclass(frozen=True)
class Attached:
    """A file as the database knows it, for all the attachments that share it."""
    path: str
    checksums: tuple
    count: int
    id: int
    name: str
    size: int

    def expected(self):
        """The SHA-1 values that its rows say; where they say none, the name."""
        found = set(self.checksums or ())
        name = os.path.basename(self.path)
        return found or ({name} if HASH.fullmatch(name) else set())

    def difference(self, what, before=None, after=None):
        more = f' and {self.count - 1} more' if self.count > 1 else ''
        return Difference('ir_attachment', 'store_fname', (self.id,), before, after,
                          f'attachment {self.id} ({self.name}){more}: its file {self.path} {what}', self.count)


def examine(server, database, folder, workers=2, progress=None, since=None):
    """Checks the filestore in constant memory, also while Odoo works in it.

    :param since: a time in seconds; of files that nobody touched from then on only the size is looked at. The system
        keeps this time (ctime): a program that writes and sets the file's date back is seen, too
    :raises Failed: the database cannot be read
    """
    result = Result()
    with as_failure(f'Checking the filestore of {database}'), server.session(database) as session:
        session.autocommit = False
        if not rows(session, "SELECT to_regclass('public.ir_attachment')")[0][0]:
            return result
        if progress and not progress.total:
            progress.total = rows(session, 'SELECT count(DISTINCT store_fname) FROM public.ir_attachment')[0][0]
        wrong = [one for files in _hashed(session, pathlib.Path(folder), workers, since, result)
                 for one in _gathered(files, result, progress)]
        session.rollback()
        result.differences = [found for path, found in wrong if rows(session, STILL, [path])]
    return result


def _hashed(session, folder, workers, since, result):
    """Lists of (Attached, its size or None, its SHA-1 or None, error), a few being made at a time."""
    source = _attached(session, folder, result)
    batches = iter(lambda: list(itertools.islice(source, AT_ONCE)), [])
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        waiting = []
        for batch in batches:
            waiting.append(pool.submit(_look, folder, batch, since))
            if len(waiting) > 2 * workers:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def _attached(session, folder, result):
    """(Attached, whether its file is there); counts the files that nobody needs."""
    with session.cursor(name='attachments') as cursor:
        cursor.execute(ROWS)
        for path, known, there in merged(cursor, ((name,) for name in _files(folder))):
            if known:
                yield Attached(path, *known[0]), bool(there)
            else:
                result.orphans += 1


def _files(folder, above=''):
    """Names of all files below a folder, relative to it, in the order of their bytes."""
    try:
        entries = [(f'{entry.name}/' if entry.is_dir() else entry.name, entry) for entry in os.scandir(folder)]
    except FileNotFoundError:
        return
    for name, entry in sorted(entries, key=lambda pair: pair[0].encode(errors='surrogateescape')):
        if entry.is_dir() and not (name == f'{CHECKLIST}/' and not above):
            yield from _files(entry.path, above + name)
        elif not entry.is_dir():
            yield above + name


def _look(folder, batch, since):
    """What the files of one batch hold."""
    space = bytearray(BUFFER)
    return [(one, *(_content(folder / one.path, space, since) if there else (None, None, ''))) for one, there in batch]


def _content(path, space, since):
    """(bytes, SHA-1, error) of a file; the SHA-1 is None when it was last touched before ``since``."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        return None, None, '' if isinstance(error, FileNotFoundError) else error.strerror
    try:
        state = os.fstat(handle)
        if since is not None and state.st_ctime < since:
            return state.st_size, None, ''
        content = hashlib.sha1(usedforsecurity=False)
        while count := os.readv(handle, [space]):
            content.update(memoryview(space)[:count])
        return state.st_size, content.hexdigest(), ''
    except OSError as error:
        return None, None, error.strerror
    finally:
        os.close(handle)


def _gathered(files, result, progress):
    """Counts the files; yields (path, Difference) of those that are not as their rows say."""
    for one, length, found, error in files:
        result.files += 1
        result.bytes += length or 0
        if error:
            yield one.path, one.difference(f'cannot be read: {error}')
        elif length is None:
            yield one.path, one.difference('is missing', before=one.size)
        elif found is None and one.size is not None and length != one.size:
            yield one.path, one.difference(f'has {length} bytes, not {one.size}', one.size, length)
        elif found is not None and one.expected() - {found}:
            yield one.path, one.difference(f'holds other content ({length} bytes, the database says {one.size}; '
                                           f'SHA-1 {found})', sorted(one.expected())[0], found)
    if progress:
        progress.advance(len(files))
