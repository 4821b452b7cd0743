"""A bank account that changes under an approval sends the payment back to review, at that very moment."""
from odoo import models


class ResPartnerBank(models.Model):
    _inherit = 'res.partner.bank'

    def write(self, vals):
        # EXTENDS base
        result = super().write(vals)
        if {'acc_number', 'allow_out_payment'}.intersection(vals):
            self._return_payments_in_approval()
        return result

    def _return_payments_in_approval(self):
        """The number and the trust are part of what people approved: see payment_digest."""
        payments = self.env['account.payment'].sudo().search([
            ('partner_bank_id', 'in', self.ids),
            ('approval_state', 'in', ('for_approval', 'for_authorization', 'approved')),
        ])
        changes = payments._get_content_changes()
        if changes:
            payments.browse().concat(*changes)._lock_approval()
            payments._return_changed(changes)
