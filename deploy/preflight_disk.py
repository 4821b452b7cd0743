"""Space: what a deployment and a rehearsal need on each volume, computed from sizes, against what is free."""
import collections
import os
import pathlib

import psycopg2

from deploy.finding import ok, stop, warning
from deploy.report import size

SUBJECT = 'space'
COPY = 1.1        # of the database, for its copy and what the upgrade writes in place
DUMP = 0.4        # of the database, for a compressed dump; tables full of numbers give 0.15, text 0.3
MARGIN = 0.05     # of the volume, that nobody fills
FEW = 0.05        # of the inodes
LOCAL = ('', 'localhost', '127.0.0.1', '::1')
PLACE = """
    SELECT coalesce(nullif(pg_tablespace_location(dattablespace), ''), current_setting('data_directory', true))
      FROM pg_database WHERE datname = %s
"""


def findings(settings, server):
    database = server.database_size(settings.database)
    files, count = _tree(settings.filestore)
    code, code_count = _tree(settings.code_dir)
    needs = collections.defaultdict(list)  # folder that exists: [(what, bytes, files, only for the rehearsal)]
    place = _data_place(settings, server)
    if place:
        needs[place].append(('copy of the database', int(database * COPY), 0))
    else:
        yield warning('space for the database', f'{size(int(database * COPY))} are needed on the volume of PostgreSQL, '
                      f'which cannot be measured from here', 'look there: df -h on the folder that SHOW data_directory '
                      'names')
    backup = _existing(settings.backup_dir)
    needs[backup] += [('dump', int(database * DUMP), 100), ('filestore and code of the backup', files + code, 10)]
    if settings.filestore.exists():
        needs[_existing(settings.filestore)].append(('hard links of the filestore', 0, _folders(settings.filestore)))
    needs[_existing(settings.code_dir.parent)].append(('new code', code * 2, code_count * 2))
    yield from _volumes(needs)
    if settings.filestore.exists():
        yield from _rehearsal(settings, files, count)


def _volumes(needs):
    """One finding for each volume: the needs of all folders on it together."""
    volumes = collections.defaultdict(list)
    for folder, wanted in needs.items():
        volumes[os.stat(folder).st_dev].append((folder, wanted))
    for parts in volumes.values():
        wanted = [one for _folder, list_of in parts for one in list_of]
        what = ', '.join(f'{name} {size(count)}' for name, count, _files in wanted if count)
        yield _space(f'space on {_mount_point(parts[0][0])}', parts[0][0], sum(one[1] for one in wanted), what)
        yield from _inodes(parts[0][0], sum(one[2] for one in wanted))


def _space(subject, folder, need, what):
    state = os.statvfs(folder)
    free, total = state.f_bavail * state.f_frsize, state.f_blocks * state.f_frsize
    text = f'{size(need)} needed ({what or "little"}), {size(free)} free'
    if need > free:
        return stop(subject, text, f'free {size(need - free)} there (python3 -m deploy prune), or move backup_dir')
    if free - need < total * MARGIN:
        return warning(subject, f'{text}: less than {MARGIN:.0%} would be left', 'free some: logs and dumps grow, too')
    return ok(subject, text)


def _inodes(folder, need):
    """Some volumes count files, too; 0 means that this one does not."""
    state = os.statvfs(folder)
    if state.f_files and state.f_favail < need + state.f_files * FEW:
        act = stop if state.f_favail < need else warning
        yield act('inodes', f'{need} files needed on the volume of {folder}, {state.f_favail} possible',
                  'remove many small files there: old sessions, caches, mail queues')


def _rehearsal(settings, files, count):
    """A rehearsal copies the filestore for real, for its Odoo might change it."""
    folder = _existing(settings.filestore)
    state = os.statvfs(folder)
    free = state.f_bavail * state.f_frsize
    if files > free:
        yield warning('space for a rehearsal', f'{size(files)} in {count} files needed in {settings.filestores}, '
                      f'{size(free)} free', f'free {size(files - free)} there before python3 -m deploy rehearse')


def _data_place(settings, server):
    """A folder on the volume where the copy of the database will be; None where it cannot be looked at."""
    if settings.db_host not in LOCAL and not settings.db_host.startswith('/'):
        return None
    try:
        place = server.value(PLACE, [settings.database])
    except psycopg2.Error:  # this role may not read where it is
        return None
    return _existing(place) if place and os.path.exists(place) else None


def _existing(path):
    """The folder itself, or the nearest one above that exists."""
    real = pathlib.Path(os.path.realpath(path))
    return next(place for place in (real, *real.parents) if place.exists())


def _mount_point(folder):
    return next(place for place in (folder, *folder.parents) if os.path.ismount(place))


def _tree(folder):
    """(bytes, number) of the files below a folder."""
    total = count = 0
    for place, _folders, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
                count += 1
            except OSError:
                continue
    return total, count


def _folders(folder):
    return sum(len(folders) for _place, folders, _files in os.walk(folder))
