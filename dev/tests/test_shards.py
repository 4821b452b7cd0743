"""Every test file is in exactly one run, and what was measured balances them."""
import json
import pathlib

from dev import shards
from dev.process import ROOT

SAMPLE = (pathlib.Path(__file__).parent / 'samples/all_kinds_of_results.txt').read_text()


def test_each_file_once():
    names = sorted(name for run in shards.split() for name in run)
    assert names == sorted(path.name for path in (ROOT / 'tests').glob('test_*.py'))
    assert shards.split() == shards.split()


def test_a_long_file_gets_a_run_for_itself(own_cache):
    names = sorted(name for run in shards.split() for name in run)
    if len(names) > 2:
        shards._file().write_text(json.dumps({name: 900 if name == names[1] else 1 for name in names}))
        assert [names[1]] in shards.split()


def test_times_are_read_from_the_log(own_cache):
    shards.remember(SAMPLE)
    assert set(shards._known()) == {'test_sample.py'}
    assert 0 < shards._known()['test_sample.py'] < 60


def test_tags():
    assert shards.tags(['test_a.py', 'test_b.py']) == \
        '/payment_account_enhanced/tests/test_a.py,/payment_account_enhanced/tests/test_b.py'
