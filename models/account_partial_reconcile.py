"""A matching of a payment is made of what is open, and undone; it is never rewritten."""
from odoo import _, api, models
from odoo.exceptions import UserError

from .account_full_reconcile import UNRECONCILING, UNRECONCILING_KEY

MATCHING_FIELDS = {
    'amount', 'company_id', 'credit_amount_currency', 'credit_move_id', 'debit_amount_currency', 'debit_move_id',
    'full_reconcile_id',
}


class AccountPartialReconcile(models.Model):
    _inherit = 'account.partial.reconcile'

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        partials = super().create(vals_list)
        partials._check_taken()
        return partials

    def write(self, vals):
        # EXTENDS account
        if MATCHING_FIELDS.intersection(vals):
            self._check_payment_matching()
        return super().write(vals)

    def unlink(self):
        # EXTENDS account
        return super(AccountPartialReconcile, self.with_context(**{UNRECONCILING_KEY: UNRECONCILING})).unlink()

    def _get_matched_payments(self):
        return (self.debit_move_id | self.credit_move_id).payment_id

    def _check_payment_matching(self):
        if payments := self.sudo()._get_matched_payments():
            raise UserError(_(
                "Cannot modify reconciled payment details: the matching of %(payments)s cannot be rewritten. "
                "Unreconcile it and reconcile it anew.",
                payments=payments._guard_names(),
            ))

    def _check_taken(self):
        """Reconciling takes what is open on both sides, and no more. A client that creates a matching by itself could
        take any amount from a payment, or match it with items of another account.

        :raise UserError: where a payment would be matched so
        """
        partials = self.sudo()
        if not partials._get_matched_payments():
            return
        wrong = partials.filtered(lambda partial: not partial._is_taken_from_open())
        if payments := wrong._get_matched_payments():
            raise UserError(_(
                "Cannot modify reconciled payment details: a matching of %(payments)s takes what is open on items of "
                "one account, and no more. Reconcile its journal items instead.",
                payments=payments._guard_names(),
            ))

    def _is_taken_from_open(self):
        """Whether the items are of one account, and enough was open on those of payments.

        Then neither what is taken nor what is left there has the wrong sign. That would hold of a matching of nothing
        too, which Odoo makes between items of 0.00; it does not join items that are matched in full.
        """
        debit, credit = self.debit_move_id, self.credit_move_id
        is_nothing = debit.company_currency_id.is_zero(self.amount)
        lowest = (
            (debit, debit.company_currency_id, min(self.amount, debit.amount_residual)),
            (debit, debit.currency_id, min(self.debit_amount_currency, debit.amount_residual_currency)),
            (credit, credit.company_currency_id, min(self.amount, -credit.amount_residual)),
            (credit, credit.currency_id, min(self.credit_amount_currency, -credit.amount_residual_currency)),
        )
        return debit.account_id == credit.account_id and not any(
            item.payment_id and (
                currency.compare_amounts(amount, 0.0) < 0 or is_nothing and item.full_reconcile_id)
            for item, currency, amount in lowest)
