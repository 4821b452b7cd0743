"""Every mutant meets every test that reaches its line, the likeliest first, and classes are set up for many at once."""
import pytest

from dev import mutation_plan
from dev.mutants import Mutant

GUARD, APPROVAL, VOUCHER = 'tests.test_guard.TestGuard', 'tests.test_approval.TestApproval', 'tests.test_voucher.TestV'


def mutant(line, file='models/posting_guard.py'):
    return Mutant(file, line, 'Guard.judge', line, 'never')


@pytest.fixture
def plan():
    names = {f'{VOUCHER}.test_a': 1.0, f'{GUARD}.test_b': 3.0, f'{GUARD}.test_a': 2.0, f'{GUARD}.test_long': 90.0,
             f'{APPROVAL}.test_a': 30.0}
    return mutation_plan.Map({'models/posting_guard.py': {7: list(names), 8: [f'{APPROVAL}.test_a']}}, names)


def order(case, luck=None):
    """The groups as the mutant meets them, one after the other."""
    while case.groups:
        [group] = case.wanted(luck or mutation_plan.Luck())
        yield group
        case.meet(group, 0.0)


def test_tests_of_the_subject_come_first(plan):
    case = plan.case(mutant(7))
    assert case.groups[GUARD, False] == [f'{GUARD}.test_a', f'{GUARD}.test_b']
    assert list(order(case)) == [(GUARD, False), (GUARD, True), (VOUCHER, False), (APPROVAL, True)]
    assert plan.tests_of((GUARD, True)) == [f'{GUARD}.test_long']


def test_tests_that_noticed_faults_of_the_function_come_first(plan):
    luck = mutation_plan.Luck()
    luck.add(mutant(8), (APPROVAL, True))
    luck.add(mutant(8), (APPROVAL, True))
    assert next(order(plan.case(mutant(7)), luck)) == (APPROVAL, True)
    assert next(order(plan.case(mutant(7)))) == (GUARD, False)


def test_a_line_that_no_test_reaches(plan):
    assert not plan.case(mutant(9)).groups


def test_maps_of_shares_make_one(plan):
    half = mutation_plan.Map({'models/posting_guard.py': {8: [f'{GUARD}.test_c']}}, {f'{GUARD}.test_c': 1.0})
    both = mutation_plan.Map.merged([plan, half])
    assert both.tests_at('models/posting_guard.py', 8) == [f'{GUARD}.test_c', f'{APPROVAL}.test_a']


def test_a_class_is_never_shared_out():
    names = [f'{one}.test_{number}' for one in (GUARD, APPROVAL, VOUCHER) for number in range(3)]
    dealt = mutation_plan.shares(names, 2)
    assert sorted(sum(dealt, [])) == sorted(names)
    assert not set(map(mutation_plan.class_of, dealt[0])) & set(map(mutation_plan.class_of, dealt[1]))


def test_every_case_meets_all_its_tests_once(plan):
    names = ['abcdefgh'[number % 3:] for number in range(99)]
    waiting = [mutation_plan.Case(mutant(number), dict.fromkeys(one), dict.fromkeys(one, 1))
               for number, one in enumerate(names)]
    owed = {case.mutant: set(case.groups) for case in waiting}
    batches = 0
    while waiting:
        group, batch = mutation_plan.take_batch(waiting, mutation_plan.Luck())
        batches += 1
        assert 0 < len(batch) <= mutation_plan.BATCH
        for case in batch:
            case.meet(group, mutation_plan.ENOUGH / 3)
            owed[case.mutant].remove(group)
        waiting += [case for case in batch if case.groups]
    assert not any(owed.values())
    assert batches < 40, 'A class of tests is set up for many'
