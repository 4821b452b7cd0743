"""Steps that are taken once, and old data that is kept."""
import logging
import time

from odoo.tools import SQL, sql

from .names import MODULE, PREFIX, STEPS, VANISHED_FIELDS

_logger = logging.getLogger(__name__)


def run(cr, steps):
    """Take the steps (functions of the cursor) that were not taken yet, in order.

    A step and the note that it was taken are committed together. An upgrade that was broken off and is started again
    goes on where it was.
    """
    cr.execute(SQL("CREATE TABLE IF NOT EXISTS %s (step varchar PRIMARY KEY, taken timestamp DEFAULT now())",
                   _table('steps')))
    cr.execute(SQL("SELECT step FROM %s", _table('steps')))
    taken = {name for (name,) in cr.fetchall()}
    for step in steps:
        name = f'{step.__module__.rpartition(".")[2]}.{step.__name__}'
        if name in taken:
            _logger.info("%s: was done before", name)
            continue
        begin = time.monotonic()
        step(cr)
        cr.execute(SQL("INSERT INTO %s (step) VALUES (%s)", _table('steps'), name))
        _logger.info("%s: done in %.1f s", name, time.monotonic() - begin)


def is_old(cr):
    """Whether the database is one to take over: an old one, or one whose upgrade was broken off."""
    return sql.table_exists(cr, STEPS) or not sql.column_exists(cr, 'payment_approval_history', 'hash')


def is_begun(cr):
    return sql.table_exists(cr, STEPS)


def keep(cr, name, query):
    """Keep the rows of a query in the table with that name; none is made for no rows.

    :return: number of rows kept
    """
    if sql.table_exists(cr, PREFIX + name):
        _logger.warning("%s%s is there already, from an earlier upgrade: it stays as it is", PREFIX, name)
        return 0
    cr.execute(SQL("CREATE TABLE %s AS %s", _table(name), query))
    if not cr.rowcount:
        cr.execute(SQL("DROP TABLE %s", _table(name)))
        return 0
    _logger.info("kept: %s rows in the table %s%s", cr.rowcount, PREFIX, name)
    return cr.rowcount


def kept(cr, name):
    """The table with that name as an SQL identifier, or None where nothing was kept under it."""
    return _table(name) if sql.table_exists(cr, PREFIX + name) else None


def columns_of(cr, table, names):
    """Those of the names that are columns of the table."""
    there = sql.table_columns(cr, table) if sql.table_exists(cr, table) else {}
    return [name for name in names if name in there]


def vanished_fields(cr):
    """The fields that are gone, as the database knows them: no other addon declares them, too.

    :return: dict of model: list of names
    """
    found = {}
    for model, names in VANISHED_FIELDS.items():
        found[model] = listed(cr, SQL(
            """
            SELECT field.name
              FROM ir_model_fields field
              JOIN ir_model_data data ON data.model = 'ir.model.fields' AND data.res_id = field.id
             WHERE field.model = %s AND field.name IN %s
          GROUP BY field.name HAVING array_agg(DISTINCT data.module::text) = %s
          ORDER BY field.name
            """,
            model, names, [MODULE],
        ))
    return {model: names for model, names in found.items() if names}


def listed(cr, query):
    """The first column of a query."""
    cr.execute(query)
    return [value for (value, *_rest) in cr.fetchall()]


def shown(names, limit=40):
    """A list for one line of the log."""
    names = [str(name) for name in names]
    more = f' and {len(names) - limit} more' if len(names) > limit else ''
    return ', '.join(names[:limit]) + more or '-'


def _table(name):
    return SQL.identifier(PREFIX + name)


def report_kept(cr):
    """Name all that is kept, and the command that drops it."""
    tables = listed(cr, SQL(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema AND starts_with(tablename, %s) ORDER BY 1",
        PREFIX))
    _logger.info("old data is kept in these tables: %s. Nothing reads them. To drop them: "
                 "psql -d THE_DATABASE -f payment_account_enhanced/takeover/drop_legacy.sql", shown(tables))
