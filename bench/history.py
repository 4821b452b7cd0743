"""A long approval history, made by the addon's own hashes, and how long its verification takes. Runs inside Odoo."""
import datetime
import time
import tracemalloc

from psycopg2.extras import Json, execute_values

COLUMNS = ('payment_id', 'company_id', 'stage_from', 'stage_to', 'action_type', 'user_id', 'role', 'approval_date',
           'comments', 'amount', 'currency_id', 'digest', 'content', 'previous_hash', 'hash')
CHAIN = (('draft', 'under_review', 'submit', 'user'), ('under_review', 'for_approval', 'review', 'reviewer'),
         ('for_approval', 'approved', 'approve', 'approver'), ('approved', 'posted', 'post', 'poster'))
BEGIN = datetime.datetime(2024, 1, 1)


def verify(opened, sizes):
    """Seconds, and the most memory that Python held, for histories of these numbers of rows; undone after.

    :return: dict of size: {'rows', 'seconds', 'memory' (bytes)}
    """
    taken = {}
    for size in sizes:
        with opened('ours') as env:
            _fill(env, size)
            env['payment.approval.seal']._cron_seal()
            env.flush_all()
            taken[size] = _timed(env) | {'memory': _traced(env)}
    return taken


def _timed(env):
    begin = time.perf_counter()
    wizard = env['payment.history.verify'].create({})
    wizard.action_verify()
    seconds = time.perf_counter() - begin
    assert wizard.state == 'clean', (wizard.state, wizard.line_ids.mapped('reason'))
    return {'rows': wizard.row_count, 'seconds': seconds}


def _traced(env):
    """The peak of what a second verification allocates; the clock of a traced one would not count."""
    env.invalidate_all()
    tracemalloc.start()
    env['payment.history.verify'].create({}).action_verify()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _fill(env, size):
    """Whole chains of posted payments, past the ORM, with the hashes that the addon would have written."""
    env.cr.execute("""SELECT payment.id FROM account_payment payment
                        JOIN account_move entry ON entry.id = payment.move_id
                       WHERE payment.approval_state = 'posted' AND entry.company_id = %s AND NOT EXISTS (
                           SELECT FROM payment_approval_history history WHERE history.payment_id = payment.id)
                    ORDER BY payment.id LIMIT %s""", [env.company.id, size // len(CHAIN)])
    rows = [row for (payment_id,) in env.cr.fetchall() for row in _chain(env, payment_id)]
    names = ', '.join(COLUMNS)
    execute_values(env.cr._obj, f'INSERT INTO payment_approval_history ({names}) VALUES %s', rows, page_size=1000)
    env.invalidate_all()


def _chain(env, payment_id):
    history, previous = env['payment.approval.history'], ''
    content = {'amount': '100.00', 'payment': payment_id}
    digest = env['account.payment']._hash_content(content)
    for number, (before, after, action, role) in enumerate(CHAIN):
        vals = {
            'payment_id': payment_id, 'company_id': env.company.id, 'stage_from': before, 'stage_to': after,
            'action_type': action, 'user_id': env.uid, 'role': role, 'comments': None, 'amount': 100.0,
            'approval_date': BEGIN + datetime.timedelta(minutes=payment_id * 10 + number),
            'currency_id': env.company.currency_id.id, 'digest': digest,
            'content': Json(content) if action == 'approve' else None, 'previous_hash': previous or None,
        }
        previous = vals['hash'] = history._hash_values(vals)
        yield tuple(vals[name] for name in COLUMNS)
