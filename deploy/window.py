"""The steps of the closed window: from the stop of the service until users work with the new version."""
import concurrent.futures
import contextlib
import json
import os
import time

from deploy import (
    checks,
    database_facts,
    declared,
    digest,
    files_proof,
    filestore,
    finding,
    rehearsed,
    role_checks,
    trial,
)
from deploy import compare as comparing
from deploy import switch as switching
from deploy.journal import now
from deploy.names import PLACEHOLDER, beside
from deploy.odoo_log import Mark
from deploy.postgres import WAIT, named
from deploy.report import Failed, duration, say

SHOWN = 5  # differences and findings that an error repeats
UNFIT = 'The new version does not do what it must'


def stop(deployment):
    """The service and all its processes."""
    deployment.service.check()
    if 'closed_at' not in deployment.facts:
        deployment.journal.note(closed_at=now(), closed_clock=time.time())
    deployment.service.stop()


def close(deployment):
    """Nobody can write any more."""
    deployment.databases.close(deployment.settings.database)
    if deployment.service.processes():
        raise Failed(f'The service came back by itself: process {deployment.service.processes()[0]}.')


def point(deployment):
    """A copy of the database and hard links of the filestore; what leads back is kept in the copy's comment, too."""
    databases, settings = deployment.databases, deployment.settings
    begin = time.monotonic()
    copy_all(databases, settings.database, deployment.copy, deployment.files, deployment.snapshot)
    facts = {
        'database_oid': databases.oid(settings.database), 'copy_oid': databases.oid(deployment.copy),
        'database_facts': database_facts.facts(deployment.server, settings.database),
        'files_inode': inode(deployment.files), 'snapshot_inode': inode(deployment.snapshot),
    }
    deployment.journal.note(**facts)
    text = json.dumps({**facts, 'id': deployment.journal.id, 'database': settings.database,
                       'release': deployment.facts.get('release')})
    deployment.server.rows(named('COMMENT ON DATABASE {} IS %s', deployment.copy), [text], wait=WAIT)
    return f'made in {duration(time.monotonic() - begin)}'


def copy_all(databases, database, copy, files, snapshot):
    """The copy of the database and the snapshot of its filestore, both at the same time."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        linked = pool.submit(filestore.snapshot, files, snapshot) if files.is_dir() else None
        databases.copy(database, copy)
    if linked:
        linked.result()


def inode(path):
    """Number that a folder keeps when it is renamed; None when there is none."""
    return os.stat(path).st_ino if os.path.exists(path) else None


def switch(deployment):
    """The new code takes the place of the old one, which is kept whole."""
    switching.exchange(deployment.release.path, deployment.settings.code_dir)


def upgrade(deployment):
    """In place, under a name that nobody else knows. The rollback copy and its files are digested meanwhile, by one
    session: Odoo has the other processor."""
    set_aside(deployment)
    with reading(deployment, deployment.copy), concurrent.futures.ThreadPoolExecutor(1) as pool:
        before = pool.submit(digest.take, deployment.server, deployment.copy, workers=1)
        whole = pool.submit(files_proof.whole_since, deployment)
        try:
            deployment.odoo.upgrade(deployment.work, [deployment.settings.module], deployment.log('upgrade'))
        finally:
            keep(deployment.picture('before'), before.result())
    deployment.journal.note(files_whole_since=whole.result())


def set_aside(deployment):
    """The database gets another name, a closed placeholder holds its own: no other server can write meanwhile."""
    databases, settings = deployment.databases, deployment.settings
    databases.close(settings.database)
    databases.hide(settings.database)
    databases.rename(deployment.facts['database_oid'], deployment.work)
    databases.placeholder(settings.database, beside(deployment.journal.id, PLACEHOLDER), mark(deployment))
    link = settings.filestores / deployment.work
    if deployment.files.is_dir() and not link.is_symlink():
        link.symlink_to(deployment.files)
    databases.allow(deployment.work, True)


def mark(deployment):
    """What the comment of our placeholder says."""
    return f'placeholder of deployment {deployment.journal.id}'


@contextlib.contextmanager
def reading(deployment, name):
    """The rollback copy is open while the block lasts, and closed again."""
    deployment.databases.allow(name, True)
    try:
        yield
    finally:
        deployment.databases.close(name)


def keep(path, picture):
    """Stores a picture of a database for its owner alone."""
    half = path.with_suffix('.part')
    try:
        half.write_text(json.dumps(picture, default=str))
        half.chmod(0o600)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def load(path):
    return json.loads(path.read_text())


def compare(deployment):
    """Old against new, row by row; the filestore. The rights of people and a server on another port, unless a
    rehearsal has tried this very release."""
    settings, server = deployment.settings, deployment.server
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        files = pool.submit(files_proof.differences, deployment, deployment.work, deployment.files,
                            since=deployment.facts.get('files_whole_since'))
        before = load(deployment.picture('before'))
        after = digest.take(server, deployment.work, columns=before)
        keep(deployment.picture('after'), after)
        with reading(deployment, deployment.copy):
            differences = comparing.compare(
                before, after, server, deployment.copy, deployment.work, modules=[settings.module],
                allowed=declared.changes(settings, deployment.release, before))
        refuse_differences([*differences, *files.result()])
    rehearsal = rehearsed.same_release(deployment)
    deployment.journal.note(tried_by=rehearsal)
    if rehearsal:
        return f'the new version was tried by rehearsal {rehearsal}'
    demand(tried(deployment, settings, deployment.odoo, deployment.work), UNFIT)
    return 'the new version was tried, too'


def tried(deployment, settings, odoo, name):
    """Findings about what people may do, and about a server on another port, both at the same time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(one, settings, odoo, deployment.server, name, deployment.log(log))
                   for one, log in ((role_checks.roles, 'roles'), (trial.trial, 'trial'))]
        return [found for future in futures for found in future.result()]


def refuse_differences(differences):
    """Shows all differences; Failed when there is one."""
    for one in differences:
        say(f'   {one.text}')
    if differences:
        raise Failed(f'The upgrade changed what it must not change: {differences[0].text}'
                     f'{f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""}')


def demand(findings, what):
    """Shows all findings; Failed when one is a stop."""
    finding.show(findings)
    wrong = finding.stops(findings)
    if wrong:
        raise Failed(f'{what}: ' + '; '.join(f'{one.subject}: {one.text}' for one in wrong[:SHOWN]))


def start(deployment):
    """The database gets its name back and the service starts with the new code."""
    put_back(deployment)
    logfile = deployment.settings.logfile
    if logfile and not deployment.facts.get('log_mark'):
        place = Mark.at_end(logfile)
        deployment.journal.note(log_mark=[place.path, place.inode, place.offset])
    if 'opened_by_database' not in deployment.facts:
        moment = deployment.server.value("SELECT now() AT TIME ZONE 'UTC'")
        deployment.journal.note(opened_by_database=moment.isoformat())
    if not deployment.service.running():
        deployment.service.start()
    checks.wait(deployment.settings)
    deployment.journal.note(opened_at=now(), seconds_closed=round(time.time() - deployment.facts['closed_clock'], 1))


def put_back(deployment):
    """Undoes :func:`set_aside`, each part only where it is still to be done."""
    databases, name = deployment.databases, deployment.settings.database
    facts = deployment.facts
    if databases.name(facts['database_oid']) != name:
        databases.close(deployment.work)
        drop_placeholder(deployment)
        databases.rename(facts['database_oid'], name)
    (deployment.settings.filestores / deployment.work).unlink(missing_ok=True)
    open_up(deployment)


def drop_placeholder(deployment):
    """Frees the name of the database. Failed when something that is not ours has it."""
    databases, name = deployment.databases, deployment.settings.database
    if databases.oid(name) is None:
        return
    if databases.comment(name) != mark(deployment):
        raise Failed(f'A database named {name} is in the way that this deployment did not make.')
    databases.drop(name)


def open_up(deployment):
    """Sessions may come in again; the database is as visible as it was."""
    name = deployment.settings.database
    deployment.databases.hide(name, deployment.facts['database_facts'].get('is_template', False))
    deployment.databases.allow(name, True)


def check(deployment):
    """Login page, every worker, log, module: all with the new version; the rights of people where only the rehearsal
    has tried them."""
    settings, facts = deployment.settings, deployment.facts
    place = facts.get('log_mark')
    demand(checks.service_findings(settings, Mark(*place) if place else None, facts['closed_clock']),
           'The service is not well')
    if facts.get('tried_by'):
        demand(role_checks.roles(settings, deployment.odoo, deployment.server, settings.database,
                                 deployment.log('roles')), UNFIT)


def accept(deployment):
    """From here on a failure of the new version is a matter for ``rollback``."""
    deployment.databases.close(deployment.copy)
    deployment.journal.write('accepted', version=deployment.facts['release']['version'])
    return f'closed for {duration(deployment.facts["seconds_closed"])}'
