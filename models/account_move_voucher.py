from odoo import models


class AccountMove(models.Model):
    _inherit = 'account.move'

    def _post(self, soft=True):
        # EXTENDS account: a payment that came without approval draws its voucher number here
        posted = super()._post(soft=soft)
        posted.sudo().payment_id._assign_voucher_numbers()
        return posted
