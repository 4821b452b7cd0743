"""``make coverage``: which lines and branches of models/ and wizards/ no test reaches. ``ONLY`` names some tests."""
import dataclasses
import os
import subprocess
import tempfile

from dev import house, shards, suite
from dev.process import ROOT
from dev.report import Exit, say

FOLDERS = ('models', 'wizards')
BROWSER = 'test_tours'  # what the screens call, other tests call too, and faster
HOURS = 2  # all of it in one run of Odoo, traced
SETTINGS = """
[run]
branch = true
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
        outcome = suite.run(traced, suite.tags_for(os.environ.get('ONLY', '').strip()) if os.environ.get('ONLY')
                            else shards.tags(_files()), 'coverage')
        for text in outcome.details:
            say(f'\n{text}')
        say(outcome.line())
        done = subprocess.run([home.python, '-m', 'coverage', 'report', f'--rcfile={settings}', '--fail-under=100'],
                              env=home.environment(), cwd=ROOT, check=False)
    return Exit.TESTS_FAILED if outcome.failed or done.returncode else Exit.OK


def _files():
    return [path.name for path in sorted((ROOT / 'tests').glob('test_*.py')) if not path.name.startswith(BROWSER)]
