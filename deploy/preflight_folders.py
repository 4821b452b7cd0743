"""The folders: what this account must read, write and rename in each."""
import os
import pathlib

from deploy import names, process
from deploy.finding import STOP, ok, stop, warning

SUBJECT = 'folders'
RIGHTS = {'read': os.R_OK, 'write': os.W_OK, 'enter': os.X_OK}
SHOWN = 3


def findings(settings, _server):
    code = pathlib.Path(os.path.realpath(settings.code_dir))
    yield _may('code', code, ('read', 'enter'))
    # The new code is staged beside the old one and exchanged with it by a rename; a link is exchanged itself.
    for folder in dict.fromkeys((code.parent, settings.code_dir.absolute().parent)):
        yield _may('folder of the code', folder, ('read', 'write', 'enter'))
    if settings.filestore.exists():
        yield _may('filestores', pathlib.Path(os.path.realpath(settings.filestore)).parent, ('read', 'write', 'enter'))
        yield _filestore(settings.filestore)
    else:
        yield warning('filestore',
                      f'{settings.filestore} does not exist: there are no attachments, or data_dir is wrong',
                      'check data_dir in odoo.conf')
    yield from _backup(settings, code)
    yield from _left_over(settings, code)


def _may(subject, folder, rights):
    """Whether this account has the rights; a volume that is mounted read-only has none."""
    if not folder.is_dir():
        return stop(subject, f'{folder} is not a folder', 'check the settings: --help lists them')
    missing = [name for name in rights if not os.access(folder, RIGHTS[name], effective_ids=True)]
    if missing:
        return stop(subject, f'this account may not {", ".join(missing)} {folder}',
                    f'run the tool as root or as the owner of {folder}')
    return ok(subject, f'{folder}: {", ".join(rights)}')


def _filestore(folder):
    """Every file must be readable: for the backup, and for the hard links."""
    unreadable, count = [], 0
    for place, _folders, files in os.walk(folder, onerror=lambda error: unreadable.append(error.filename)):
        for name in files:
            count += 1
            path = os.path.join(place, name)
            if not os.access(path, os.R_OK, effective_ids=True) and os.path.lexists(path):
                unreadable.append(path)
    if unreadable:
        return stop('filestore', f'{len(unreadable)} of {count} files cannot be read, such as '
                                 f'{", ".join(unreadable[:SHOWN])}',
                    f'chown -R them to the account of the service, or run the tool as root; {folder}')
    return ok('filestore', f'{folder}: {count} files, all readable')


def _backup(settings, code):
    """The backup folder, or the nearest one above that exists."""
    folder = pathlib.Path(os.path.realpath(settings.backup_dir))
    inside = [place for place in (code, pathlib.Path(os.path.realpath(settings.filestore)))
              if place == folder or place in folder.parents]
    if inside:
        yield stop('backup folder', f'{folder} lies in {inside[0]}, which a deployment exchanges',
                   'set backup_dir to a folder of its own, best on another disk')
        return
    there = next(place for place in (folder, *folder.parents) if place.exists())
    one = _may('backup folder', there, ('read', 'write', 'enter'))
    if one.level == STOP:
        yield one
        return
    yield one if there == folder else ok('backup folder', f'{folder} can be made in {there}')
    if settings.filestore.exists() and os.stat(there).st_dev == os.stat(settings.filestore).st_dev:
        yield warning('backup folder', f'{folder} is on the same volume as the filestore: a broken disk takes both',
                      'set backup_dir to another volume, or python3 -m deploy archive afterwards')


def _left_over(settings, code):
    """Snapshots and staged code of earlier deployments."""
    found = [path for place, mark in ((settings.filestores, names.PREFIX), (code.parent, f'.{names.PREFIX}'))
             if place.is_dir() for path in sorted(place.iterdir())
             if path.name.startswith(mark) and not (process.owner and process.owner in path.name)]
    if found:
        yield warning('left over', f'{len(found)} folders of earlier deployments: '
                                   f'{", ".join(str(path) for path in found[:SHOWN])}',
                      'python3 -m deploy prune, once they are not needed any more')
