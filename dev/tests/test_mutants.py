"""Each kind of fault is put in, changes what the code does, and leaves code that runs."""
import importlib.util
import inspect

import pytest

from dev import mutants, mutation, odoo_log
from dev.process import ROOT

SOURCE = '''
import functools


class Base:
    def name(self, value):
        return 'base'


def logged(function):
    return functools.wraps(function)(lambda self, value: function(self, value))


class Guard(Base):
    @logged
    def name(self, value):
        return super().name(value)

    def judge(self, value):
        if value == 1 and not self.name(value) == 'x':
            raise ValueError('refused')
        seen = {'a', 'b'}
        seen.add('c')
        return True if value > 2 else len(seen) + 1
'''


@pytest.fixture
def guard(tmp_path):
    path = tmp_path / 'guard.py'
    path.write_text(SOURCE)
    spec = importlib.util.spec_from_file_location('guard', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answers(module):
    found = []
    for value in (0, 1, 2, 3):
        try:
            found.append(repr(module.Guard().judge(value)) + repr(module.Guard().name(value)))
        except ValueError as error:
            found.append(f'refused {error}')
        except TypeError as error:
            found.append(str(error))
    return found


def test_every_fault_is_noticed(guard):
    """All of them change an answer, but those of what no answer depends on: which elements a set of three has."""
    right = answers(guard)
    original = {name: inspect.unwrap(vars(guard.Guard)[name]).__code__ for name in ('name', 'judge')}
    faults = mutants.mutants_of(SOURCE, 'guard.py')
    assert {one.kind for one in faults} == {
        'compare', 'and or', 'not', 'operator', 'constant', 'return', 'no raise', 'no call', 'element', 'never',
        'always'}
    for fault in faults:
        if fault.function in ('Base.name', 'logged'):
            continue
        mutants.put_in(mutants.mutated(SOURCE, fault), fault, guard)
        assert answers(guard) != right, fault
        for name, code in original.items():
            inspect.unwrap(vars(guard.Guard)[name]).__code__ = code
    assert answers(guard) == right


def test_faults_of_the_addon_compile(monkeypatch):
    monkeypatch.delenv('ONLY', raising=False)
    files = mutation.files()
    assert 'models/posting_guard.py' in files
    for file in files:
        source = (ROOT / file).read_text()
        for fault in mutants.mutants_of(source, file)[::7]:
            compile(mutants.mutated(source, fault), file, 'exec')


def test_each_reason_is_of_a_fault_that_there_is(monkeypatch):
    monkeypatch.delenv('ONLY', raising=False)
    faults = [str(fault) for file in mutation.files() for fault in mutants.mutants_of((ROOT / file).read_text(), file)]
    for reason in odoo_log.allowed(mutation.EXPLAINED):
        assert any(reason.search(fault) for fault in faults), f'{reason.pattern}: no such fault any more'
