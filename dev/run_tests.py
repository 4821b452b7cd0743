"""``make test``: every test of the project, or one part of them, and one summary."""
import functools
import os
from concurrent.futures import ThreadPoolExecutor

from dev import (
    bench,
    browser_tests,
    faults,
    house,
    legacy,
    life_cycle,
    parallel,
    process,
    proof,
    python_tests,
    shards,
    suite,
)
from dev.outcome import Outcome, total
from dev.report import Exit, Stop, say, table

NEEDS_ODOO = {Exit.NO_ODOO, Exit.WRONG_SERIES, Exit.BROKEN_TREE, Exit.NO_PYTHON, Exit.NO_PACKAGES, Exit.NO_POSTGRES,
              Exit.POSTGRES_FAILED, Exit.ODOO_FAILED, Exit.TIME_LIMIT}

# What ONLY names, beside tests of Odoo and of pytest: title and module.
NAMED = {
    'lifecycle': ('life cycle', life_cycle), 'legacy': ('legacy', legacy), 'parallel': ('two at once', parallel),
    'proof': ('proof', proof), 'faults': ('faults', faults), 'bench': ('query counts', bench),
}


def run_tests():
    """Runs what ``ONLY`` names, or all; returns the exit code."""
    only = os.environ.get('ONLY', '').strip().removeprefix('./')
    for package, purpose in browser_tests.missing_programs():
        say(f'Missing: {package}, for {purpose}. Remedy (Debian, Ubuntu): apt-get install {package}')
    if only.split('/')[0] in {place.split('/')[0] for place in python_tests.PLACES}:
        return summary([python_tests.run_pytest(only)])
    try:
        with house.opened() as home:
            home.template()
            return summary(together(_parts(home, only)))
    except Stop as stop:
        if stop.code not in NEEDS_ODOO:
            raise
        return summary([] if only else [suite.unlisted(), python_tests.run_pytest()], stop)


def _parts(home, only):
    """(name, function) for each part, the longest first."""
    if only in NAMED:
        return [_named(home, only)]
    if only:
        return [('odoo', lambda: suite.run(home, suite.tags_for(only)))]
    runs = [(f'odoo{number}', functools.partial(suite.run, home, shards.tags(names), f'odoo{number}'))
            for number, names in enumerate(shards.split(), 1)] or [('odoo', lambda: Outcome('odoo'))]
    return [*runs, *(_named(home, name) for name in NAMED), ('pytest', python_tests.run_pytest),
            ('test files', suite.unlisted)]


def _named(home, name):
    title, module = NAMED[name]
    return title, lambda: module.run(home)


def together(parts):
    """Outcomes of the parts, two at a time. An interruption ends all of them."""
    pool = ThreadPoolExecutor(shards.RUNS)
    try:
        futures = [pool.submit(_outcome, *part) for part in parts]
        return [future.result() for future in futures]
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        process.interrupt()
        raise
    finally:
        pool.shutdown()


def _outcome(name, part):
    """What a part came to; one that could not go on failed."""
    try:
        return part()
    except Stop as stop:
        outcome = Outcome(name)
        outcome.check(False, f'{name}: {stop.line()}')
        return outcome


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
