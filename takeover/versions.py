"""A database of the predecessor that Odoo takes for newer than this addon."""
from odoo import _
from odoo.exceptions import UserError
from odoo.tools import sql

from .names import STEPS


def refuse_newer(cr):
    """Stop an upgrade for which Odoo did not run the scripts that take the database over.

    :raise UserError: with the way out, where the history table is an old one and no step was taken
    """
    if sql.column_exists(cr, 'payment_approval_history', 'stage_from') \
            and not sql.column_exists(cr, 'payment_approval_history', 'hash') and not sql.table_exists(cr, STEPS):
        raise UserError(_(
            "This database holds payment_account_enhanced of generation 17.0.1.0.8 under a version that Odoo takes for "
            "newer (17.0.1.2.x), so it was not taken over and nothing was changed. Run "
            "payment_account_enhanced/takeover/version_back.sql with psql on it, then upgrade again (docs/upgrade.md)."
        ))
