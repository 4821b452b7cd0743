"""What must be true of the books after many people worked at once, one query each: none may find a row."""

CHECKS = {
    'a step of the history does not begin where the one before ended': """
        SELECT payment_id, id FROM (
            SELECT payment_id, id, stage_from, lag(stage_to) OVER (PARTITION BY payment_id ORDER BY id) AS before
              FROM payment_approval_history) h
         WHERE before IS NOT NULL AND stage_from != before
           AND NOT (stage_from IN ('draft', 'cancelled') AND before IN ('draft', 'cancelled'))""",
    'the stage of a payment is not the one of its last step': """
        SELECT p.id, p.approval_state, h.stage_to FROM account_payment p JOIN LATERAL (
            SELECT stage_to FROM payment_approval_history WHERE payment_id = p.id ORDER BY id DESC LIMIT 1) h ON true
         WHERE h.stage_to != p.approval_state""",
    'two rows of the history are chained onto the same one': """
        SELECT payment_id, previous_hash FROM payment_approval_history
      GROUP BY 1, 2 HAVING count(*) > 1""",
    'the stage and the entry of a payment say different things': """
        SELECT p.id, p.approval_state, m.state FROM account_payment p JOIN account_move m ON m.id = p.move_id
         WHERE (p.approval_state = 'posted') != (m.state = 'posted')
            OR (p.approval_state = 'cancelled') != (m.state = 'cancel')""",
    'a payment was posted without its chain': """
        SELECT p.id FROM account_payment p JOIN account_move m ON m.id = p.move_id
         WHERE m.state = 'posted' AND m.ref LIKE 'load%%' AND (
               SELECT count(DISTINCT h.user_id) FROM payment_approval_history h
                WHERE h.payment_id = p.id AND h.action_type IN ('submit', 'review', 'approve', 'authorize')) < 2""",
    'a large payment was posted with fewer than three people': """
        SELECT p.id FROM account_payment p JOIN account_move m ON m.id = p.move_id
         WHERE m.state = 'posted' AND m.ref LIKE 'load%%' AND p.payment_type = 'outbound' AND p.amount >= 10000 AND (
               SELECT count(DISTINCT h.user_id) FROM payment_approval_history h
                WHERE h.payment_id = p.id AND h.action_type IN ('submit', 'review', 'approve', 'authorize')) < 3""",
    'an entry does not balance': """
        SELECT move_id, sum(balance) FROM account_move_line
         WHERE display_type NOT IN ('line_section', 'line_note') GROUP BY 1 HAVING round(sum(balance), 2) != 0""",
    'a payment has no entry, or an entry without items': """
        SELECT p.id FROM account_payment p LEFT JOIN account_move_line l ON l.move_id = p.move_id
      GROUP BY p.id HAVING count(l.id) < 2""",
    'the amount of a payment is not the one of its items': """
        SELECT p.id, p.amount, max(abs(l.amount_currency)) FROM account_payment p
          JOIN account_move_line l ON l.move_id = p.move_id
      GROUP BY p.id HAVING max(abs(l.amount_currency)) != p.amount""",
    'what is open of an item is not what its reconciliations leave': """
        SELECT l.id, l.balance, l.amount_residual FROM account_move_line l JOIN account_account a ON a.id = l.account_id
         WHERE a.reconcile AND l.parent_state = 'posted' AND round(l.amount_residual - l.balance
               + coalesce((SELECT sum(amount) FROM account_partial_reconcile WHERE debit_move_id = l.id), 0)
               - coalesce((SELECT sum(amount) FROM account_partial_reconcile WHERE credit_move_id = l.id), 0), 2)
               != 0""",
    'two payments have one voucher number': """
        SELECT voucher_number FROM account_payment WHERE voucher_number IS NOT NULL AND voucher_number != ''
      GROUP BY voucher_number HAVING count(*) > 1""",
    'two posted entries of a journal have one number': """
        SELECT journal_id, name FROM account_move WHERE state = 'posted' GROUP BY 1, 2 HAVING count(*) > 1""",
}


def check(home, database, outcome):
    """One test for each of the queries."""
    for what, query in CHECKS.items():
        rows = home.databases.sql((query, []), database=database)
        outcome.check(not rows, f'LOAD: {what}: {len(rows)} times, such as {rows[:5]}')
