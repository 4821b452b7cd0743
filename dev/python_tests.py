"""The tests that need no Odoo, run by pytest in an environment of their own."""
import os
import xml.etree.ElementTree as ET

from dev import house, python_env
from dev.outcome import Outcome
from dev.process import ROOT, run, tail
from dev.report import step

PLACES = ('dev/tests', 'deploy/tests')


def places(only=''):
    """The folders of such tests that exist, or what was asked for."""
    return [only] if only else [place for place in PLACES if any((ROOT / place).glob('test_*.py'))]


def run_pytest(only=''):
    """Outcome of pytest, which is run for each folder by itself: every one has a ``conftest`` of its own."""
    outcome = Outcome('pytest')
    for place in places(only):
        _run_place(place, outcome)
    return outcome


def _run_place(place, outcome):
    name = place.replace('/', '-')
    log, result = house.logs() / f'pytest-{name}.log', house.logs() / f'pytest-{name}.xml'
    for path in (log, result):
        path.unlink(missing_ok=True)
    failed = outcome.failed
    with step(f'pytest: {place}'):
        code = run([python_env.for_tools('test'), '-m', 'pytest', place, f'--junitxml={result}'], log,
                   house.time_limit(), cwd=ROOT, env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'})
    if result.exists():
        _count(ET.parse(result).getroot(), outcome)
    if code and outcome.failed == failed:
        outcome.check(False, f'pytest {place} ended with code {code}:\n{tail(log, 30)}')


def _count(root, outcome):
    """Adds up pytest's report: a test case with a failure or an error failed, once."""
    for case in root.iter('testcase'):
        name = f'{case.get("classname")}.{case.get("name")}'
        wrong = [node for node in case if node.tag in ('failure', 'error')]
        skip = case.find('skipped')
        if wrong:
            outcome.check(False, '\n'.join([f'FAIL: {name}', *(node.text or '' for node in wrong)]))
        elif skip is not None:
            outcome.skipped += 1
            outcome.details.append(f'skipped: {name}: {skip.get("message")}')
        else:
            outcome.passed += 1
