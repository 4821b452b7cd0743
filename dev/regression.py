"""``make regression``: Odoo's own tests and those of other addons, with the addon and on stock Odoo, side by side.

The addon comes without demo data, approval is off, and everybody with invoicing rights is a Payment Manager: then it
must not be felt.
Each test must end as it does on stock. Differences that have a reason stand in dev/regression_explained.txt. Any other
test that differs is tried again by itself, one side after the other: a tour that waits for ten seconds ends one way or
the other where two browsers share a machine. Those that then end alike are listed as unsteady, with what was seen.
``ONLY`` names modules, or test tags that begin with a slash, between semicolons; MODULES and OTHERS list all.
"""
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

from dev import cache, coexist_pairs, house, odoo_log, odoo_tests
from dev.process import ROOT
from dev.report import Exit, Stop, duration, say, step, table

MODULES = ('account', 'account_payment', 'account_check_printing', 'sale', 'purchase', 'hr_expense', 'point_of_sale',
           'stock_account')
OTHERS = tuple(name for one in coexist_pairs.PAIRS if one.source == coexist_pairs.OCA for name in one.modules)
EXPLAINED = ROOT / 'dev' / 'regression_explained.txt'
HEAD = ('tests of', 'run', 'passed on both', 'the same failure or skip', 'explained', 'unsteady', 'different')
SIDES = ('stock', 'ours')
AGAIN = 3  # times that a test which differs is tried by itself
FEW = 5  # tests of a module that may differ by chance; where more do, something is broken, and none is tried again
HOURS = 4  # for one run: the tests of a module take long

# Whoever has invoicing rights is a Payment Manager, in companies that tests make approval is off from the start.
PREPARE = """
names = ('payment_approval_outbound', 'payment_approval_inbound')
env.ref('account.group_account_invoice').implied_ids += env.ref('payment_account_enhanced.group_payment_manager')
env['res.company'].search([]).write(dict.fromkeys(names, False))
for name in names:
    env['ir.default'].set('res.company', name, False)
assert not any(env['res.company'].new({})[name] for name in names)
env.cr.commit()
"""


def regression():
    """Prints the table and every unexplained difference; returns the exit code."""
    house.allow(HOURS)
    only = os.environ.get('ONLY', '').strip()
    asked = [name.strip() for name in only.split(';')] if only else [*MODULES, *OTHERS]
    rows = []
    with house.opened() as home:
        beside = home.with_addons() if any(_module(name) in OTHERS for name in asked) else home
        for name in asked:
            row, unsteady, different = _compare(beside if _module(name) in OTHERS else home, name)
            _tell('UNSTEADY', unsteady)
            _tell('DIFFERENT', different)
            rows.append(row)
    say('\n' + table(HEAD, rows))
    different = sum(row[-1] for row in rows)
    say(f'\n{sum(row[1] for row in rows)} tests, {different} unexplained differences')
    without = [row[0] for row in rows if not row[1] and _module(row[0]) not in OTHERS]  # some others have none
    return Exit.TESTS_FAILED if different or without else Exit.OK


def _tell(what, found):
    """Says how each of these tests ended on either side."""
    for test, (stock, ours) in sorted(found.items()):
        say(f'\n{what}: {test}\n  stock: {stock}\n  with the addon: {ours}')


def _compare(home, asked):
    """(row of the table, tests that end alike by themselves, unexplained differences) of one module or tag."""
    module = _module(asked)
    tags = asked if asked.startswith('/') else f'/{asked}'
    base = _base(home, module)
    with ThreadPoolExecutor(len(SIDES)) as pool, step(f'tests of {asked}, on both sides'):
        stock, ours = pool.map(lambda side: _run(home, base, side, module, tags), SIDES)
    patterns = odoo_log.allowed(EXPLAINED)
    differing = _differing(stock, ours)
    explained = {name for name in differing if odoo_log.is_explained(name, patterns)}
    found = {name: pair for name, pair in differing.items() if name not in explained}
    again = found if len(found) <= FEW else ()
    unsteady = {name: found[name] for name in again if _alike_alone(home, base, module, name)}
    different = {name: pair for name, pair in found.items() if name not in unsteady}
    agreed = [stock[name] for name in stock.keys() & ours.keys() if name not in differing]
    passed = agreed.count('passed')
    counts = (passed, len(agreed) - passed, len(explained), len(unsteady), len(different))
    return (asked, len(stock), *counts), unsteady, different


def _differing(stock, ours):
    """Dict of the tests that end otherwise: (verdict on stock, verdict with the addon)."""
    return {name: (stock.get(name, 'not run'), ours.get(name, 'not run')) for name in stock.keys() | ours.keys()
            if _kind(stock.get(name)) != _kind(ours.get(name))}


def _alike_alone(home, base, module, name):
    """Whether a test ends alike on both sides, in one of a few tries, when nothing runs beside it."""
    tag = _tag(module, name)
    if not tag:
        return False
    with step(f'{name}, by itself'):
        for _time in range(AGAIN):
            stock, ours = (_run(home, base, side, module, tag) for side in SIDES)
            if stock and not _differing(stock, ours):
                return True
    return False


def _tag(module, name):
    """The test tag of a verdict's name; None for what is no test, as the set-up of a class."""
    test = re.fullmatch(r'[\w.]+:(\w+\.\w+)', name)
    return test and f'/{module}:{test[1]}'


def _module(asked):
    """The module of a name or of a tag such as ``/account:TestAccountPayment``."""
    return asked.strip('/').split('/')[0].split(':')[0]


def _kind(verdict):
    """Failures are compared by their last line, which says what went wrong, without its numbers and times."""
    return verdict and re.sub(r'\d+', '#', verdict.strip().splitlines()[-1])


def _base(home, module):
    """Database with the module and demo data, made once for each build of Odoo."""
    if module == 'account':
        return home.template()
    name = home.databases.name('reg', module, cache.digest(home.odoo.build))
    if not home.databases.exists(name):
        half = home.databases.passing(f'reg_{module}')
        with step(f'database with {module} and demo data'):
            home.databases.copy(home.template(), half)
            home.need(half, house.logs() / f'regression-{module}.log', '-i', module)
            home.databases.rename(half, name)
    return name


def _run(home, base, side, module, tags):
    """Verdicts of one side."""
    log = house.logs() / f'regression-{module}-{side}-{os.getpid()}.log'
    begin = time.monotonic()
    with home.databases.scratch(f'reg_{module}_{side}', base) as database:
        if side == 'ours':
            home.install_plain(database, log, house.MODULE)
            code = home.run(database, log, first=('shell',), text=PREPARE)
            if code or 'Traceback' in log.read_text(errors='replace'):
                raise Stop(Exit.ODOO_FAILED, f'The addon could not be prepared; the log: {log}.', '')
        home.run(database, log, '--stop-after-init', '--test-enable', f'--test-tags={tags}')
    found = odoo_tests.verdicts(log.read_text(errors='replace'))
    say(f'   {side}: {len(found)} tests in {duration(time.monotonic() - begin)}; the log: {log}')
    return found
