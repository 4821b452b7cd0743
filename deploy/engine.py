"""Carries a deployment out, from the start or from where it was broken off, and leads back when a step fails."""
import os
import shutil
import sys

from deploy import back, lock, process
from deploy.deployment import Deployment
from deploy.journal import RESUME, Journal, broken_off
from deploy.postgres import Server
from deploy.report import Exit, Failed, NeedsPerson, Refused, Stop, say
from deploy.steps import BACK, as_stop, carry_out

TOOL = 'tool'
BOOT = 'import sys; sys.path.insert(0, sys.argv.pop(1)); from deploy.cli import main; sys.exit(main())'
ENDED = {'accepted': Exit.DONE, 'back-end': Exit.RESTORED, 'refused': Exit.REFUSED}


def begin(settings, words, **facts):
    """Makes the journal and the tool's own copy, and goes on with that copy: the code being replaced may be ours."""
    open_one = broken_off(settings)
    if open_one:
        raise Refused(f'Deployment {open_one.id} was broken off.', RESUME)
    with lock.alone(settings, Server(settings)):
        journal = Journal.create(settings.state_dir, database=settings.database, module=settings.module, **facts)
        keep_tool(journal)
    hand_over(journal, words)


def keep_tool(journal):
    """Copies this package beside the journal."""
    here = os.path.dirname(os.path.abspath(__file__))
    shutil.copytree(here, journal.folder / TOOL / 'deploy', dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns('tests', '__pycache__'))


def hand_over(journal, words):
    """Goes on as the copy of the tool that began the deployment. Does not return."""
    sys.stdout.flush()
    os.execv(sys.executable, [  # noqa: S606
        sys.executable, '-c', BOOT, str(journal.folder / TOOL), *words, '--carry', journal.id])


def carry(settings, identity, confirm=()):
    """Carries a deployment to its end, whatever end that is; returns the exit code."""
    deployment = Deployment(settings, Journal(settings.state_dir / identity))
    with lock.alone(settings, Server(settings)):
        process.own(identity)
        ended = process.end_left_over(identity)
        if ended:
            say(f'   {ended} processes were left running and were ended')
        try:
            return _carry(deployment, confirm)
        except KeyboardInterrupt:  # between two steps, or a second one while the first was being answered
            if not deployment.unfinished:
                return ENDED[deployment.journal.last(*ENDED)['event']]
            return _give_up(deployment, Failed('Interrupted.'))


def _give_up(deployment, error):
    """The end of a deployment that cannot go on: refused where nothing was touched, else the way back."""
    return lead_back(deployment, error) if deployment.begun('stop') else _refuse(deployment, error)


def _carry(deployment, confirm):
    left = _left(deployment)
    if left is None:
        return lead_back(deployment, 'the deployment was broken off in a step that cannot be done twice')
    for step in left:
        try:
            if step.name in confirm:
                ask(step)
            carry_out(step, deployment.journal)
        except (Stop, KeyboardInterrupt, OSError) as error:
            return _give_up(deployment, as_stop(error, step))
    say(f'\nDone: {deployment.settings.module} {deployment.facts["release"]["version"]} is in use. '
        f'The rollback point is kept: python3 -m deploy rollback')
    return Exit.DONE


def _left(deployment):
    """Steps still to be done; None when the way on is back. Says so when it goes on after a break."""
    journal = deployment.journal
    if journal.last('back-begin'):
        return None
    steps = deployment.steps()
    left = [step for step in steps if not deployment.ended(step.name)]
    current = left[0] if left else None
    if current and deployment.begun(current.name):
        if (current.resumed == BACK or journal.last('failed')) and deployment.begun('stop'):
            return None
        say(f'Deployment {journal.id} was broken off in step {current.name}; it goes on there.')
    return left


def ask(step):
    """Waits for the administrator's word. Without a terminal there is nobody to give it: Refused."""
    if not sys.stdin.isatty():
        raise Refused(f'Step {step.name} waits for a word, and there is no terminal.', 'leave --confirm out')
    if input(f'{step.title}? Type yes to go on: ').strip().lower() != 'yes':
        raise Refused(f'The word was not given before step {step.name}.')


def _refuse(deployment, error):
    """The end of a deployment that touched nothing."""
    back.clean_up(deployment)
    deployment.journal.write('refused', error=error.what)
    say(f'\n{error.line()}\nNothing was touched.')
    return Exit.REFUSED


def lead_back(deployment, reason, proven=False):
    """The way back; when it cannot reach its end a person is needed."""
    why = reason.what if isinstance(reason, Stop) else str(reason)
    try:
        back.go_back(deployment, why, proven=proven)
    except NeedsPerson as error:
        deployment.journal.write('person', error=error.what, command=error.remedy)
        say(f'\n{error.line()}')
        return Exit.PERSON
    except Exception as error:
        deployment.journal.write('person', error=repr(error), command=RESUME)
        say(f'\nThe way back could not reach its end: {error}\n  next: {RESUME}')
        return Exit.PERSON
    say(f'\n{deployment.settings.module} is as it was: {why}')
    return Exit.RESTORED
