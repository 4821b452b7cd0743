"""``make bench``: what the addon costs beside stock Odoo, in one run; ``make test`` holds its exact query counts.

One database with the books of years, made once; copies of it with the addon and with a peer installed; and one program
that works on all of them in turns. Tables on the terminal, bench/results.json, the README's section and its chart.
"""
import contextlib
import json
import operator
import os
import statistics
import time

from bench import goals, page
from dev import house
from dev.outcome import Outcome
from dev.process import ROOT, output, tail
from dev.report import Exit, Stop, duration, say, step, table

PAYMENTS = 100_000  # with five items for each
PAIRS = 9  # or more: quick work is repeated for so many
SECONDS = 120
HISTORY = (10_000, 100_000)
STAGES = (50, 500)
UPGRADES = 5
HOURS = 2  # for the program that measures
EMPTY = 'bench_empty'
PEER = 'account_move_tier_validation'  # with base_tier_validation, on which it depends
SCRIPT = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
"""


def bench():
    """Measures all, prints the tables, writes JSON and chart; an error where a goal is missed without a reason."""
    payments = int(os.environ.get('PAE_PAYMENTS') or PAYMENTS)
    pairs = int(os.environ.get('PAE_PAIRS') or PAIRS)
    house.allow(HOURS)
    with house.opened() as home, _copies(home, 'WHOLE', payments, peer=True) as copies:
        measured = copies.measure(pairs, SECONDS, STAGES, [min(size, payments) for size in HISTORY])
        facts = {**_machine(home), **copies.facts, **copies.upgrade(), **measured}
    facts['own'] += goals.of_life(facts)
    rows = [*facts['rows'], *facts['own']]
    page.RESULT.write_text(json.dumps(facts, indent=1) + '\n')
    page.write(facts)
    say('\n' + table(goals.HEAD, map(goals.cells, facts['rows'])))
    say('\n' + table(goals.OWN_HEAD, map(goals.own_cells, facts['own'])))
    missed = [row for row in rows if not goals.is_reached(row)]
    unexplained = [row['title'] for row in missed if not row['why']]
    say(f'\n{len(rows) - len(missed)} of {len(rows)} goals reached, {len(unexplained)} missed without a reason in '
        f'bench/goals.py; written to {page.RESULT.relative_to(ROOT)}')
    return Exit.TESTS_FAILED if unexplained else Exit.OK


def run(home):
    """Outcome of the small run: no measure takes more queries than its limit, none grows from run to run."""
    outcome = Outcome('query counts')
    with _copies(home, 'SMALL') as copies:
        facts = copies.measure(2, 0, (10, 30), (400, 800))
    for goal, row in zip(goals.GOALS, facts['rows'], strict=True):
        outcome.check(row['extra'] <= goal.queries and row['steady'], (
            f'QUERIES: {goal.title}, small numbers: {row["extra"]} more than stock (limit {goal.queries}), '
            f'{row["queries_stock"]} and {row["queries_ours"]}, the same each time: {row["steady"]}'))
    for row in facts['own']:
        outcome.check(row['kind'] != 'queries' or row['good'], f'QUERIES: {row["title"]}: {row["result"]}')
    return outcome


def _machine(home):
    [(postgres,)] = home.databases.sql('SHOW server_version')
    return {'odoo': home.odoo.release, 'postgres': postgres.split()[0], 'python': output(
        [home.python, '-c', 'import platform; print(platform.python_version())']).strip(), 'processors': os.cpu_count()}


@contextlib.contextmanager
def _copies(home, sizes, payments=0, peer=False):
    """The databases while the block lasts."""
    with contextlib.ExitStack() as stack:
        stock = stack.enter_context(home.databases.scratch('bench_stock', home.template()))
        copies = Copies(home.with_addons() if peer else home, stock, sizes)
        with step('books' + (f' with {payments} payments' if payments else '') + ', and what is worked on'):
            copies.fill(payments)
        for side, module in (('ours', house.MODULE), ('peer', PEER))[:1 + peer]:
            copies.install(side, stack.enter_context(home.databases.scratch(f'bench_{side}', stock)), module)
        yield copies


class Copies:
    """Stock's database, and copies of it by side: 'ours' with the addon, 'peer' with another that gates postings."""

    def __init__(self, home, stock, sizes):
        self.home, self.stock, self.sizes = home, stock, sizes
        self.databases = {'stock': stock}
        self.facts = {}
        self.place = house.logs() / f'bench-{os.getpid()}'
        self.place.mkdir(exist_ok=True)

    def fill(self, payments):
        many = f'books.fill(env, {payments})' if payments else ''
        self._shell(self.stock, f"""
import json
from bench import fixtures
from deploy.tests.world import books
{many}
found = fixtures.make(env, fixtures.{self.sizes})
open({str(self.place / 'found.json')!r}, 'w').write(json.dumps(found))
env.cr._cnx.autocommit = True
env.cr.execute('VACUUM ANALYZE')
""")
        [(count, items)] = self.home.databases.sql(
            'SELECT (SELECT count(*) FROM account_payment), (SELECT count(*) FROM account_move_line)',
            database=self.stock)
        self.facts.update(payments=count, items=items)

    def install(self, side, database, module):
        self.databases[side] = database
        begin = time.monotonic()
        with step(f'install {module}'):
            self.home.install_plain(database, self.place / 'install.log', module)
        if side == 'ours':
            self.facts['install'] = round(time.monotonic() - begin, 1)
            self._shell(database, 'from bench import fixtures\nfixtures.give_roles(env)')
        self.home.databases.sql('VACUUM ANALYZE', 'SELECT 1', database=database)

    def measure(self, pairs, seconds, stages, history):
        """Rows of the tables."""
        wish, result = self.place / 'wish.json', self.place / 'result.json'
        wish.write_text(json.dumps({
            'databases': self.databases, 'pairs': pairs, 'seconds': seconds, 'stages': stages, 'history': history,
            'found': json.loads((self.place / 'found.json').read_text())}))
        with step(f'{pairs} pairs of each measure or more, in turns'):
            self._shell(self.stock, f'from bench import program\nprogram.main({str(wish)!r}, {str(result)!r})')
        found = json.loads(result.read_text())
        rows = [goals.row_of(goal, found['work'][goal.key]) for goal in goals.GOALS]
        return {'rows': rows, 'own': [*goals.of_stages(found['stages']), *goals.of_history(found['verify'])]}

    def upgrade(self):
        """``-u`` of the addon and of an addon that holds nothing, in turns on one database."""
        folder = self.place / 'addons' / EMPTY
        folder.mkdir(parents=True, exist_ok=True)
        (folder / '__init__.py').touch()
        (folder / '__manifest__.py').write_text(repr({'name': 'Empty', 'depends': ['account'], 'license': 'LGPL-3'}))
        taken = {EMPTY: [], house.MODULE: []}
        with step('upgrades, in turns'):
            self._odoo('-i', EMPTY)
            for _number in range(UPGRADES):
                for name, seconds in taken.items():
                    begin = time.monotonic()
                    self._odoo('-u', name)
                    seconds.append(round(time.monotonic() - begin, 1))
                    say(f'   -u {name}: {duration(seconds[-1])}')
        empty, own = taken.values()
        return {'upgrade': statistics.median(own), 'upgrade_empty': statistics.median(empty),
                'upgrade_ratio': statistics.median(map(operator.truediv, own, empty))}

    def _odoo(self, *arguments):
        places = ','.join(map(str, (house.cache.addons_folder(), self.place / 'addons', *self.home.odoo.addons)))
        self.home.need(self.databases['ours'], self.place / 'upgrade.log', f'--addons-path={places}', *arguments)

    def _shell(self, database, text):
        log = self.place / 'shell.log'
        code = self.home.run(database, log, '--log-level=warn', first=('shell',), text=f'{SCRIPT}{text}\n')
        if code or 'Traceback' in log.read_text(errors='replace'):
            raise Stop(Exit.ODOO_FAILED, f'The bench stopped:\n{tail(log, 25)}\n  the log: {log}.', '')
