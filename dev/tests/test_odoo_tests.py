"""Counts and log checks, on the log of a real run with one test of each kind."""
import pathlib
import re

import pytest

from dev import odoo_log, odoo_tests

SAMPLE = (pathlib.Path(__file__).parent / 'samples/all_kinds_of_results.txt').read_text()


def head(message, level='INFO', logger='odoo.addons.x.tests.test_x'):
    return f'2026-01-01 00:00:00,000 1 {level} db {logger}: {message}\n'


def run_of(*names, closing=None):
    """A log in which all these tests passed."""
    closing = closing or f"0 failed, 0 error(s) of {len(names)} tests when loading database 'db'"
    return ''.join(head(f'Starting {name} ... ') for name in names) + head(closing, logger='odoo.tests.result')


def test_every_kind_counts_once():
    outcome = odoo_tests.count(SAMPLE, 'odoo')
    # passed: TestSample.test_pass, test_subtest_skip (a part of it was skipped), TestPost.test_pass
    assert outcome.passed == 3
    # failed: fail, error, two with failing subtests, a class whose set-up broke, two skips for want of a browser
    assert outcome.failed == 7
    # skipped: test_skip, test_decorated
    assert outcome.skipped == 2


def test_failures_are_shown_with_their_traceback():
    details = '\n'.join(odoo_tests.count(SAMPLE, 'odoo').details)
    assert 'AssertionError: 1 != 2' in details
    assert 'ValueError: broken (really)' in details
    assert 'ValueError: no set-up' in details
    assert 'skipped: TestSample.test_skip: not today' in details
    assert 'BROWSER TEST SKIPPED: TestPost.test_tour: websocket-client' in details


def test_passes():
    outcome = odoo_tests.count(run_of('A.test_a', 'A.test_b'), 'odoo')
    assert outcome.line() == '2 passed, 0 failed, 0 skipped'


def test_same_name_in_two_files():
    text = head('Starting A.test_a ... ', logger='odoo.addons.x.tests.test_y') + run_of('A.test_a')
    assert odoo_tests.count(text.replace('of 1 tests', 'of 2 tests'), 'odoo').line() == '2 passed, 0 failed, 0 skipped'


@pytest.mark.parametrize(('text', 'said'), [
    ('', 'did not reach its end'),
    (head('Starting A.test_a ... '), 'did not reach its end'),
    (run_of(), 'no test was run'),
    (run_of('A.test_a', closing='0 failed, 0 error(s) of 2 tests'), 'the runner says'),
    (run_of('A.test_a', closing='1 failed, 0 error(s) of 1 tests'), 'the runner says'),
])
def test_a_run_that_does_not_add_up_fails(text, said):
    outcome = odoo_tests.count(text, 'odoo')
    assert outcome.failed == 1
    assert said in outcome.details[-1]


def test_unexplained_lines():
    loud = odoo_log.unexplained(odoo_log.records(SAMPLE), [])
    assert [record.message.strip() for record in loud if record.logger != 'py.warnings'] \
        == ['a warning that nobody explained']


def test_verdicts_are_no_log_findings():
    found = odoo_log.records(SAMPLE)
    assert sum(map(odoo_log.is_verdict, found)) >= 8
    assert not any(odoo_log.is_verdict(record) for record in found if 'nobody explained' in record.message)


def test_an_error_beside_the_tests_is_found():
    text = run_of('A.test_a') + head('something broke', 'ERROR', 'odoo.sql_db')
    assert [record.message for record in odoo_log.unexplained(odoo_log.records(text), [])] == ['something broke']
    assert odoo_log.unexplained(odoo_log.records(text), [re.compile(r'^ERROR odoo\.sql_db: something')]) == []


def test_the_list_of_explained_lines_is_explained():
    assert odoo_log.allowed()


def test_a_pattern_without_a_reason_is_refused(tmp_path):
    path = tmp_path / 'list.txt'
    path.write_text('# reason\n^WARNING a\n\n^WARNING b\n')
    with pytest.raises(ValueError, match='list.txt:4'):
        odoo_log.allowed(path)


def test_records_keep_their_tracebacks():
    broken = next(record for record in odoo_log.records(SAMPLE) if 'test_error' in record.message
                  and record.level == 'ERROR')
    assert broken.more[0].startswith('Traceback')
    assert broken.more[-1].strip() == '' or 'ValueError' in broken.text()
