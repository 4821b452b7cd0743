"""Two people at once: real clients at two Odoo servers with several workers each, on one database."""
import collections
import contextlib
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from dev import house, logins, serve, suite
from dev.outcome import Outcome
from dev.report import duration, say, step
from dev.rpc import Client

ROUNDS = 20
WORKERS = 3
# What happens: stage at the start, then (login, method) of the two people. 'payment.reject' is the dialog of Reject.
DUELS = {
    'approve twice': ('for_approval', ('payment_approver', 'action_approve_payment'),
                      ('second_approver', 'action_approve_payment')),
    'approve and reject': ('for_approval', ('payment_approver', 'action_approve_payment'),
                           ('second_approver', 'payment.reject')),
    'approve and recall': ('for_approval', ('payment_approver', 'action_approve_payment'),
                           ('payment_user', 'action_recall_payment')),
    'post twice': ('approved', ('payment_poster', 'action_post_payment'), ('second_poster', 'action_post_payment')),
    'post and confirm': ('approved', ('payment_poster', 'action_post_payment'), ('second_poster', 'action_post')),
    'post and reject': ('approved', ('payment_poster', 'action_post_payment'), ('second_poster', 'payment.reject')),
}
# Different payments at the same moment: both go through, nobody waits for the other.
PEACE = ('for_approval', ('payment_approver', 'action_approve_payment'), ('second_approver', 'action_approve_payment'))
LOGINS = ('payment_user', 'payment_approver', 'second_approver', 'payment_poster', 'second_poster', 'accountant',
          'admin')
PREPARE = f"""
person = lambda role: env.ref('{house.MODULE}.demo_payment_' + role)
for role in ('approver', 'poster'):
    name = 'second_' + role
    person(role).copy({{'name': name, 'login': name, 'password': name}})
journal = env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', env.company.id)], limit=1)
partner = env['res.partner'].create({{'name': 'A Vendor'}})
for name, stage, count in %r:
    payments = env['account.payment'].with_user(person('user')).create([{{
        'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': partner.id, 'amount': 100.0,
        'journal_id': journal.id, 'ref': name}} for _number in range(count)])
    payments.action_submit_for_review()
    payments.with_user(person('reviewer')).action_review_payment()
    if stage == 'approved':
        payments.with_user(person('approver')).action_approve_payment()
env.cr.commit()
"""
IDS = """SELECT p.id FROM account_payment p JOIN account_move m ON m.id = p.move_id WHERE m.ref = %s ORDER BY p.id"""
CRON = "SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_payment_approval_seal'"
NEWS = """
    SELECT h.payment_id, count(*), min(h.stage_from) = %s AND max(h.stage_to) = max(p.approval_state)
      FROM payment_approval_history h JOIN account_payment p ON p.id = h.payment_id
     WHERE h.payment_id = ANY(%s) AND h.id > %s GROUP BY h.payment_id
"""


def run(home):
    """Outcome: for each pair of actions, every round had one winner, one refusal in words and one row of history."""
    outcome = Outcome('two at once')
    with home.databases.scratch('parallel', home.template()) as database:
        with step('payments for people who act at once'):
            _prepare(home, database)
        with contextlib.ExitStack() as servers, step(f'two servers of {WORKERS} workers, {ROUNDS} rounds a pair'):
            urls, files = zip(*[_server(home, database, number, servers) for number in (1, 2)], strict=True)
            begin = time.monotonic()
            _fight(home, database, urls, outcome)
            say(f'   {len(DUELS) + 1} pairs of actions in {duration(time.monotonic() - begin)}')
        for log in files:
            _check_server(log, outcome)
    return outcome


def _prepare(home, database):
    home.need(database, house.logs() / 'parallel-install.log', '-i', house.MODULE)
    logins.passwords_as_logins(home, database)
    wanted = [(name, duel[0], ROUNDS) for name, duel in DUELS.items()] + [('peace', PEACE[0], 2 * ROUNDS)]
    home.run(database, house.logs() / 'parallel-prepare.log', first=('shell',), text=PREPARE % (wanted,))


def _server(home, database, number, servers):
    """(address, log) of a server that runs until ``servers`` is left."""
    log = house.logs() / f'parallel-server{number}.log'
    url, _process = servers.enter_context(serve.serving(home, database, log, WORKERS))
    return url, log


def _fight(home, database, urls, outcome):
    people = {(url, login): Client(url, database, login) for url in urls for login in LOGINS}
    over = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        sealer = pool.submit(_seal, home, database, people[urls[0], 'admin'], over)
        try:
            for name, duel in DUELS.items():
                _duel(home, database, urls, outcome, pool, people, name, duel)
            _peace(home, database, urls, outcome, pool, people)
        finally:
            over.set()
    check_history(people[urls[1], 'accountant'], sealer.result(), outcome)


def _pairs(urls, people, duel):
    """For each round the two clients: on one server and on both, in turns."""
    for number in range(ROUNDS):
        first, second = urls[number % 2], urls[number // 2 % 2]
        yield people[first, duel[1][0]], people[second, duel[2][0]]


def _together(pool, *acts):
    """What came of several calls that begin at the same moment."""
    barrier = threading.Barrier(len(acts))

    def act(client, arguments, context):
        barrier.wait()
        return client.call(*arguments, **context)
    return [future.result() for future in [pool.submit(act, *one) for one in acts]]


def _act(client, method, payment, stage):
    """A press of a button, ready to go; the dialog of Reject is open by then."""
    seen = {'payment_stage_seen': [payment, stage]}
    if method != 'payment.reject':
        return client, ('account.payment', method, [payment]), seen
    values = {'payment_ids': [[6, 0, [payment]]], 'reason': 'Wrong amount'}
    _kind, wizard = client.call(method, 'create', values)
    return client, (method, 'action_reject', [wizard]), seen


def _duel(home, database, urls, outcome, pool, people, name, duel):
    stage, *methods = duel
    ids = [row[0] for row in home.databases.sql((IDS, [name]), database=database)]
    last = home.databases.sql('SELECT max(id) FROM payment_approval_history', database=database)[0][0]
    counts, wrong = collections.Counter(), []
    for payment, clients in zip(ids, _pairs(urls, people, duel), strict=True):
        acts = [_act(client, method, payment, stage) for client, (_login, method) in zip(clients, methods, strict=True)]
        answers = _together(pool, *acts)
        kinds = [kind for kind, _what in answers]
        counts[_verdict(kinds, methods)] += 1
        if sorted(kinds) != ['done', 'refused']:
            wrong.append(f'payment {payment}: {answers}')
    rows = home.databases.sql((NEWS, [stage, ids, last]), database=database)
    wrong += [f'payment {payment}: {count} new rows, stage as in the history: {same}'
              for payment, count, same in rows if (count, same) != (1, True)]
    say(f'   {name}: {", ".join(f"{what} {count}" for what, count in sorted(counts.items()))}')
    outcome.check(not wrong and len(rows) == ROUNDS, f'TWO AT ONCE: {name}: {len(rows)} steps; ' + '\n'.join(wrong))


def _verdict(kinds, methods):
    if kinds.count('done') == 1:
        place = kinds.index('done')
        return f'won by {("first", "second")[place]} ({methods[place][1].removeprefix("action_")})'
    return ' and '.join(kinds)


def _peace(home, database, urls, outcome, pool, people):
    stage, *methods = PEACE
    ids = [row[0] for row in home.databases.sql((IDS, ['peace']), database=database)]
    answers = []
    for payments, clients in zip(zip(ids[::2], ids[1::2], strict=True), _pairs(urls, people, PEACE), strict=True):
        answers += _together(pool, *[_act(client, method, payment, stage) for client, (_login, method), payment
                                     in zip(clients, methods, payments, strict=True)])
    kinds = collections.Counter(kind for kind, _what in answers)
    say(f'   different payments at once: {dict(kinds)}')
    outcome.check(kinds == {'done': 2 * ROUNDS}, f'TWO AT ONCE: different payments hindered each other: {answers}')


def _seal(home, database, admin, over):
    """Seals again and again meanwhile; returns what was not done."""
    cron = home.databases.sql(CRON, database=database)[0][0]
    answers = []
    while not over.wait(0.5):
        answers.append(admin.call('ir.cron', 'method_direct_trigger', [cron]))
    answers.append(admin.call('ir.cron', 'method_direct_trigger', [cron]))
    return [answer for answer in answers if answer[0] != 'done']


def check_history(auditor, unsealed, outcome):
    """The history is whole and sealed; ``unsealed``: what sealing was answered, where it was not done."""
    outcome.check(not unsealed, f'TWO AT ONCE: sealing meanwhile failed: {unsealed}')
    _kind, wizard = auditor.call('payment.history.verify', 'create', {})
    auditor.call('payment.history.verify', 'action_verify', [wizard])
    names = ['state', 'summary', 'row_count', 'seal_count', 'unsealed_count']
    _kind, what = auditor.call('payment.history.verify', 'read', [wizard], names)
    say(f'   history afterwards: {what}')
    whole = what[0]['state'] == 'clean' and not what[0]['unsealed_count']
    outcome.check(whole, f'TWO AT ONCE: the history broke: {what}')


def _check_server(log, outcome):
    """Several workers answered, and nothing loud is in the log."""
    text = log.read_text(errors='replace')
    workers = set(re.findall(r'^\S+ \S+ (\d+) INFO \S+ werkzeug: .*call_kw', text, re.MULTILINE))
    retries = text.count(' tries left, try again in ')
    say(f'   {log.name}: {len(workers)} workers answered, {retries} requests were started again after a conflict')
    outcome.check(len(workers) > 1, f'TWO AT ONCE: only {len(workers)} worker(s) answered; the log: {log}')
    suite.check_log(outcome, text, f'a server for two at once ({log})')
