"""``make coverage``: which lines and branches of models/ and wizards/ no test reaches. ``ONLY`` names some tests.

Some models know other addons: the stories of ``make coexist`` about these are told, too.
"""
import dataclasses
import functools
import os
import subprocess
import tempfile

from dev import coexist, house, run_tests, shards, suite
from dev.outcome import total
from dev.process import ROOT
from dev.report import Exit, say

FOLDERS = ('models', 'wizards')
BROWSER = 'test_tours'  # what the screens call, other tests call too, and faster
HOURS = 2  # all of it in one run of Odoo, traced
BESIDE = ('account_payment', 'account_payment_order', 'hr_expense', 'point_of_sale')
SETTINGS = """
[run]
branch = true
parallel = true
data_file = {data}
include = {include}
[report]
show_missing = true
skip_covered = true
exclude_also =
    raise NotImplementedError
"""


def cover():
    """Runs the tests in Odoo under coverage.py, prints what is missing; returns the exit code."""
    house.allow(HOURS)
    with house.opened() as home, tempfile.TemporaryDirectory() as folder:
        settings = f'{folder}/settings'
        with open(settings, 'w') as file:
            file.write(SETTINGS.format(data=f'{folder}/data', include=','.join(f'{ROOT}/{name}/*' for name in FOLDERS)))
        traced = dataclasses.replace(home, wrap=('-m', 'coverage', 'run', f'--rcfile={settings}'))
        outcome = total(_outcomes(traced, os.environ.get('ONLY', '').strip()))
        for text in outcome.details:
            say(f'\n{text}')
        say(outcome.line())
        for command in (['combine', '--quiet'], ['report', '--fail-under=100']):
            done = subprocess.run([home.python, '-m', 'coverage', command[0], f'--rcfile={settings}', *command[1:]],
                                  env=home.environment(), cwd=ROOT, check=False)
    return Exit.TESTS_FAILED if outcome.failed or done.returncode else Exit.OK


def _outcomes(home, only):
    if only:
        return [suite.run(home, suite.tags_for(only), 'coverage')]
    parts = []
    for number, names in enumerate(shards.split(), 1):
        tags = shards.tags([name for name in names if not name.startswith(BROWSER)])
        parts.append((f'coverage{number}', functools.partial(suite.run, home, tags, f'coverage{number}')))
    return [*run_tests.together(parts), *coexist.tried(home, *coexist.chosen('; '.join(BESIDE)))]
