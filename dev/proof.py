"""``make proof``: random calls of ordinary people at a running server; no posted payment may change.

People without the role Payment Manager call every public method, create, write, delete, copy, import and open wizards,
with random values and forged contexts. After each sequence the books are compared in PostgreSQL. A sequence that
changed them is shrunk by hypothesis and printed as a Python program.
"""
import collections
import contextlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

from dev import house, logins, process, python_env, serve
from dev.outcome import Outcome
from dev.process import ROOT
from dev.report import Exit, Stop, duration, say, step, table

CALLS = int(os.environ.get('PAE_CALLS') or 10_000)
SEED = int(os.environ.get('PAE_SEED') or time.time())
CALLS_IN_TESTS, HUNTS, WORKERS = 500, 2, 2
LIMIT = 6 * 3600  # seconds
BOOKS = """
import sys
sys.path.append({root!r})
from dev import proof_books
proof_books.write(env, {path!r})
"""


def proof():
    """Hunts with 10,000 calls, or as many as ``PAE_CALLS`` says; returns the exit code."""
    with house.opened() as home:
        outcome = run(home, CALLS, SEED, HUNTS)
    for text in outcome.details:
        say(f'\n{text}')
    say(f'\n{outcome.line()}')
    return Exit.TESTS_FAILED if outcome.failed else Exit.OK


def run(home, calls=CALLS_IN_TESTS, seed=1, hunts=1):
    """Outcome: one test for each hunt. The tests take the same seed each time, ``make proof`` another one."""
    outcome, path = Outcome('proof'), house.logs() / 'proof-catalogue.json'
    with home.databases.scratch('proofbooks', home.template()) as pristine:
        with step('books to be attacked'):
            _make_books(home, pristine, path)
        with step(f'{calls} random calls, seed {seed}'), ThreadPoolExecutor(hunts) as pool:
            begin = time.monotonic()
            try:
                found = list(pool.map(lambda number: _hunt(home, pristine, path, calls // hunts, seed + number, number),
                                      range(hunts)))
            except BaseException:
                process.interrupt()
                raise
            _report(found, time.monotonic() - begin)
    for one in found:
        outcome.check(not one['holes'] and one['calls'] >= calls // hunts,
                      f'PROOF: {one["calls"]} calls, holes:\n' + '\n\n'.join(one['holes']))
    return outcome


def _make_books(home, database, path):
    home.need(database, house.logs() / 'proof-install.log', '-i', house.MODULE)
    logins.passwords_as_logins(home, database)
    path.unlink(missing_ok=True)
    log = house.logs() / 'proof-books.log'
    code = home.run(database, log, first=('shell',), text=BOOKS.format(root=str(ROOT), path=str(path)))
    if code or not path.exists():
        raise Stop(Exit.ODOO_FAILED, f'The books could not be made; the log: {log}.', '')


def _hunt(home, pristine, path, calls, seed, number):
    """What one hunter found at a server of its own."""
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(home.databases.scratch(f'proof{number}', pristine))
        log = house.logs() / f'proof-server{number}.log'
        url, _process = stack.enter_context(serve.serving(home, database, log, WORKERS, '--log-level=critical'))
        wish = {'url': url, 'database': database, 'pristine': pristine, 'catalogue': str(path), 'calls': calls,
                'seed': seed}
        log, answer = house.logs() / f'proof-hunt{number}.log', house.logs() / f'proof-found{number}.json'
        answer.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
        process.run([python_env.for_tools('proof'), '-m', 'dev.proof_hunt', answer], log, LIMIT, text=json.dumps(wish),
                    cwd=ROOT, env={**os.environ, **home.databases.server.variables()})
        if not answer.exists():
            raise Stop(Exit.TESTS_FAILED, f'The hunt broke off:\n{process.tail(log)}', '')
        return json.loads(answer.read_text())


def _report(found, seconds):
    answers = collections.defaultdict(collections.Counter)
    for one in found:
        for name, kinds in one['answers'].items():
            answers[name].update(kinds)
    whole = sum(answers.values(), collections.Counter())
    say(f'   {sum(one["calls"] for one in found)} calls in {duration(seconds)}: {dict(whole)}; {len(answers)} methods '
        f'called, {sum(bool(kinds["done"]) for kinds in answers.values())} of them answered')
    models = collections.defaultdict(collections.Counter)
    for name, kinds in answers.items():
        models[name.rpartition('.')[0]].update(kinds)
    rows = sorted(((name, *(kinds[kind] for kind in ('done', 'refused', 'fault')))
                   for name, kinds in models.items()), key=lambda row: -sum(row[1:]))[:20]
    say(table(('model', 'done', 'refused', 'fault'), rows))
    faults = collections.Counter()
    for one in found:
        faults.update(dict(one['faults']))
    say('   faults: ' + ', '.join(f'{kind.removeprefix("fault ")} {count}' for kind, count in faults.most_common(8)))
