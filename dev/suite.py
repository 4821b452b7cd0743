"""The addon's own tests in Odoo's runner, on a fresh copy of the template database."""
import ast
import re

from dev import house, odoo_log, odoo_tests, shards
from dev.outcome import Outcome
from dev.process import ROOT
from dev.report import step


def run(home, tags, part='odoo'):
    """Outcome of installing the addon on a copy of the template and running the tests that ``tags`` names."""
    log = house.logs() / f'{part}.log'
    with home.databases.scratch(part, home.template()) as database, step(f'tests in Odoo ({part}): {_short(tags)}'):
        code = home.run(database, log, '--stop-after-init', '-i', house.MODULE, '--test-enable',
                        f'--test-tags={tags}')
    text = log.read_text(errors='replace')
    shards.remember(text)
    outcome = odoo_tests.count(text, part)
    if code and not outcome.failed:
        outcome.check(False, f'{part}: Odoo ended with code {code}; its log: {log}')
    check_log(outcome, text, f'install and tests ({log})')
    return outcome


def _short(tags):
    """Tags for a terminal: the names of the first files and how many there are."""
    names = [tag.split('/')[-1] for tag in tags.split(',')]
    return ', '.join(names) if len(names) < 4 else f'{names[0]} and {len(names) - 1} other files'


def check_log(outcome, text, what):
    """Counts one test: the log holds no loud line that nobody explained."""
    loud = odoo_log.unexplained(odoo_log.records(text), odoo_log.allowed())
    shown = '\n'.join(record.text() for record in loud[:20])
    outcome.check(not loud, f'LOG: {len(loud)} unexplained line(s) in the log of {what}:\n{shown}')


def tags_for(only):
    """Odoo's test tags for what somebody asked for: all, a tag, a class, a method or a file."""
    if not only:
        return f'/{house.MODULE}'
    if only.endswith('.py'):
        return f'/{house.MODULE}/{only.removeprefix(f"{house.MODULE}/")}'
    if re.fullmatch(r'\w+(\.\w+)?', only) and only[0].isupper():
        return f'/{house.MODULE}:{only}'
    return only


def unlisted():
    """Outcome with one test: each test file is imported by tests/__init__.py, without which Odoo never sees it."""
    tree = ast.parse((ROOT / 'tests/__init__.py').read_text())
    listed = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    forgotten = sorted({path.stem for path in (ROOT / 'tests').glob('test_*.py')} - listed)
    outcome = Outcome('test files')
    outcome.check(not forgotten, f'tests/__init__.py does not import: {", ".join(forgotten)}')
    return outcome
