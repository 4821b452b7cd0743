"""Tables and columns that have no place any more: their rows and values are kept, then they go."""
import logging

from odoo.tools import SQL, sql

from .keep import columns_of, keep, listed, shown, vanished_fields
from .names import ORPHANED_COLUMNS, VANISHED_FIELDS, VANISHED_TABLES

_logger = logging.getLogger(__name__)

# Which rows of a table are worth keeping, where not all of them: the others hold what every new row was given.
TOLD = {
    'account_move': SQL("COALESCE(approval_state, 'draft') != 'draft'"),
}
WAITING = ('under_review', 'for_approval', 'approved')


def keep_tables(cr):
    """Models that are gone."""
    for table, name in VANISHED_TABLES.items():
        if sql.table_exists(cr, table):
            keep(cr, name, SQL("SELECT * FROM %s", SQL.identifier(table)))
            cr.execute(SQL("DROP TABLE %s CASCADE", SQL.identifier(table)))


def keep_columns(cr):
    """Fields that are gone from companies, journals and entries. Payments and history rows are kept elsewhere."""
    _report_waiting_bills(cr)
    for table in ('res_company', 'account_journal', 'account_move'):
        names = columns_of(cr, table, VANISHED_FIELDS[table.replace('_', '.')])
        if names:
            where = TOLD[table] if table in TOLD and 'approval_state' in names else SQL("true")
            columns = SQL(', ').join(map(SQL.identifier, ['id', *names]))
            keep(cr, table, SQL("SELECT %s FROM %s WHERE %s", columns, SQL.identifier(table), where))


def drop_columns(cr):
    """The columns of fields that are gone, after all of them were kept."""
    columns = {model.replace('.', '_'): names for model, names in vanished_fields(cr).items()}
    for table, names in [*columns.items(), *ORPHANED_COLUMNS.items()]:
        for name in columns_of(cr, table, names):
            cr.execute(SQL("ALTER TABLE %s DROP COLUMN %s", SQL.identifier(table), SQL.identifier(name)))
    cr.execute("ALTER TABLE account_payment DROP CONSTRAINT IF EXISTS account_payment_voucher_number_unique")
    cr.execute("DROP INDEX IF EXISTS account_payment__voucher_number_index")


def _report_waiting_bills(cr):
    if columns_of(cr, 'account_move', ['approval_state']):
        names = listed(cr, SQL(
            """
            SELECT concat_ws(' ', NULLIF(name, '/'), ref, '(id ' || id || ', ' || approval_state || ')')
              FROM account_move WHERE approval_state IN %s AND state = 'draft' AND move_type != 'entry' ORDER BY id
            """,
            WAITING,
        ))
        _logger.info("%s draft invoices and bills waited in an approval that is gone; they are plain drafts now: %s",
                     len(names), shown(names))
