"""The tool, PostgreSQL or the machine broken off at every step, generated from the steps; people who interrupt."""
import os
import signal

from deploy.tests.faults.fault import NEW, OLD, add
from deploy.tests.world import mutations as m
from deploy.tests.world import trouble

STEPS = ('preflight', 'code', 'backup', 'stop', 'close', 'point', 'switch', 'upgrade', 'compare', 'start', 'check',
         'accept')
ANY = {0: NEW, 1: OLD, 2: OLD}
GOES_ON = {0: NEW}  # a step that can be done again goes on after a kill
BACK = {2: OLD}
FAILING = m.migration("raise ValueError('no')")

ENDING = ('check', 'accept')  # so short that the tool may be done before it is killed: nothing is to be resumed then
for step in STEPS:
    # The upgrade alone cannot be done twice in the same place: a resumed deployment goes back from it.
    add(f'kill -9 at the begin of {step}', BACK if step == 'upgrade' else GOES_ON, gate=f'begin {step}', kill=True,
        counted='kill')
    add(f'kill -9 in the midst of {step}', {**ANY, 1: NEW if step in ENDING else OLD}, gate=f'begin {step}',
        later=lambda world, process: os.killpg(process.pid, signal.SIGKILL), counted='kill')
    add(f'PostgreSQL restarted in {step}', ANY, gate=f'begin {step}',
        later=lambda world, process: world.worlds.restart('immediate'))
add('kill -9 before the first step', GOES_ON, gate='created', kill=True, counted='kill')
add('kill -9 after the last step', {1: NEW}, gate='end accept', kill=True, counted='kill')
add('kill -9 at the begin of the way back', BACK, FAILING, gate='back-begin', kill=True, counted='kill')
add('kill -9 at the end of the way back', {1: OLD}, FAILING, gate='back-end', kill=True, counted='kill',
    mend=lambda world: world.run('prune'))  # which removes what was of use to the way back alone
add('kill -9 in the midst of the way back', {2: OLD, 1: OLD}, FAILING, gate='back-begin', counted='kill',
    later=lambda world, process: os.killpg(process.pid, signal.SIGKILL))
add('PostgreSQL restarted on the way back', {2: OLD, 3: OLD}, FAILING, gate='back-begin',
    later=lambda world, process: world.worlds.restart('immediate'))
for step in ('backup', 'close', 'point', 'switch', 'upgrade', 'compare', 'start', 'check'):
    add(f'power loss in {step}', {0: NEW, 2: OLD}, gate=f'begin {step}', kill=True, between=trouble.power_loss)
add('power loss on the way back', BACK, FAILING, gate='back-begin', kill=True, between=trouble.power_loss)


def _signal(number, times=1):
    def send(world, process):
        for _time in range(times):
            os.kill(process.pid, number)
    return send


add('Ctrl-C in the backup', {1: OLD}, gate='begin backup', later=_signal(signal.SIGINT))
add('Ctrl-C in the upgrade', BACK, gate='begin upgrade', later=_signal(signal.SIGINT))
add('Ctrl-C between two steps', BACK, gate='begin upgrade', at=_signal(signal.SIGINT))
add('Ctrl-C twice', BACK, gate='begin upgrade', later=_signal(signal.SIGINT, 2))
add('Ctrl-C on the way back', BACK, FAILING, gate='back-begin', later=_signal(signal.SIGINT, 3))
add('the terminal is closed in the upgrade', {0: NEW, 2: OLD}, gate='begin upgrade', later=_signal(signal.SIGHUP))
add('asked to end in the comparison', {0: NEW, 2: OLD}, gate='begin compare', later=_signal(signal.SIGTERM))
add('the upgrade is killed for want of memory', BACK, m.migration('time.sleep(20)'), gate='begin upgrade',
    later=lambda world, process: world.until(lambda: trouble.kill(world, '-u ', '--stop-after-init')))
add('the session of the upgrade is ended', BACK, m.sql('SELECT pg_sleep(8)'), gate='begin upgrade',
    later=lambda world, process: world.until(lambda: world.admin(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(8)%' "
        "AND pid <> pg_backend_pid()")))
add('killed and resumed twice', {0: NEW, 2: OLD}, gate='begin close', kill=True,
    between=lambda world: _kill_again(world))


def _kill_again(world):
    """The resumed tool is killed, too, at a later step."""
    from deploy.tests.world.gates import Gate
    gate = Gate('begin point', kill=True)
    world.run('deploy', '--resume', gate=gate)
    assert gate.reached, 'the resumed tool never came to the rollback point'
    gate.remove()
