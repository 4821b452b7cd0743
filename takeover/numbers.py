"""Voucher numbers stay as they are; both sequences go on above the highest number in use."""
import logging
import re

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from .keep import shown
from .names import MODULE, SEQUENCES

_logger = logging.getLogger(__name__)


def report_numbers(cr):
    """Numbers that were given more than once: nobody renumbers what stands on printed vouchers."""
    cr.execute("""
        SELECT voucher_number, array_agg(id ORDER BY id)
          FROM account_payment WHERE voucher_number IS NOT NULL
      GROUP BY voucher_number HAVING count(*) > 1 ORDER BY voucher_number
    """)
    twice = [f'{number} (payments {shown(ids, 10)})' for number, ids in cr.fetchall()]
    _logger.info("voucher numbers given more than once, which stay as they are: %s", shown(twice))
    cr.execute("SELECT count(*) FROM account_payment WHERE voucher_number IS NULL")
    _logger.info("payments without a voucher number, which stay without until they are submitted or posted: %s",
                 cr.fetchone()[0])


def continue_sequences(cr):
    """Set both sequences above every number in use, the PostgreSQL sequence included; never back."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in SEQUENCES:
        sequence = env.ref(f'{MODULE}.{name}')
        highest = _get_highest(cr, sequence)
        number = max(sequence.number_next_actual, highest + sequence.number_increment)
        if number > sequence.number_next_actual:
            sequence.number_next_actual = number
        _logger.info("sequence %s: the highest number in use is %s, the next one %s", sequence.code, highest, number)
    env.flush_all()
    cr.execute(SQL("UPDATE ir_model_data SET noupdate = true WHERE module = %s AND name IN %s AND NOT noupdate",
                   MODULE, SEQUENCES))


def _get_highest(cr, sequence):
    """The highest number in use of those that look like this sequence made them."""
    prefix, suffix = sequence._get_prefix_suffix()
    pattern = f'^{re.escape(prefix or "")}(\\d{{1,15}}){re.escape(suffix or "")}$'
    cr.execute(SQL(
        "SELECT max(substring(voucher_number FROM %s)::bigint) FROM account_payment WHERE voucher_number ~ %s",
        pattern, pattern,
    ))
    return cr.fetchone()[0] or 0
