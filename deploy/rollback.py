"""Back to the old version after a deployment was accepted, or when it waits for a person."""
import contextlib
import json

from deploy import back, engine, lock, process, switch
from deploy.deployment import Deployment
from deploy.journal import ENDS, RESUME, Journal, journals_of
from deploy.names import PREFIX, ROLLBACK
from deploy.point import Databases
from deploy.postgres import Server
from deploy.report import Exit, Refused, say

DISCARD = 'python3 -m deploy rollback --discard-since'


def whole(settings, discard):
    """Code, database and filestore. What users entered since is counted first, and only ``discard`` lets it go."""
    deployment = last(settings)
    with lock.alone(settings, deployment.server):
        process.own(deployment.journal.id)
        _check_point(deployment)
        rows = back.entered_since(deployment)
        if rows:
            say(f'Users entered this since the rollback point:\n\n{back.shown(rows)}\n')
            if not discard:
                raise Refused('Going back would lose it; nothing was touched.',
                              f'{DISCARD} (it is kept as a dump beside the journal)')
        back.prove(deployment, deployment.copy, deployment.snapshot)
        deployment.journal.note(discard=True if discard else None)
        code = engine.lead_back(deployment, 'rollback was asked for', proven=True)
        if code == Exit.RESTORED:
            deployment.journal.write('rolled-back')
            return Exit.DONE
        return code


def last(settings):
    """The last deployment that can be taken back."""
    for journal in reversed(journals_of(settings)):
        if journal.facts().get('kind') != 'deployment':
            continue
        if journal.last('rolled-back'):
            raise Refused(f'Deployment {journal.id} was rolled back already.', 'python3 -m deploy status')
        end = journal.last(*ENDS)
        if end['event'] == 'accepted' if end else journal.last('person'):
            return Deployment(settings, journal)
    return _from_comment(settings)


def _from_comment(settings):
    """The deployment whose rollback point is on the server, where its journal was lost with the backup folder."""
    server = Server(settings)
    for name in reversed(server.names(PREFIX)):
        facts = {}
        with contextlib.suppress(TypeError, ValueError):
            facts = json.loads(Databases(server).comment(name))
        if name.endswith(ROLLBACK) and facts.get('database') == settings.database:
            say(f'The journal of deployment {facts["id"]} is gone; its rollback point {name} tells what is needed.')
            return Deployment(settings, _rebuilt(settings, facts))
    raise Refused(f'There is no deployment of {settings.database} to take back.', 'python3 -m deploy status')


def _rebuilt(settings, facts):
    """A journal with what the rollback point remembers: the new version was in use."""
    folder = settings.state_dir / facts['id']
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    journal = Journal(folder)
    journal.write('created', kind='deployment', module=settings.module, database=settings.database)
    journal.note(**{key: value for key, value in facts.items() if key not in ('id', 'database')})
    for step in ('stop', 'switch', 'upgrade', 'start'):
        journal.write('begin', step)
    journal.write('accepted', version=(facts.get('release') or {}).get('version', ''))
    return journal


def _check_point(deployment):
    """Refused when what the way back needs is not there."""
    if not deployment.facts.get('copy_oid'):
        raise Refused(f'Deployment {deployment.journal.id} was broken off before its rollback point.', RESUME)
    if deployment.databases.name(deployment.facts['copy_oid']) != deployment.copy:
        raise Refused(f'The rollback point {deployment.copy} is gone: it was removed by prune or by hand.',
                      'restore a backup: docs/operators.md, "By hand"')
    if deployment.facts.get('snapshot_inode') and not deployment.snapshot.is_dir():
        raise Refused(f'The filestore of the rollback point, {deployment.snapshot}, is gone.',
                      'restore a backup: docs/operators.md, "By hand"')


def code_alone(settings, words):
    """The old code, upgraded over the data as they are now: a deployment of its own, with its own rollback point."""
    deployment = last(settings)
    release = deployment.facts.get('release') or {}
    old = switch.kept(release.get('path', ''), settings.code_dir)
    if not old:
        raise Refused('The old code is not kept any more.', 'deploy it from its source with --ref')
    words = [word for word in words if word not in ('rollback', '--code')]
    engine.begin(settings, ['deploy', *words, '--source', str(old), '--ref', '', '--older', '1'],
                 kind='deployment')
