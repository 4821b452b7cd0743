"""A reconciliation of a payment is made and undone, never rewritten."""
from odoo import _, models
from odoo.exceptions import UserError

MATCHING_FIELDS = {
    'amount', 'company_id', 'credit_amount_currency', 'credit_move_id', 'debit_amount_currency', 'debit_move_id',
}


class AccountPartialReconcile(models.Model):
    _inherit = 'account.partial.reconcile'

    def write(self, vals):
        # EXTENDS account
        if MATCHING_FIELDS.intersection(vals):
            self._check_payment_matching()
        return super().write(vals)

    def _check_payment_matching(self):
        partials = self.sudo()
        if payments := (partials.debit_move_id | partials.credit_move_id)._guard_payments():
            raise UserError(_(
                "Cannot modify reconciled payment details: the matching of %(payments)s cannot be rewritten. "
                "Unreconcile it and reconcile it anew.",
                payments=payments._guard_names(),
            ))
