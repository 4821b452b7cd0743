"""Merging contacts moves their payments by SQL: the guard is asked before."""
from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS base
        payments = self.env['account.payment'].sudo().search([
            ('partner_id', 'in', src_partners.ids), ('state', '=', 'posted'),
        ])
        if payments:
            payments._guard_authorize_changes(dict.fromkeys(payments, ['partner_id']), {'partner_id': dst_partner.id})
        return super()._update_foreign_keys(src_partners, dst_partner)
