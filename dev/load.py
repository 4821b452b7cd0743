"""``make load``: two Odoo servers with workers, eight people at once, and what breaks in the middle.

``PAE_SECONDS``: how long (300); ``PAE_CLIENTS``: how many people (8). Workers are killed and connections of PostgreSQL
ended meanwhile. Afterwards the history must hold each step once, and the books must balance.
"""
import contextlib
import os
import pathlib
import random
import re
import signal
import statistics
import threading
import time

from dev import house, load_checks, logins, parallel, serve
from dev.load_people import Journal, Person
from dev.outcome import Outcome
from dev.report import Exit, say, step, table
from dev.rpc import Client

SECONDS = int(os.environ.get('PAE_SECONDS') or 300)
CLIENTS = int(os.environ.get('PAE_CLIENTS') or 8)
SERVERS, WORKERS, BLOWS = 2, 3, 4
LOGINS = ('payment_user', 'payment_reviewer', 'payment_approver', 'second_approver', 'payment_authorizer',
          'payment_poster', 'second_poster', 'payment_manager', 'accountant', 'admin')
AFTER_BLOW = 70  # seconds within which a request may fail because of a blow; clients wait up to 60
PREPARE = parallel.PREPARE % ([],) + """
from odoo import Command, fields
bills = env['account.move'].create([{
    'move_type': 'in_invoice', 'partner_id': partner.id, 'invoice_date': fields.Date.today(),
    'invoice_line_ids': [Command.create({'name': 'Rent', 'price_unit': amount, 'tax_ids': []})]}
    for amount in (100.0, 250.0, 12500.0) * 12])
bills.action_post()
env.cr.commit()
"""
BOOKS = """
    SELECT l.partner_id, l.account_id, (SELECT id FROM account_journal WHERE type = 'bank'
           AND company_id = l.company_id ORDER BY sequence, id LIMIT 1)
      FROM account_move_line l JOIN res_partner p ON p.id = l.partner_id
      JOIN account_account a ON a.id = l.account_id
     WHERE p.name = 'A Vendor' AND a.account_type = 'liability_payable' LIMIT 1
"""
STEPS = """
    SELECT h.payment_id, h.action_type, count(*) FROM payment_approval_history h
      JOIN account_payment p ON p.id = h.payment_id JOIN account_move m ON m.id = p.move_id
     WHERE m.ref LIKE 'load%%' GROUP BY 1, 2
"""
BACKEND = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = %s AND pid != pg_backend_pid() ORDER BY state = 'active' DESC, xact_start DESC NULLS LAST LIMIT 1
"""


def load():
    """Works, checks, prints figures; returns the exit code."""
    outcome = Outcome('load')
    with house.opened() as home, home.databases.scratch('load', home.template()) as database:
        with step('books and people'):
            home.need(database, house.logs() / 'load-install.log', '-i', house.MODULE)
            logins.passwords_as_logins(home, database)
            home.run(database, house.logs() / 'load-prepare.log', first=('shell',), text=PREPARE)
        with contextlib.ExitStack() as stack:
            logs = [house.logs() / f'load-server{number}.log' for number in range(SERVERS)]
            servers = [stack.enter_context(serve.serving(home, database, log, WORKERS)) for log in logs]
            _work(home, database, servers, logs, outcome)
    for text in outcome.details:
        say(f'\n{text}')
    say(f'\n{outcome.line()}')
    return Exit.TESTS_FAILED if outcome.failed else Exit.OK


def _work(home, database, servers, logs, outcome):
    urls = [url for url, _process in servers]
    people = {(url, login): Client(url, database, login) for url in urls for login in LOGINS}
    names = ('partner', 'payable', 'journal')
    books = dict(zip(names, home.databases.sql(BOOKS, database=database)[0], strict=True))
    journal, end = Journal(), time.monotonic() + SECONDS
    with step(f'{CLIENTS} people at {SERVERS} servers of {WORKERS} workers, {SECONDS} s'):
        threads = [threading.Thread(target=Person(people, urls, journal, books, number).work, args=(end,), daemon=True)
                   for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        blows = _strike(home, database, servers, end)
        for thread in threads:
            thread.join()
    _figures(journal)
    _check_answers(journal, blows, outcome)
    _check_steps(home, database, journal, outcome)
    load_checks.check(home, database, outcome)
    unsealed = [answer for answer in [people[urls[0], 'admin'].call('ir.cron', 'method_direct_trigger', [
        home.databases.sql(parallel.CRON, database=database)[0][0]])] if answer[0] != 'done']
    parallel.check_history(people[urls[1], 'accountant'], unsealed, outcome)
    for log in logs:
        _check_server(log, outcome)


def _strike(home, database, servers, end):
    """Kills a worker, then ends a connection of PostgreSQL, in turns; returns when."""
    blows, pause = [], (end - time.monotonic()) / (BLOWS + 1)
    for number in range(BLOWS):
        time.sleep(pause)
        if number % 2:
            home.databases.sql((BACKEND, [database]))
            what = 'a connection of PostgreSQL was ended'
        else:
            os.kill(random.choice(_workers(servers[number % SERVERS][1].pid)), signal.SIGKILL)  # noqa: S311
            what = 'a worker was killed'
        blows.append(time.monotonic())
        say(f'   {what}')
    return blows


def _workers(master):
    """Process ids of the workers of a server that answer requests."""
    children = pathlib.Path(f'/proc/{master}/task/{master}/children').read_text().split()
    return [int(child) for child in children
            if b'gevent' not in pathlib.Path(f'/proc/{child}/cmdline').read_bytes().split(b'\0')]


def _figures(journal):
    rows = sorted({wish for wish, _kind in journal.answers})
    say(table(('what', 'done', 'refused', 'fault'),
              [(wish, *(journal.answers[wish, kind] for kind in ('done', 'refused', 'fault'))) for wish in rows]))
    times = sorted(journal.seconds)
    say(f'   {len(times)} requests, {len(times) / SECONDS:.1f} a second; median {statistics.median(times) * 1000:.0f} '
        f'ms, 95 % within {times[int(len(times) * 0.95)] * 1000:.0f} ms, longest {times[-1]:.1f} s')


def _check_answers(journal, blows, outcome):
    """Every call is done or refused in words, but what a blow hit, and conflicts that Odoo gave up to solve."""
    wrong = [fault[1:] for fault in journal.faults
             if not any(blow <= fault[0] <= blow + AFTER_BLOW for blow in blows)
             and 'SerializationFailure' not in fault[2] and 'LockNotAvailable' not in fault[2]]
    say(f'   {len(journal.faults)} calls without an answer or with a fault, {len(wrong)} of them without a reason')
    outcome.check(not wrong, f'LOAD: faults without a blow: {wrong[:10]}')
    outcome.check(sum(journal.done.values()) > 0, 'LOAD: nobody took a step')


def _check_steps(home, database, journal, outcome):
    """One row of history for each step that somebody was told is done; at most one for each that was cut off."""
    rows = {(payment, action): count for payment, action, count in home.databases.sql((STEPS, []), database=database)}
    wrong = [(key, journal.done[key], rows.get(key, 0)) for key in {*journal.done, *rows} if key[1] != 'return'
             and not journal.done[key] <= rows.get(key, 0) <= journal.done[key] + journal.unknown[key]]
    say(f'   {sum(journal.done.values())} steps taken, {sum(rows.values())} rows of history')
    outcome.check(not wrong, f'LOAD: steps with another number of rows (step, told, rows): {wrong[:10]}')


def _check_server(log, outcome):
    text = log.read_text(errors='replace')
    bad = re.findall(r'" 5\d\d ', text)
    retries = text.count(' tries left, try again in ')
    say(f'   {log.name}: {retries} requests were started again after a conflict')
    outcome.check(not bad, f'LOAD: {len(bad)} answers of the kind 5xx; the log: {log}')
