"""Rejection of payments, with the reason that the submitter reads."""
from odoo import fields, models


class PaymentReject(models.TransientModel):
    _name = 'payment.reject'
    _description = 'Reject Payments'

    payment_ids = fields.Many2many('account.payment', string='Payments', required=True, readonly=True)
    reason = fields.Text(required=True, help="Goes into the history and to the person who submitted the payment.")

    def action_reject(self):
        """Reject the payments to draft.

        :raise UserError: without a reason, or where none of the payments can be rejected by the person
        """
        self.ensure_one()
        return self.payment_ids._run_approval('reject', self.reason)
