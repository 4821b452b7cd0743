"""The approval stage of each payment, from what is true: the entry decides."""
import logging

from odoo.tools import SQL, sql

from .keep import columns_of, keep, kept
from .names import VANISHED_FIELDS

_logger = logging.getLogger(__name__)

STAMPS = ('reviewer_id', 'reviewer_date', 'approver_id', 'approver_date', 'authorizer_id', 'authorizer_date')
# Who acted in the present chain: in these stages, only those of the steps before.
CLEARED = {
    ('draft', 'under_review'): STAMPS,
    ('for_approval',): STAMPS[2:],
    ('for_authorization',): STAMPS[4:],
}


def map_states(cr):
    """A posted entry makes a posted payment, a cancelled one a cancelled payment; a draft keeps a stage of approval.

    Whether an approved draft stays approved is judged later, when the new rules are loaded.
    """
    if not sql.column_exists(cr, 'account_payment', 'approval_state'):
        sql.create_column(cr, 'account_payment', 'approval_state', 'varchar')
    for name in STAMPS:
        if not sql.column_exists(cr, 'account_payment', name):
            sql.create_column(cr, 'account_payment', name, 'timestamp' if name.endswith('date') else 'int4')
    _keep_payments(cr)
    cr.execute("""
        WITH truth AS (
            SELECT payment.id, CASE
                       WHEN entry.state = 'posted' THEN 'posted'
                       WHEN entry.state = 'cancel' THEN 'cancelled'
                       WHEN payment.approval_state IN ('under_review', 'for_approval', 'for_authorization', 'approved')
                            THEN payment.approval_state
                       WHEN payment.approval_state = 'waiting_approval' THEN 'under_review'
                       ELSE 'draft'
                   END AS stage
              FROM account_payment payment JOIN account_move entry ON entry.id = payment.move_id
        )
        UPDATE account_payment payment SET approval_state = truth.stage FROM truth
         WHERE truth.id = payment.id AND payment.approval_state IS DISTINCT FROM truth.stage
    """)
    for states, names in CLEARED.items():
        cr.execute(SQL(
            "UPDATE account_payment SET %s WHERE approval_state IN %s AND (%s)",
            SQL(', ').join(SQL("%s = NULL", SQL.identifier(name)) for name in names), states,
            SQL(' OR ').join(SQL("%s IS NOT NULL", SQL.identifier(name)) for name in names),
        ))
    _report_states(cr)


def _keep_payments(cr):
    names = [
        'approval_state', 'voucher_number', 'remarks', *STAMPS, *VANISHED_FIELDS['account.payment'], 'qr_code',
        'access_token',
    ]
    columns = SQL(', ').join(map(SQL.identifier, ['id', *columns_of(cr, 'account_payment', names)]))
    keep(cr, 'account_payment', SQL("SELECT %s FROM account_payment", columns))


def _report_states(cr):
    table = kept(cr, 'account_payment')
    if table is None:
        return
    cr.execute(SQL(
        """
        SELECT COALESCE(old.approval_state, 'none'), payment.approval_state, count(*)
          FROM account_payment payment JOIN %s old ON old.id = payment.id
         WHERE old.approval_state IS DISTINCT FROM payment.approval_state
      GROUP BY 1, 2 ORDER BY 1, 2
        """,
        table,
    ))
    for before, after, count in cr.fetchall():
        _logger.info("stage of %s payments, after their entries: %s -> %s", count, before, after)
