"""``make test``: every test of the project, or one part of them, and one summary."""
import os
from concurrent.futures import ThreadPoolExecutor

from dev import browser_tests, house, life_cycle, python_tests, suite
from dev.outcome import total
from dev.report import Exit, Stop, say, table

NEEDS_ODOO = {Exit.NO_ODOO, Exit.WRONG_SERIES, Exit.BROKEN_TREE, Exit.NO_PYTHON, Exit.NO_PACKAGES, Exit.NO_POSTGRES,
              Exit.POSTGRES_FAILED, Exit.ODOO_FAILED, Exit.TIME_LIMIT}


def run_tests():
    """Runs what ``ONLY`` names, or all; returns the exit code."""
    only = os.environ.get('ONLY', '').strip().removeprefix('./')
    for package, purpose in browser_tests.missing_programs():
        say(f'Missing: {package}, for {purpose}. Remedy (Debian, Ubuntu): apt-get install {package}')
    if only.split('/')[0] in {place.split('/')[0] for place in python_tests.PLACES}:
        return summary([python_tests.run_pytest(only)])
    outcomes = [] if only else [suite.unlisted(), python_tests.run_pytest()]
    try:
        with house.opened() as home:
            outcomes += _in_odoo(home, only)
    except Stop as stop:
        if stop.code not in NEEDS_ODOO:
            raise
        return summary(outcomes, stop)
    return summary(outcomes)


def _in_odoo(home, only):
    """The parts that need Odoo; two at a time."""
    if only:
        return [life_cycle.run(home)] if only == 'lifecycle' else [suite.run(home, suite.tags_for(only))]
    home.template()
    with ThreadPoolExecutor(2) as pool:
        parts = [pool.submit(suite.run, home, suite.tags_for('')), pool.submit(life_cycle.run, home)]
        return [part.result() for part in parts]


def summary(outcomes, stop=None):
    """Prints failures, skips and counts; the last line is the plain one. Returns the exit code."""
    whole = total(outcomes)
    for text in whole.details:
        say(f'\n{text}')
    say('\n' + table(('part', 'passed', 'failed', 'skipped'),
                     [(one.part, one.passed, one.failed, one.skipped) for one in outcomes]))
    if stop:
        say(f'\nNot run: the tests that need Odoo 17. {stop.line()}')
    say(f'\n{whole.line()}')
    if stop:
        return stop.code
    return Exit.TESTS_FAILED if whole.failed or not whole.passed else Exit.OK
