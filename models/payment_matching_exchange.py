"""The exchange difference of a matching is the entry that Odoo booked for it; unreconciling reverses that entry."""
from odoo import _, api, models
from odoo.exceptions import UserError


class PaymentMatchingExchange(models.AbstractModel):
    """What has such an entry. Another one in its place would be reversed instead, and no longer show as a document."""

    _name = 'payment.matching.exchange'
    _description = 'Exchange Difference of a Matching'

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records.filtered('exchange_move_id'):
            record._check_exchange(record.exchange_move_id)
        return records

    def write(self, vals):
        if 'exchange_move_id' in vals:
            self._check_exchange(self.env['account.move'].browse(vals['exchange_move_id']))
        return super().write(vals)

    def _check_exchange(self, entry):
        """Odoo sets the entry once, and books it in the journal of exchange differences.

        :raise UserError: where the matching or the entry is that of payments, and it is otherwise
        """
        records, entry = self.sudo(), entry.sudo()
        payments = records._get_matched_payments() | entry.payment_id
        if payments and (
                records.exchange_move_id - entry
                or entry.journal_id != entry.company_id.currency_exchange_journal_id):
            raise UserError(_(
                "Cannot modify reconciled payment details: the exchange difference of %(payments)s follows from the "
                "reconciliation. Unreconcile its journal items and reconcile them anew.",
                payments=payments._guard_names(),
            ))


class AccountPartialReconcile(models.Model):
    _name = 'account.partial.reconcile'
    _inherit = ['account.partial.reconcile', 'payment.matching.exchange']


class AccountFullReconcile(models.Model):
    _name = 'account.full.reconcile'
    _inherit = ['account.full.reconcile', 'payment.matching.exchange']
