"""What was found of a mutant counts as long as what it was found with is the same."""
import pytest

from dev.mutants import Mutant
from dev.mutation_verdicts import Verdicts

MUTANT, OTHER = (Mutant('models/guard.py', 7, 'Guard.judge', number, 'never') for number in (1, 2))
TEST = 'odoo.addons.addon.tests.test_guard.TestGuard'


@pytest.fixture
def root(tmp_path):
    for name in ('models/guard.py', 'tests/test_guard.py', 'tests/test_other.py'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('one')
    verdicts = Verdicts(tmp_path / 'verdicts', tmp_path, 'whole')
    assert verdicts.read() == {}
    verdicts.add(MUTANT, 'killed', TEST)
    verdicts.add(OTHER, 'survived')
    return tmp_path


def known(root, whole='whole'):
    return Verdicts(root / 'verdicts', root, whole).read()


def test_nothing_changed(root):
    assert known(root) == {MUTANT.key(): 'killed', OTHER.key(): 'survived'}


def test_another_test_may_notice_what_survived(root):
    (root / 'tests/test_other.py').write_text('two')
    assert known(root, 'another whole') == {MUTANT.key(): 'killed'}


@pytest.mark.parametrize('name', ['models/guard.py', 'tests/test_guard.py'])
def test_what_a_test_noticed_is_open_again_when_either_file_changes(root, name):
    (root / name).write_text('two')
    assert known(root, 'another whole') == {}
    (root / name).unlink()
    assert known(root, 'another whole') == {}


def test_the_last_verdict_counts(root):
    Verdicts(root / 'verdicts', root, 'another whole').add(OTHER, 'killed', TEST)
    assert known(root)[OTHER.key()] == 'killed'


def test_tests_that_did_not_notice_are_not_asked_again(root):
    verdicts = Verdicts(root / 'verdicts', root, 'whole')
    verdicts.add_met(OTHER, (TEST, False))
    assert Verdicts(root / 'verdicts', root, 'another whole').met() == {OTHER.key(): {(TEST, False)}}
    assert known(root) == {MUTANT.key(): 'killed', OTHER.key(): 'survived'}


@pytest.mark.parametrize('name', ['models/guard.py', 'tests/test_guard.py'])
def test_they_are_asked_again_when_either_file_changes(root, name):
    verdicts = Verdicts(root / 'verdicts', root, 'whole')
    verdicts.add_met(OTHER, (TEST, False))
    (root / name).write_text('two')
    assert not Verdicts(root / 'verdicts', root, 'whole').met()
