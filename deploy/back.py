"""The way back to the old state: looks where things are and moves what is not in its place, so it can be broken off."""
import dataclasses
import datetime
import os
import shutil
import time

from deploy import checks, database_facts, digest, entered, files_proof, process, release
from deploy import compare as comparing
from deploy import switch as switching
from deploy.journal import now
from deploy.names import PLACEHOLDER, beside
from deploy.report import NeedsPerson, duration, say, table
from deploy.steps import Unbroken
from deploy.window import drop_placeholder, inode, load, open_up, reading

ODOOBOT = '__system__'  # login of the user under which Odoo works by itself


def go_back(deployment, reason, proven=False):
    """Brings the old state back, proves it and starts the service.

    What users entered since the new version was opened goes only where the journal notes ``discard``; it is kept as a
    dump.

    :param proven: the rollback point was compared just before, while the service was up
    :raises NeedsPerson: users entered something meanwhile, or the way back itself failed
    """
    with Unbroken():
        say(f'\nGoing back: {reason}')
        deployment.journal.write('back-begin', reason=str(reason))
        process.end_left_over(deployment.journal.id)
        refuse_to_discard(deployment)
        begin = time.monotonic()
        _stop_and_look_again(deployment)
        moved = _move_back(deployment)
        if not proven:
            _prove(deployment)
        open_up_old(deployment)
        deployment.service.start()
        checks.wait(deployment.settings)
        keep_discarded(deployment)
        deployment.journal.write('back-end', seconds=round(time.monotonic() - begin, 3), moved=round(moved, 3))
        clean_up(deployment)
        say(f'The old state is back, proven, after {duration(time.monotonic() - begin)}.')


def to_copy(deployment):
    """True when the database may have been changed: then the copy takes its place."""
    return deployment.begun('upgrade')


def entered_since(deployment):
    """What users entered since the rollback point, by table and person; [] where nobody could."""
    name, moment = deployment.settings.database, deployment.facts.get('opened_by_database')
    if not moment or deployment.databases.name(deployment.facts.get('database_oid')) != name:
        return []
    deployment.databases.allow(name, True)
    return entered.since_time(deployment.server, name, datetime.datetime.fromisoformat(moment))


def shown(rows):
    """Who entered how much, as a table."""
    return table(('table', 'person', 'created', 'changed'), map(dataclasses.astuple, rows))


def _stop_and_look_again(deployment):
    """Stops the service; it runs on when users entered something up to the very end."""
    deployment.service.stop()
    try:
        refuse_to_discard(deployment)
    except NeedsPerson:
        deployment.service.start()
        raise


def refuse_to_discard(deployment):
    """Stops where users already entered something into the new version, unless that was given up."""
    if deployment.facts.get('discard'):
        return
    rows = [row for row in entered_since(deployment) if row.person != ODOOBOT]
    if rows:
        say(shown(rows))
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
                          by_hand(deployment))
    holder = databases.oid(name)
    if wanted != facts['database_oid'] and databases.name(facts['database_oid']):
        databases.rename(facts['database_oid'], deployment.discarded)
    if holder not in (wanted, facts['database_oid']):
        drop_placeholder(deployment)
    databases.rename(wanted, name)
    if to_copy(deployment):
        for warning in database_facts.apply(deployment.server, name, facts['database_facts']):
            say(f'   {warning.line()}')


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
    path = (deployment.facts.get('release') or {}).get('path')
    if path and deployment.begun('switch'):
        switching.back(path, deployment.settings.code_dir)


def _prove(deployment):
    """The database and its files are those of the rollback point."""
    if not to_copy(deployment):
        say('   the database is the one that was closed when the service stopped; nobody wrote since')
        return
    deployment.databases.hide(deployment.settings.database)
    prove(deployment, deployment.settings.database, deployment.files)


def by_hand(deployment):
    """The next command where the rollback point is of no use: the backup beside it, under another name."""
    name = beside(deployment.journal.id, 'restored')
    return (f'python3 -m deploy backup {deployment.journal.id} --restore-as {name} (then docs/operators.md, '
            '"By hand")')


def prove(deployment, name, files):
    """Compares a closed database and a filestore with the rollback point's picture; NeedsPerson when they differ."""
    stored = deployment.picture('before')
    if not stored.exists():
        say('   the copy was made when nobody could write, and has been closed since')
        return
    before = load(stored)
    with reading(deployment, name):
        found = comparing.compare(before, digest.take(deployment.server, name, columns=before), strict=True)
        found += files_proof.differences(deployment, name, files, repair=True)
    wrong = [one.text for one in found]
    deployment.journal.note(proven_at=now(), differences=wrong)
    if wrong:
        raise NeedsPerson(f'The rollback point is not as it was: {wrong[0]}.', by_hand(deployment))
    say(f'   proven: {len(before["tables"])} tables equal those of the rollback point')


def keep_discarded(deployment):
    """A dump of the database that was put aside, where users had worked in it."""
    name = deployment.discarded
    if not deployment.facts.get('discard') or deployment.databases.oid(name) is None:
        return
    path = deployment.journal.folder / 'discarded.dump'
    say(f'-- dump of what is discarded: {path} ...')
    with reading(deployment, name):
        deployment.server.call('pg_dump', '-Fc', '-Z1', '-f', path, '-d', name, what='The dump of what is discarded')


def open_up_old(deployment):
    if deployment.facts.get('database_facts'):
        open_up(deployment)
    else:
        deployment.databases.allow(deployment.settings.database, True)


def clean_up(deployment):
    """Removes what is of no use any more; each part may be gone already."""
    databases = deployment.databases
    for name in (deployment.discarded, deployment.work, deployment.copy, beside(deployment.journal.id, PLACEHOLDER)):
        databases.drop(name)
    for path in (deployment.files.parent / deployment.discarded, deployment.snapshot):
        shutil.rmtree(path, ignore_errors=True)
    switching.discard(release.place(deployment.settings, deployment.journal.folder), deployment.settings.code_dir)
    (deployment.settings.filestores / deployment.work).unlink(missing_ok=True)
