"""A matching of a payment is made of what is open, and undone; it is never rewritten."""
from odoo import _, api, models
from odoo.exceptions import UserError

from .account_full_reconcile import UNRECONCILING, UNRECONCILING_KEY

MATCHING_FIELDS = {
    'amount', 'company_id', 'credit_amount_currency', 'credit_move_id', 'debit_amount_currency', 'debit_move_id',
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
        """Whether the items are of one account, and what is taken from those of payments was open there."""
        debit, credit = self.debit_move_id, self.credit_move_id
        return debit.account_id == credit.account_id and all(
            not item.payment_id or self._takes_from_open(item, sign, amount_currency)
            for item, sign, amount_currency in (
                (debit, 1, self.debit_amount_currency), (credit, -1, self.credit_amount_currency)))

    def _takes_from_open(self, item, sign, amount_currency):
        """Whether neither the item, nor what is taken from it, nor what is left of it has the wrong sign. That would
        hold where nothing is taken, too; Odoo matches items of 0.00, but adds none to what is matched in full.

        :param item: the one on the debit side with the sign 1, or the one on the credit side with -1
        :param amount_currency: what is taken from it in its own currency
        """
        currency, own = item.company_currency_id, item.currency_id
        lowest = min(self.amount, sign * item.balance, sign * item.amount_residual)
        lowest_own = min(amount_currency, sign * item.amount_currency, sign * item.amount_residual_currency)
        if currency.is_zero(self.amount) and own.is_zero(amount_currency) and item.full_reconcile_id:
            return False
        return currency.compare_amounts(lowest, 0.0) >= 0 and own.compare_amounts(lowest_own, 0.0) >= 0
