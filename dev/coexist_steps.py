"""The steps of ``make coexist``: one pair in both orders, one condition; each step with a clean log."""
import ast
import re

from dev import house, life_cycle, odoo_log
from dev.outcome import Outcome
from dev.process import ROOT
from dev.report import say

FLOWS = ROOT / 'dev/coexist_flows'
ALLOWLIST = ROOT / 'dev/coexist_allowlist.txt'
STORIES = """
import sys
sys.path.insert(0, {root!r})
from dev.coexist_flows import {flow} as flow
from dev.coexist_flows.book import tell
tell(env, flow)
"""
REMOVE = """
env['ir.module.module'].search([('name', 'in', {names!r})]).button_immediate_uninstall()
"""
OURS = re.compile(r'"payment_(approval|history|override|reject|reset|settlement|voucher)')
TOLD = re.compile(r'^STORY (\w+): (.*)$', re.M)


class Steps:
    """The steps of one pair or condition, counted in ``outcome``."""

    def __init__(self, home, name, modules=()):
        self.home = home
        self.name = name
        self.modules = modules
        self.outcome = Outcome(name)
        self.known = set()  # loud lines that the other addon logs without us

    def run(self, database, what, *arguments, first=(), text=None):
        """One start of Odoo, which must end well with a clean log; returns the log's text."""
        log = house.logs() / f'coexist-{self.name}-{what.replace(" ", "-")}.log'
        stop = () if first else ('--stop-after-init',)
        code = self.home.run(database, log, *stop, *arguments, first=first, text=text)
        found = log.read_text(errors='replace')
        self.outcome.check(not code, f'{self.name}: {what} ended with code {code}; its log: {log}')
        loud = [record for record in _loud(found) if _shape(record) not in self.known]
        shown = '\n'.join(record.text() for record in loud[:5])
        self.outcome.check(not loud, f'{self.name}: {len(loud)} unexplained line(s) in the log of {what} ({log}):\n'
                           f'{shown}')
        return found

    def install_alone(self, database):
        """The other addon comes, without us."""
        self._alone(database, 'installed', '--stop-after-init', '-i', ','.join(self.modules))

    def remove_alone(self, database):
        """The other addon goes, in a database that never saw us."""
        self._alone(database, 'removed', first=('shell',), text=REMOVE.format(names=self.modules[:1]))

    def _alone(self, database, what, *arguments, **options):
        """What Odoo logs here is not ours; where it comes again later on, that explains it."""
        log = house.logs() / f'coexist-{self.name}-alone-{what}.log'
        code = self.home.run(database, log, *arguments, **options)
        self.known |= set(map(_shape, _loud(log.read_text(errors='replace'))))
        self.outcome.check(not code, f'{self.name}: it cannot be {what} even without us; its log: {log}')

    def install(self, database, what, modules, *options):
        self.run(database, what, '-i', ','.join(modules), *options)
        self.expect(database, dict.fromkeys(modules, 'installed'), what)

    def remove(self, database, what, modules):
        self.run(database, what, first=('shell',), text=REMOVE.format(names=modules))
        self.expect(database, dict.fromkeys(modules, 'uninstalled'), what)

    def expect(self, database, states, what):
        """Counts one test: these addons are in these states, and none is left in between."""
        found = dict(self.home.databases.sql('SELECT name, state FROM ir_module_module', database=database))
        wrong = {name: found.get(name) for name, state in states.items() if found.get(name) != state}
        wrong.update({name: state for name, state in found.items() if state.startswith('to ')})
        self.outcome.check(not wrong, f'{self.name}: after {what}: {wrong}')

    def expect_nothing_left(self, database, before, what):
        """Counts one test: after our removal the database has what it had before we came."""
        after = life_cycle.traces(self.home, database)
        left = {kind: sorted(after[kind] - before[kind]) for kind in after if after[kind] - before[kind]}
        lost = {kind: sorted(before[kind] - after[kind]) for kind in after
                if before[kind] - after[kind] and kind not in life_cycle.FORGOTTEN}
        self.outcome.check(not left and not lost, f'{self.name}: after {what}: left over {left}, lost {lost}')

    def tell(self, database, flow):
        """Counts one test for each story of the flow."""
        found = dict(TOLD.findall(self.run(database, 'stories', first=('shell',),
                                           text=STORIES.format(root=str(ROOT), flow=flow))))
        for story in stories(flow):
            self.outcome.check(found.get(story) == 'done', f'{self.name}: story {story}: '
                               f'{found.get(story, "was not told")}')


def pair(home, template, ours, one):
    """Outcome of a pair. The other comes first, upgraded, ours goes first; then, on a copy of ``ours``, the other way
    round, with the stories in between, so that what they left in the database is there when the addons go."""
    steps = Steps(home, one.name, one.modules)
    with home.databases.scratch(f'co_{one.name}_1', template) as database:
        steps.install_alone(database)
        before = life_cycle.traces(home, database)
        with home.databases.scratch(f'co_{one.name}_0', database) as alone:
            steps.remove_alone(alone)
        steps.install(database, 'ours after it', (house.MODULE,))
        steps.run(database, 'upgrade of both', '-u', ','.join((*one.modules, house.MODULE)))
        steps.expect(database, dict.fromkeys((*one.modules, house.MODULE), 'installed'), 'upgrade of both')
        steps.remove(database, 'removal of ours first', (house.MODULE,))
        steps.expect_nothing_left(database, before, 'removal of ours')
        steps.remove(database, 'removal of it last', one.modules[:1])
    with home.databases.scratch(f'co_{one.name}_2', ours) as database:
        steps.install(database, 'it after ours', one.modules)
        if one.flow:
            steps.tell(database, one.flow)
        steps.remove(database, 'removal of it first', one.modules[:1])
        steps.remove(database, 'removal of ours last', (house.MODULE,))
    return _said(steps)


def condition(home, mail, one):
    """Outcome of a condition, on a copy of ``mail``."""
    steps = Steps(home, one.name)
    with home.databases.scratch(f'co_{one.name}', mail) as database:
        if one.start:
            steps.run(database, 'start', first=('shell',), text=one.start)
        steps.install(database, 'installation', (house.MODULE,), '--without-demo=all')
        steps.run(database, 'upgrade', '-u', house.MODULE)
        steps.tell(database, one.flow)
        steps.remove(database, 'removal', (house.MODULE,))
    return _said(steps)


def stories(flow):
    """The names of a flow's stories with what each promises, in their order: {name: first paragraph}."""
    tree = ast.parse((FLOWS / f'{flow}.py').read_text())
    return {node.name: ' '.join(ast.get_docstring(node).split('\n\n')[0].split()) for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith('_')}


def _loud(text):
    patterns = odoo_log.allowed() + odoo_log.allowed(ALLOWLIST)
    return [record for record in odoo_log.unexplained(odoo_log.records(text), patterns) if not _is_kept(record)]


def _is_kept(record):
    """True where Odoo, removing an addon, tried to delete a record that another's row needs, and kept it: it tries
    every one. Not where a row of ours stood in the way."""
    return (record.head().startswith('ERROR odoo.sql_db: bad query: DELETE FROM ')
            and 'is still referenced from table' in record.text() and not OURS.search(record.text()))


def _said(steps):
    say(f'   {steps.name}: {steps.outcome.line()}')
    return steps.outcome


def _shape(record):
    """A record without what differs from one run to the next."""
    return re.sub(r'\d+', '#', record.head())
