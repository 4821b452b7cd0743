"""The table of faults is whole: what it must hold, and that it speaks of steps and events that there are."""
import re

import pytest

from deploy.deployment import STEPS
from deploy.tests.faults import breaks, table
from deploy.tests.faults.fault import ALL, NEW, OLD

NAMES = tuple(name for name, *_rest in STEPS)
# What issue and operators name, each by a part of a fault's name.
NAMED = ('PostgreSQL restarted in', 'backup volume full', 'database volume full', 'backup truncated', 'one bit flipped',
         'wrong password', 'client tools too old', 'cannot be put out', 'second deployment', 'syntax error',
         'view with an unknown field', 'missing file', 'missing dependency', 'migration that raises',
         'migration that hangs', 'answers 500', 'cron writes', 'gets another amount', 'attachment is lost',
         'attachment is altered', 'dirty code folder', 'diverged code folder', 'symlinked folder', 'cannot read',
         'database name with quotes', 'another owner', 'extension missing on restore', 'large object',
         'several databases', 'Ctrl-C twice', 'log rotated', 'backup folder gone', 'rollback twice',
         'rollback after work')


def test_sixty_faults_and_a_kill_at_every_step():
    faults = [fault for fault in ALL.values() if fault.counted == 'fault']
    assert len(faults) >= 60
    assert breaks.STEPS == NAMES
    for name in NAMES:
        assert f'kill -9 at the begin of {name}' in ALL
        assert f'PostgreSQL restarted in {name}' in ALL


@pytest.mark.parametrize('part', NAMED)
def test_what_must_be_survived_is_in_the_table(part):
    assert any(part in name for name in ALL)


@pytest.mark.parametrize('fault', ALL.values(), ids=ALL)
def test_a_fault_says_when_it_comes_and_how_it_ends(fault):
    assert fault.expected
    assert set(fault.expected) <= {0, 1, 2, 3}
    assert set(fault.expected.values()) <= {OLD, NEW, ''}
    assert fault.after or '' not in fault.expected.values()
    assert fault.gate or not (fault.kill or fault.at or fault.later)
    assert not fault.gate or re.fullmatch(rf'(begin|end) ({"|".join(NAMES)})|created|back-begin|back-end', fault.gate)


def test_the_short_selection_is_of_the_table():
    assert set(table.SHORT) <= set(ALL)
