"""Removal of what is kept for a while: backups, rollback points and old code beyond ``keep_hours``, and what
interrupted work left behind.

Never removed: the newest backup that is good, what belongs to a deployment that is not finished, a database that
somebody is in, and anything whose deployment or backup this folder does not know.
"""
import contextlib
import dataclasses
import datetime
import pathlib
import shutil
from collections.abc import Callable

from deploy import backup as backups
from deploy import half, manifest, release, restore, sizes, switch
from deploy.journal import all_journals, journals_of
from deploy.names import DISCARDED, PLACEHOLDER, PREFIX, REHEARSAL, ROLLBACK, SCRATCH, beside
from deploy.report import Refused

COPIES = (ROLLBACK, DISCARDED, PLACEHOLDER, REHEARSAL)  # never the work database: it may be the real one
LAST = ('accepted', 'rolled-back', 'back-end', 'refused', 'rehearsed')


@dataclasses.dataclass(frozen=True)
class Item:
    """Something that may be removed. ``freed`` is in bytes, ``why`` says why it may go."""
    kind: str
    name: str
    freed: int
    why: str
    remove: Callable = dataclasses.field(repr=False, compare=False)


@dataclasses.dataclass(frozen=True)
class Plan:
    """What goes, and a text for each thing that stays although its time is over."""
    items: list
    kept: list


def plan(settings, server, now=None):
    """What could be removed at a time (default: now); nothing is touched. Holds while nobody deploys."""
    if not server.exists(settings.database):
        raise Refused(f'There is no database {settings.database}: one of its copies may be needed.',
                      'python3 -m deploy status')
    now = now or datetime.datetime.now(datetime.timezone.utc)
    result = Plan([], [])
    _backups(settings, now, result)
    _halves(settings, result)
    for journal in journals_of(settings):
        _deployment(settings, server, journal, now, result)
    _scratch(settings, server, result)
    return result


def carry_out(items, say):
    """Removes; returns the bytes given back."""
    freed = 0
    for item in items:
        item.remove()
        freed += item.freed
        say(item)
    return freed


def _age(then, now):
    """Hours."""
    return (now - datetime.datetime.fromisoformat(then)).total_seconds() / 3600


def _backups(settings, now, result):
    """Backups beyond their time; the newest whose files are all as its manifest says stays, and what is newer."""
    found = backups.all_backups(settings)
    unfinished = {journal.id for journal in all_journals(settings.state_dir) if journal.unfinished}
    old = [(folder, facts) for folder, facts in found if _age(facts['created'], now) > settings.keep_hours]
    if not old:
        return
    last = _last_good(found, result)
    for folder, facts in old:
        if folder.name in unfinished:
            result.kept.append(f'backup {folder.name}: its deployment is not finished')
        elif last is None or facts['created'] >= last['created']:
            result.kept.append(f'backup {folder.name}: there is no newer good one')
        else:
            why = f'{_age(facts["created"], now):.0f} hours old'
            result.items.append(_folder('backup', folder, why))


def _last_good(found, result):
    """The manifest of the newest backup whose files are whole; damaged ones that are newer are told."""
    for folder, facts in reversed(found):
        try:
            manifest.check(folder, facts)
            return facts
        except Refused as error:
            result.kept.append(f'backup {folder.name}: {error.what}')
    return None


def _folder(kind, path, why):
    return Item(kind, str(path), sizes.freed_by(path), why, lambda: _remove_folder(path))


def _remove_folder(path):
    """A folder goes under a passing name first: one that is half removed never looks whole."""
    passing = path if path.name.endswith(half.PART) else path.with_name(path.name + half.PART)
    if passing != path:
        path.rename(passing)
    shutil.rmtree(passing)


def _halves(settings, result):
    """What interrupted backups left."""
    for path in sorted(backups.home(settings).glob(f'*{half.PART}')):
        if path.is_dir() and not half.is_worked_on(path):
            result.items.append(_folder('half-made backup', path, 'interrupted'))


def _deployment(settings, server, journal, now, result):
    """Copies of a database, snapshots of a filestore and old code of one deployment."""
    rehearsal = journal.facts().get('kind') == 'rehearsal'  # broken off, it leaves nothing that is needed
    end = journal.last(*LAST) or journal.entries()[-1]
    if journal.unfinished and not rehearsal:
        result.kept.append(f'deployment {journal.id}: it is not finished (python3 -m deploy status)')
        return
    back = end['event'] == 'back-end'  # nothing of it is of use any more: the way back itself was to remove it
    if _age(end['time'], now) <= settings.keep_hours and not back:
        return
    why = 'the old state is back' if back else f'{end["event"]} {_age(end["time"], now):.0f} hours ago'
    for name in (beside(journal.id, kind) for kind in COPIES):
        _database(server, name, why, result)
        if (settings.filestores / name).is_dir():
            result.items.append(_folder('filestore', settings.filestores / name, why))
    _code(settings, journal, why, result)


def _database(server, name, why, result):
    if not server.exists(name):
        return
    if server.rows('SELECT 1 FROM pg_stat_activity WHERE datname = %s', [name]):
        result.kept.append(f'database {name}: somebody is in it')
        return
    result.items.append(Item('database', name, server.database_size(name), why,
                             lambda: restore.drop(server, name)))


def _code(settings, journal, why, result):
    """The old code beside the code in use."""
    with contextlib.suppress(Refused):  # the code in use is not there: nothing can be said of what is beside it
        staged = pathlib.Path(release.place(settings, journal.folder))
        if not staged.exists():
            return
        result.items.append(Item('old code', str(staged), sizes.freed_by(staged.parent), why,
                                 lambda: switch.discard(staged, settings.code_dir)))


def _scratch(settings, server, result):
    """Databases that an interrupted restore or proof left; one that is being worked on is locked."""
    names = {beside(folder.name[:restore.LONGEST], SCRATCH) for folder, _facts in backups.all_backups(settings)}
    for name in server.names(PREFIX):
        if (name in names or name.startswith(restore.HALF)) and not restore.is_worked_on(server, name):
            _database(server, name, 'interrupted', result)
