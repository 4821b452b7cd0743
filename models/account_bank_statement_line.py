"""Statement lines are posted as soon as they exist, and their entry goes with them."""
from odoo import _, models
from odoo.exceptions import UserError

from .posting_guard import PASS_KEY, STATEMENT_LINE


class AccountBankStatementLine(models.Model):
    _inherit = 'account.bank.statement.line'

    def write(self, vals):
        # EXTENDS account
        if 'move_id' in vals:
            self.filtered(lambda line: line.move_id.id != vals['move_id']).move_id._guard_refuse_statement_line()
        return super().write(vals)

    def unlink(self):
        # EXTENDS account
        return super(AccountBankStatementLine, self.with_context(**{PASS_KEY: STATEMENT_LINE})).unlink()


class AccountMove(models.Model):
    _inherit = 'account.move'

    def write(self, vals):
        # EXTENDS account: Odoo links an entry by this write when a line is created on it, too
        if 'statement_line_id' in vals:
            self.filtered(lambda move: move.statement_line_id.id != vals['statement_line_id'])\
                ._guard_refuse_statement_line()
        return super().write(vals)

    def _guard_refuse_statement_line(self):
        """An entry that exists on its own does not become the entry of a statement line, which could delete it.

        :raise UserError: for posted entries and those of payments
        """
        if taken := self.sudo().filtered(lambda move: move.state == 'posted' or move.payment_id):
            raise UserError(_(
                "Posted payments cannot be modified: the journal entry %(entries)s cannot be linked to a statement "
                "line. Create the statement line on its own, then reconcile the two.",
                entries=', '.join(taken.mapped('display_name')),
            ))
