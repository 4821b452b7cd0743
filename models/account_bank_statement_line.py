"""Statement lines are posted as soon as they exist, and their entry goes with them."""
from odoo import models

from .posting_guard import PASS_KEY, STATEMENT_LINE


class AccountBankStatementLine(models.Model):
    _inherit = 'account.bank.statement.line'

    def unlink(self):
        # EXTENDS account
        return super(AccountBankStatementLine, self.with_context(**{PASS_KEY: STATEMENT_LINE})).unlink()
