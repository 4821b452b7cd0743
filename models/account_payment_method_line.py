"""The method of a posted payment is stored through its line: the line does not change under it."""
from odoo import _, models
from odoo.exceptions import UserError


class AccountPaymentMethodLine(models.Model):
    _inherit = 'account.payment.method.line'

    def write(self, vals):
        # EXTENDS account
        if 'payment_method_id' in vals:
            self._check_no_posted_payment(vals['payment_method_id'])
        return super().write(vals)

    def _check_no_posted_payment(self, method_id):
        """Refuse another method where posted payments would take it over.

        :raise UserError: for everyone; a new line takes the new method
        """
        changed = self.filtered(lambda line: line.payment_method_id.id != method_id)
        domain = [('payment_method_line_id', 'in', changed.ids), ('state', '=', 'posted')]
        if payments := self.env['account.payment'].sudo().search(domain, limit=1):
            raise UserError(_(
                "Posted payments cannot be modified: %(payments)s was made by %(method)s. "
                "Add a new payment method to the journal and take this one off.",
                payments=payments._guard_names(), method=payments.payment_method_line_id.sudo().display_name,
            ))
