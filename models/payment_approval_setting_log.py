"""Who changed the approval settings of a company, when, and what was in progress then."""
from odoo import fields, models


class PaymentApprovalSettingLog(models.Model):
    _name = 'payment.approval.setting.log'
    _inherit = ['payment.append.only']
    _description = 'Payment Approval Setting Change'
    _order = 'id desc'
    _rec_name = 'setting'

    company_id = fields.Many2one('res.company', required=True, ondelete='restrict', index=True)
    user_id = fields.Many2one('res.users', string='Person', required=True, ondelete='restrict')
    date = fields.Datetime(required=True)
    setting = fields.Char(required=True)
    old_value = fields.Char()
    new_value = fields.Char()
    in_progress = fields.Integer(
        string='Payments in Progress', help="Payments that were between submission and posting at that moment. "
        "They stay where they are and can be finished.",
    )
