"""``make mutation``: puts small faults into the guard and the approval, one at a time; a test must notice each.

``PAE_MUTANTS``: how many, chosen at random (0 for all); ``PAE_SEED``: which; ``ONLY``: those whose line in the report
has this text in it. Faults that change nothing a test could see stand in dev/mutation_explained.txt, each with its
reason; they count as survivors all the same. Broken off, the same command goes on where it was; and what a test noticed
is not tried again while that test and the file of the fault stay as they are; nor is what it did not notice.
"""
import collections
import json
import os
import time

from dev import cache, house, odoo_log
from dev.process import ROOT
from dev.report import Exit, Stop, duration, say, step

FILES = ('posting_guard*', 'account_payment', 'account_move', 'account_move_line', 'account_partial_reconcile',
         'account_full_reconcile', 'payment_matching_exchange', 'account_bank_statement_line',
         'account_payment_method_line', 'payment_append_only', 'payment_override', 'account_move_approval',
         'account_payment_approval*', 'payment_approval_duties', 'payment_approval_machine',
         'payment_approval_history', 'account_payment_settlement', 'payment_settlement', 'account_move_settlement')
# Other addons must be there before these do anything: the stories of `make coexist` tell of them.
BESIDE_OTHERS = ('account_payment_approval_order', 'account_payment_approval_origin_expense',
                 'account_payment_approval_origin_point_of_sale')
# These ran when the module was loaded or installed, before the first test; or other addons call them, never this one.
BEFORE_TESTS = ('_right', '_reason', 'AccountPayment._auto_init', 'PaymentApprovalHistory._auto_init',
                'PostingGuard._guard_payments', 'PostingGuard._setup_complete')
SAMPLE, JOBS, GOAL = 200, 2, 0.95
HOURS = 24
EXPLAINED = ROOT / 'dev' / 'mutation_explained.txt'
HOST = """
import sys
sys.path.append({root!r})
from dev import mutation_host
mutation_host.host({path!r})
"""


def mutation():
    """Prints the score and the survivors; returns the exit code."""
    house.allow(HOURS)
    with house.opened() as home, home.databases.scratch('mutants', home.template()) as first:
        with step('database with the addon'):
            home.need(first, house.logs() / 'mutation-install.log', '-i', house.MODULE)
        with home.databases.scratch('mutantsb', first) as second, step('mutants'):
            begin = time.monotonic()
            results = _results(home, [first, second][:JOBS])
            say(f'   {len(results)} mutants in {duration(time.monotonic() - begin)}')
    return _report(results)


def files():
    """The files that are attacked, relative to the checkout."""
    found = {path for name in FILES for path in (ROOT / 'models').glob(f'{name}.py') if path.stem not in BESIDE_OTHERS}
    return [str(path.relative_to(ROOT)) for path in sorted(found)]


def _results(home, databases):
    folder, log = cache.folder(), house.logs() / 'mutation.log'
    result, wish = folder / 'mutation-result.json', folder / 'mutation-wish.json'
    result.unlink(missing_ok=True)
    tests = cache.digest(house.fingerprint(), *(path.read_bytes() for path in sorted((ROOT / 'tests').glob('*.py'))))
    wish.write_text(json.dumps({
        'root': str(ROOT), 'files': files(), 'databases': databases, 'seed': os.environ.get('PAE_SEED') or '1',
        'left_out': BEFORE_TESTS, 'sample': int(os.environ.get('PAE_MUTANTS') or SAMPLE),
        'only': os.environ.get('ONLY') or '', 'result': str(result),
        'map': str(folder / f'mutation-map-{tests}-{cache.digest(*files())}.pickle'),
        'verdicts': str(folder / 'mutation-verdicts.jsonl'), 'whole': tests}))
    code = home.run(databases[0], log, '--log-level=critical', first=('shell',),
                    text=HOST.format(root=str(ROOT), path=str(wish)))
    if not result.exists():
        raise Stop(Exit.ODOO_FAILED, f'The mutants could not be run ({code}); the log: {log}.', '')
    return json.loads(result.read_text())


def _report(results):
    kinds = collections.Counter(verdict.split()[0] for _mutant, verdict in results)
    noticed = kinds['killed'] + kinds['timed']
    score = noticed / (noticed + kinds['survived'] + kinds['not'] or 1)
    reasons, without = odoo_log.allowed(EXPLAINED), 0
    for mutant, verdict in sorted(results):
        if verdict.split()[0] in ('killed', 'timed'):
            continue
        explained = odoo_log.is_explained(mutant, reasons)
        without += not explained
        say(f'{verdict}{"" if explained else ", WITHOUT A REASON"}: {mutant}')
    say(f'{noticed} noticed, {kinds["survived"]} survived, {kinds["not"]} not reached, {kinds["broken"]} broken: '
        f'score {score:.1%} (goal {GOAL:.0%}); {without} without a reason')
    return Exit.OK if score >= GOAL and not without else Exit.TESTS_FAILED
