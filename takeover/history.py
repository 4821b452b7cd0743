"""History rows are kept as they are, marked as taken over, and put at the head of the chain of their payment."""
import logging
from itertools import groupby

from psycopg2.extras import Json

from odoo import SUPERUSER_ID, api, fields
from odoo.tools import SQL, sql

from ..models import payment_approval_machine as machine
from ..models.payment_approval_history import HASHED
from ..models.payment_history_verify import stream
from .keep import columns_of, keep
from .names import ACTIONS, OLD_STAGES, ORPHANED_COLUMNS, STAGES, VANISHED_FIELDS

_logger = logging.getLogger(__name__)

BLOCK = 5000  # rows that are written at once, and held in memory
NEW_COLUMNS = {'role': 'varchar', 'amount': 'numeric', 'currency_id': 'int4'}
WRITTEN = (*HASHED, 'content', 'previous_hash', 'hash')


def map_history(cr):
    """Give old rows the words, the company and the amount that the new columns ask for; the originals are kept."""
    if not sql.table_exists(cr, 'payment_approval_history'):
        return
    keep(cr, 'approval_history', SQL("SELECT * FROM payment_approval_history"))
    for name, kind in NEW_COLUMNS.items():
        if not sql.column_exists(cr, 'payment_approval_history', name):
            sql.create_column(cr, 'payment_approval_history', name, kind)
    cr.execute(SQL(
        """
        UPDATE payment_approval_history history
           SET stage_from = %(stage_from)s, stage_to = %(stage_to)s, role = %(mark)s,
               action_type = CASE WHEN action_type IN %(actions)s THEN action_type ELSE %(takeover)s END,
               comments = CASE WHEN action_type IN %(actions)s AND stage_from IN %(stages)s AND stage_to IN %(stages)s
                   THEN comments ELSE concat_ws(' ', comments,
                        concat('[', action_type, ': ', stage_from, ' → ', stage_to, ']')) END,
               company_id = entry.company_id, amount = payment.amount, currency_id = payment.currency_id
          FROM account_payment payment JOIN account_move entry ON entry.id = payment.move_id
         WHERE payment.id = history.payment_id
        """,
        stage_from=_stage('stage_from'), stage_to=_stage('stage_to'), mark=machine.LEGACY, takeover=machine.TAKEOVER,
        actions=ACTIONS, stages=STAGES,
    ))
    _logger.info("taken over: %s rows of the approval history", cr.rowcount)
    for name in columns_of(cr, 'payment_approval_history', (
            *VANISHED_FIELDS['payment.approval.history'], *ORPHANED_COLUMNS['payment_approval_history'])):
        cr.execute(SQL("ALTER TABLE payment_approval_history DROP COLUMN %s", SQL.identifier(name)))


def _stage(column):
    cases = SQL(' ').join(SQL("WHEN %s THEN %s", old, new) for old, new in OLD_STAGES.items())
    column = SQL.identifier(column)
    return SQL("CASE WHEN %s IN %s THEN %s ELSE CASE %s %s ELSE 'draft' END END",
               column, STAGES, column, column, cases)


def chain_history(cr):
    """Hash the rows taken over, payment by payment, with as much memory as a block takes.

    Where the newest row leads to another stage than the payment is in, one more row says so.
    """
    History = api.Environment(cr, SUPERUSER_ID, {})['payment.approval.history']
    cr.execute("ANALYZE account_payment, payment_approval_history")  # every row is new: else plans scan whole tables
    rows = stream(cr, SQL(
        """
        SELECT history.id, %s, payment.approval_state
          FROM payment_approval_history history JOIN account_payment payment ON payment.id = history.payment_id
         WHERE history.hash IS NULL
      ORDER BY history.payment_id, history.id
        """,
        SQL(', ').join(SQL.identifier('history', name) for name in HASHED),
    ))
    block, closing = [], []
    # Streamed in order of the key: Odoo's groupby would hold all rows in memory.
    # pylint: disable-next=bad-builtin-groupby
    for _payment_id, chain in groupby(rows, key=lambda row: row['payment_id']):
        row = _chain(History, chain, block)
        if row['approval_state'] != row['stage_to'] and row['approval_state'] not in machine.IN_PROGRESS:
            closing.append(_close(row))
        if len(block) >= BLOCK:
            _write(cr, block)
            insert(History, closing)
            block, closing = [], []
    _write(cr, block)
    insert(History, closing)
    History.invalidate_model()


def _chain(History, chain, block):
    """Hash the rows of one payment into the block.

    :return: the last one
    """
    previous, row = None, None
    for row in chain:
        row['previous_hash'] = previous
        previous = row['hash'] = History._hash_values(row)
        block.append((row['id'], row['previous_hash'], row['hash']))
    return row


def _close(row):
    """The row that follows the last one taken over, where the payment is in another stage by now."""
    return {
        **{name: row[name] for name in ('payment_id', 'company_id', 'amount', 'currency_id')},
        'stage_from': row['stage_to'], 'stage_to': row['approval_state'], 'action_type': machine.TAKEOVER,
        'user_id': SUPERUSER_ID, 'role': machine.SYSTEM, 'approval_date': fields.Datetime.now(),
        'comments': "The entry decides the stage.", 'digest': None, 'previous_hash': row['hash'],
    }


def insert(History, rows):
    """Insert rows, each a dict of values with the ``previous_hash`` of its payment's chain, which they close."""
    values = []
    for row in rows:
        row['hash'] = History._hash_values(row)
        content = Json(row['content']) if row.get('content') else None
        values.append(SQL("%s", tuple({**row, 'content': content}.get(name) for name in WRITTEN)))
    if values:
        columns = SQL(', ').join(map(SQL.identifier, WRITTEN))
        History.env.cr.execute(SQL(
            "INSERT INTO payment_approval_history (%s) VALUES %s", columns, SQL(', ').join(values)))


def _write(cr, block):
    if block:
        cr.execute(SQL(
            """
            UPDATE payment_approval_history history
               SET previous_hash = done.previous_hash, hash = done.hash
              FROM unnest(%s, %s::varchar[], %s::varchar[]) AS done(id, previous_hash, hash)
             WHERE done.id = history.id
            """,
            *map(list, zip(*block)),
        ))
