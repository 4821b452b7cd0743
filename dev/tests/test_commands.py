"""The commands as somebody calls them: codes, last lines, and what stays behind."""
import os
import signal
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from conftest import fake_odoo, programs

from dev import browser_tests, house, life_cycle, postgres, python_tests, run_tests, suite
from dev.outcome import Outcome
from dev.process import ROOT
from dev.report import Exit, Stop


def call(command, **variables):
    return subprocess.run([sys.executable, '-m', 'dev', command], cwd=ROOT, capture_output=True, text=True, check=False,
                          env={**os.environ, **variables}, timeout=120)


def test_without_odoo_the_rest_is_run_and_three_remedies_named(tmp_path):
    done = call('test', ODOO_HOME=str(tmp_path), ONLY='TestNothing')
    assert done.returncode == Exit.BROKEN_TREE
    lines = done.stdout.splitlines()
    assert lines[-1] == '0 passed, 0 failed, 0 skipped'
    line = next(line for line in lines if line.startswith('Not run: the tests that need Odoo 17.'))
    assert 'set ODOO_HOME' in line
    assert 'usual folder' in line
    assert 'network' in line


def test_a_wrong_series_has_its_own_code(tmp_path):
    home = str(fake_odoo(tmp_path, series=(16, 0)))
    assert call('run', ODOO_HOME=home, PORT=str(house.free_port())).returncode == Exit.WRONG_SERIES
    assert call('test', ODOO_HOME=home, ONLY='TestNothing').returncode == Exit.WRONG_SERIES


@pytest.mark.parametrize(('outcome', 'stop', 'code'), [
    (Outcome('a', passed=2), None, Exit.OK),
    (Outcome('a', passed=2, skipped=1), None, Exit.OK),
    (Outcome('a', passed=2, failed=1), None, Exit.TESTS_FAILED),
    (Outcome('a'), None, Exit.TESTS_FAILED),
    (Outcome('a', passed=2), Stop(Exit.NO_ODOO, 'None.', 'Three.'), Exit.NO_ODOO),
    (Outcome('a', passed=2, failed=1), Stop(Exit.NO_ODOO, 'None.', 'Three.'), Exit.NO_ODOO),
])
def test_summary(capsys, outcome, stop, code):
    assert run_tests.summary([outcome, Outcome('b')], stop) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == outcome.line()
    assert ('Not run: the tests that need Odoo 17. None. Remedy: Three.' in lines) == bool(stop)


def test_report_of_pytest():
    outcome = Outcome('pytest')
    python_tests._count(ET.fromstring(
        '<testsuites><testsuite><testcase classname="a" name="b" /><testcase classname="a" name="c"><failure>why'
        '</failure><error>too</error></testcase><testcase classname="a" name="d"><skipped message="no" /></testcase>'
        '</testsuite></testsuites>'), outcome)
    assert outcome.line() == '1 passed, 1 failed, 1 skipped'
    assert outcome.details == ['FAIL: a.c\nwhy\ntoo', 'skipped: a.d: no']


def test_busy_port():
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        done = call('run', PORT=str(other.getsockname()[1]))
    assert done.returncode == Exit.PORT_BUSY
    assert 'Remedy' in done.stdout


def test_unknown_command():
    assert call('dance').returncode == Exit.USAGE


def test_clean_removes_its_own_and_nothing_else(own_cache):
    (own_cache / 'mine.txt').write_text('keep')
    (own_cache / 'venvs/x').mkdir(parents=True)
    cluster = postgres.Cluster(own_cache, programs())
    with cluster.used():
        assert call('clean').returncode == Exit.IN_USE
    cluster._start()
    assert call('clean').returncode == Exit.OK
    assert [path.name for path in own_cache.iterdir()] == ['mine.txt']


def test_ctrl_c(own_cache):
    with subprocess.Popen([sys.executable, '-c', 'import dev.__main__ as m, time, sys; from dev import lint\n'
                           'lint.lint = lambda: (print("on", flush=True), time.sleep(60))\n'
                           'sys.exit(int(m.main(["lint"])))'],
                          cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == 'on\n'
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == Exit.INTERRUPTED


@pytest.mark.parametrize(('only', 'tags'), [
    ('', '/payment_account_enhanced'),
    ('TestGuard', '/payment_account_enhanced:TestGuard'),
    ('TestGuard.test_a', '/payment_account_enhanced:TestGuard.test_a'),
    ('tests/test_guard.py', '/payment_account_enhanced/tests/test_guard.py'),
    ('/payment_account_enhanced:TestGuard', '/payment_account_enhanced:TestGuard'),
    ('post_install', 'post_install'),
])
def test_only(only, tags):
    assert suite.tags_for(only) == tags


def test_fingerprint_follows_what_odoo_loads():
    assert house._loaded(ROOT.joinpath('models/account_payment.py').relative_to(ROOT))
    for name in ('README.md', 'dev/serve.py', 'tests/test_a.py', 'docs/a.xml', '.git/HEAD', 'models/__pycache__/a.pyc'):
        assert not house._loaded((ROOT / name).relative_to(ROOT)), name
    assert house.fingerprint() == house.fingerprint()


@pytest.mark.parametrize('reason', ['Chrome executable not found', 'websocket-client module is not installed',
                                    'Cannot connect to chrome dev tools', 'Error during Chrome headless connection',
                                    'Failed to detect chrome devtools port after 5.0s.'])
def test_skips_for_want_of_a_browser(reason):
    assert browser_tests.is_browser_skip(('odoo.addons.x.tests.test_x', 'TestX.test_x'), reason)
    assert not browser_tests.is_browser_skip(('odoo.addons.x.tests.test_x', 'TestX.test_x'), 'needs module sale')


def test_traces_are_kinds_of_their_own():
    assert len(life_cycle.TRACES) == len(set(life_cycle.TRACES.values()))
