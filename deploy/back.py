"""The way back to the old state: looks where things are and moves what is not in its place, so it can be broken off."""
import json
import os
import shutil
import time

from deploy import checks, database_facts, digest, entered, filestore, process
from deploy import compare as comparing
from deploy import switch as switching
from deploy.journal import now
from deploy.names import beside
from deploy.report import NeedsPerson, duration, say
from deploy.steps import Unbroken
from deploy.window import drop_placeholder, inode, open_up

COMMAND = 'python3 -m deploy deploy --resume'


def go_back(deployment, reason, discard=False):
    """Brings the old state back, proves it and starts the service.

    :param discard: what users entered since the new version was opened may be lost (it is kept as a dump)
    :raises NeedsPerson: users entered something meanwhile, or the way back itself failed
    """
    with Unbroken():
        say(f'\nGoing back: {reason}')
        deployment.journal.write('back-begin', reason=str(reason))
        process.end_left_over(deployment.journal.id)
        if not discard:
            _refuse_to_discard(deployment)
        begin = time.monotonic()
        deployment.service.stop()
        moved = _move_back(deployment)
        _prove(deployment)
        open_up_old(deployment)
        deployment.service.start()
        checks.wait(deployment.settings)
        deployment.journal.write('back-end', seconds=round(time.monotonic() - begin, 3), moved=round(moved, 3))
        clean_up(deployment)
        say(f'The old state is back, proven, after {duration(time.monotonic() - begin)}.')


def to_copy(deployment):
    """True when the database may have been changed: then the copy takes its place."""
    return deployment.begun('upgrade')


def _refuse_to_discard(deployment):
    """Stops where users already entered something into the new version."""
    facts = deployment.facts
    name = deployment.settings.database
    if not deployment.begun('start') or deployment.databases.name(facts.get('database_oid')) != name:
        return
    deployment.databases.allow(name, True)
    deployment.databases.allow(deployment.copy, True)
    rows = entered.since(deployment.server, deployment.copy, name)
    deployment.databases.close(deployment.copy)
    if rows:
        say(entered.shown(rows))
        raise NeedsPerson('Users entered something since, which going back would lose; nothing was moved.',
                          'python3 -m deploy rollback --discard-since')


def _move_back(deployment):
    """Database, filestore and code into their old places; returns the seconds of the moves."""
    _settle(deployment)
    begin = time.monotonic()
    restore_database(deployment)
    restore_files(deployment)
    restore_code(deployment)
    return time.monotonic() - begin


def _settle(deployment):
    """Nobody is in any of the databases, so that they can be renamed."""
    databases, facts = deployment.databases, deployment.facts
    for oid in filter(None, (facts.get('database_oid'), facts.get('copy_oid'))):
        name = databases.name(oid)
        if name:
            databases.close(name)


def restore_database(deployment):
    """The old database under its name: the copy where the upgrade began, else the database itself."""
    databases, facts, name = deployment.databases, deployment.facts, deployment.settings.database
    if not facts.get('copy_oid'):  # the point was never reached: the database is untouched and has its name
        databases.end_work_on(deployment.copy)
        return
    wanted = facts['copy_oid'] if to_copy(deployment) else facts['database_oid']
    if databases.name(wanted) is None:
        raise NeedsPerson(f'The rollback point {deployment.copy} is gone.',
                          f'restore the backup: docs/operators.md, "By hand"; deployment {deployment.journal.id}')
    holder = databases.oid(name)
    if wanted != facts['database_oid'] and databases.name(facts['database_oid']):
        databases.rename(facts['database_oid'], deployment.discarded)
    if holder not in (wanted, facts['database_oid']):
        drop_placeholder(deployment)
    databases.rename(wanted, name)
    if to_copy(deployment):
        for warning in database_facts.apply(deployment.server, name, facts['database_facts']):
            say(f'   {warning}')


def restore_files(deployment):
    """The filestore of the old database; that of the new one is put beside."""
    (deployment.settings.filestores / deployment.work).unlink(missing_ok=True)
    wanted = deployment.facts.get('snapshot_inode')
    if not to_copy(deployment) or wanted is None or inode(deployment.files) == wanted:
        return
    if deployment.files.exists():
        os.rename(deployment.files, deployment.files.parent / deployment.discarded)
    os.rename(deployment.snapshot, deployment.files)


def restore_code(deployment):
    """The old code in its place."""
    release = deployment.facts.get('release')
    if release and deployment.begun('switch'):
        switching.back(release['path'], deployment.settings.code_dir)


def _prove(deployment):
    """The database and its files are those of the rollback point."""
    stored = deployment.picture('before')
    if not to_copy(deployment) or not stored.exists():
        say('   the database is the one that was closed when the service stopped; nobody wrote since')
        return
    name = deployment.settings.database
    deployment.databases.hide(name)
    deployment.databases.allow(name, True)
    before = json.loads(stored.read_text())
    differences = comparing.compare(before, digest.take(deployment.server, name, columns=before), strict=True)
    differences += filestore.check(deployment.server, name, deployment.files)
    deployment.journal.note(proven_at=now(), differences=[one.text for one in differences])
    if differences:
        raise NeedsPerson(f'The old state is back, but {differences[0].text}.',
                          f'compare with the backup: docs/operators.md, "By hand"; then {COMMAND}')
    say(f'   proven: {before_text(before)}')


def before_text(picture):
    return f'{len(picture["tables"])} tables equal those of the rollback point'


def open_up_old(deployment):
    if deployment.facts.get('database_facts'):
        open_up(deployment)
    else:
        deployment.databases.allow(deployment.settings.database, True)


def clean_up(deployment):
    """Removes what is of no use any more; each part may be gone already."""
    databases = deployment.databases
    for name in (deployment.discarded, deployment.work, deployment.copy):
        databases.drop(name)
    for path in (deployment.files.parent / deployment.discarded, deployment.snapshot, deployment.staged):
        shutil.rmtree(path, ignore_errors=True)
    (deployment.settings.filestores / beside(deployment.journal.id, 'work')).unlink(missing_ok=True)
