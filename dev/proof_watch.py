"""What PostgreSQL says about money that must stand still, and what of it changed."""
import contextlib

import psycopg2

STOPPED = ('recall', 'reject', 'return', 'cancel', 'reset')  # after these, a payment in approval may be edited
PAYMENTS = """
    SELECT p.id, p.move_id, m.state = 'posted', p.approval_state
      FROM account_payment p JOIN account_move m ON m.id = p.move_id
     WHERE m.state = 'posted' OR p.approval_state IN ('under_review', 'for_approval', 'for_authorization', 'approved')
"""
ROWS = {
    'account_payment': 'SELECT t.id, t.id, to_jsonb(t) FROM account_payment t WHERE t.id = ANY(%(payments)s)',
    'account_move': 'SELECT t.id, p.id, to_jsonb(t) FROM account_move t JOIN account_payment p ON p.move_id = t.id '
                    'WHERE p.id = ANY(%(payments)s)',
    'account_move_line': 'SELECT t.id, p.id, to_jsonb(t) FROM account_move_line t '
                         'JOIN account_payment p ON p.move_id = t.move_id WHERE p.id = ANY(%(payments)s)',
    'taxes': 'SELECT x.line_id, p.id, x.link FROM (SELECT account_move_line_id AS line_id, to_jsonb(r) AS link '
             'FROM account_move_line_account_tax_rel r UNION ALL SELECT account_move_line_id, to_jsonb(g) '
             'FROM account_account_tag_account_move_line_rel g) x JOIN account_move_line l ON l.id = x.line_id '
             'JOIN account_payment p ON p.move_id = l.move_id WHERE p.id = ANY(%(payments)s)',
}
# Entries of other kinds stay posted; those of statement lines are made, changed and deleted with them.
ENTRIES = "SELECT id FROM account_move WHERE state = 'posted' AND payment_id IS NULL AND statement_line_id IS NULL"
GONE = "SELECT id FROM unnest(%s) AS id WHERE NOT EXISTS (SELECT FROM account_move m WHERE m.id = id.id " \
       "AND m.state = 'posted')"
RECORDS = {
    'payment_approval_history': 'SELECT id, md5(t::text) FROM payment_approval_history t',
    'payment_override': 'SELECT id, md5(t::text) FROM payment_override t',
}
MOVED = 'SELECT DISTINCT payment_id FROM payment_approval_history WHERE id > %s AND action_type = ANY(%s)'
# Posted without two people: neither a chain in the history, nor the other half of a transfer that has one.
UNSEEN = """
    SELECT p.id FROM account_payment p JOIN account_move m ON m.id = p.move_id
     WHERE m.state = 'posted' AND NOT p.id = ANY(%s) AND p.paired_internal_transfer_payment_id IS NULL AND (
           SELECT count(DISTINCT h.user_id) FROM payment_approval_history h
            WHERE h.payment_id = p.id AND h.action_type IN ('submit', 'review', 'approve', 'authorize')) < 2
"""

# Matching is ordinary work. What it says of a payment must be true: it takes what is open, on items of one account; the
# number is there while there is a matching, and the group where nothing is open; who is in the group is matched in it;
# exchange differences are booked in their own journal.
UNTRUE = """
    SELECT DISTINCT p.id
      FROM account_move_line l
      JOIN account_payment p ON p.move_id = l.move_id
      JOIN account_move m ON m.id = l.move_id AND m.state = 'posted'
 LEFT JOIN LATERAL (
           SELECT count(*) AS parts, min(LEAST(r.amount, r.debit_amount_currency, r.credit_amount_currency)) AS least,
                  bool_and(d.account_id = c.account_id) AS alike,
                  bool_and(r.full_reconcile_id IS NOT DISTINCT FROM l.full_reconcile_id) AS grouped,
                  bool_or(e.journal_id != k.currency_exchange_journal_id) AS elsewhere
             FROM account_partial_reconcile r
             JOIN account_move_line d ON d.id = r.debit_move_id
             JOIN account_move_line c ON c.id = r.credit_move_id
        LEFT JOIN account_full_reconcile g ON g.id = r.full_reconcile_id
        LEFT JOIN account_move e ON e.id IN (r.exchange_move_id, g.exchange_move_id)
        LEFT JOIN res_company k ON k.id = e.company_id
            WHERE l.id IN (r.debit_move_id, r.credit_move_id)) matching ON TRUE
     WHERE l.amount_residual * l.balance < 0 OR abs(l.amount_residual) > abs(l.balance)
        OR l.amount_residual_currency * l.amount_currency < 0
        OR abs(l.amount_residual_currency) > abs(l.amount_currency)
        OR matching.least < 0 OR NOT matching.alike OR NOT matching.grouped OR matching.elsewhere
        OR (matching.parts > 0) = (COALESCE(l.matching_number, '') ~ '^(I|$)')
        OR l.full_reconcile_id IS NOT NULL AND (
           matching.parts = 0 OR l.amount_residual != 0 OR l.matching_number != l.full_reconcile_id::text
           OR EXISTS (SELECT FROM account_move_line o WHERE o.full_reconcile_id = l.full_reconcile_id AND NOT EXISTS (
                      SELECT FROM account_partial_reconcile r WHERE r.full_reconcile_id = l.full_reconcile_id
                         AND o.id IN (r.debit_move_id, r.credit_move_id)))
           OR EXISTS (SELECT FROM account_partial_reconcile r JOIN account_move_line o
                          ON o.id IN (r.debit_move_id, r.credit_move_id)
                       WHERE r.full_reconcile_id = l.full_reconcile_id
                         AND o.full_reconcile_id IS DISTINCT FROM l.full_reconcile_id))
"""


class Watch:
    """Reads by its own connection, so that what it sees was committed.

    :param free: for each table the columns that ordinary work changes
    """

    def __init__(self, database, free):
        self.database, self.free = database, {table: set(names) for table, names in free.items()}

    @contextlib.contextmanager
    def _cursor(self):
        connection = psycopg2.connect(dbname=self.database)
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def look(self):
        """All that must stand still."""
        with self._cursor() as cursor:
            payments = _all(cursor, PAYMENTS)
            ids = [row[0] for row in payments]
            return {
                'payments': {row[0]: row[2] for row in payments}, 'rows': self._rows(cursor, ids),
                'entries': [row[0] for row in _all(cursor, ENTRIES)],
                'records': {name: dict(_all(cursor, query)) for name, query in RECORDS.items()},
            }

    def differences(self, before):
        """What changed since, one line each, that nobody but a Payment Manager may change."""
        with self._cursor() as cursor:
            posted = [payment for payment, is_posted in before['payments'].items() if is_posted]
            last = max(before['records']['payment_approval_history'], default=0)
            moved = {row[0] for row in _all(cursor, MOVED, last, [*STOPPED, 'post'])}
            ids = [payment for payment in before['payments'] if payment in posted or payment not in moved]
            lines = _changed({key: row for key, row in before['rows'].items() if row['of'] in ids},
                             self._rows(cursor, ids))
            gone = _all(cursor, GONE, before['entries'])
            lines += [f'account_move {row[0]} is no longer a posted entry' for row in gone]
            lines += [f'payment {row[0]} was posted without two people' for row in _all(cursor, UNSEEN, posted)]
            lines += [f'payment {row[0]} has a matching that is not true' for row in _all(cursor, UNTRUE)]
            for name, query in RECORDS.items():
                lines += _rewritten(name, before['records'][name], dict(_all(cursor, query)))
            return lines

    def _rows(self, cursor, ids):
        rows = {}
        for table, query in ROWS.items():
            cursor.execute(query, {'payments': ids})
            for row_id, payment, values in cursor.fetchall():
                key = (table, row_id) if table != 'taxes' else (table, row_id, str(sorted(values.items())))
                rows[key] = {'of': payment, **{
                    name: value for name, value in values.items() if name not in self.free.get(table, ())}}
        return rows


def _all(cursor, query, *values):
    cursor.execute(query, values or None)
    return cursor.fetchall()


def _changed(before, after):
    lines = [f'payment {before[key]["of"]}: {key[0]} {key[1]} is gone' for key in before.keys() - after.keys()]
    lines += [f'payment {after[key]["of"]}: {key[0]} {key[1]} is new' for key in after.keys() - before.keys()]
    for key in before.keys() & after.keys():
        lines += [f'payment {row["of"]}: {key[0]} {key[1]}.{name}: {value!r} -> {after[key].get(name)!r}'
                  for row in [before[key]] for name, value in row.items() if after[key].get(name) != value]
    return sorted(lines)


def _rewritten(name, before, after):
    changed = [row for row, value in before.items() if after.get(row) != value]
    added = set(after) - set(before) if name == 'payment_override' else ()
    return [f'{name}: row {row} was rewritten or is gone' for row in changed] + [
        f'{name}: row {row} says that somebody overrode the guard' for row in added]
