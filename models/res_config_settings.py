"""Approval settings of the current company in Accounting's settings."""
from odoo import _, api, fields, models
from odoo.tools.misc import formatLang

from .res_company import SWITCHES


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    payment_approval_outbound = fields.Boolean(related='company_id.payment_approval_outbound', readonly=False)
    payment_approval_inbound = fields.Boolean(related='company_id.payment_approval_inbound', readonly=False)
    payment_authorization_threshold = fields.Monetary(
        related='company_id.payment_authorization_threshold', readonly=False,
        currency_field='payment_threshold_currency_id',
    )
    payment_threshold_currency_id = fields.Many2one(related='company_id.currency_id', string='Threshold Currency')
    payment_strict_duties = fields.Boolean(related='company_id.payment_strict_duties', readonly=False)
    payment_reminder_days = fields.Integer(related='company_id.payment_reminder_days', readonly=False)
    payment_approval_summary = fields.Char(compute='_compute_payment_approval_summary')
    payment_approval_notice = fields.Char(compute='_compute_payment_approval_notice')
    payment_staffing_warning = fields.Text(compute='_compute_payment_staffing_warning')

    @api.depends(
        'payment_approval_outbound', 'payment_approval_inbound', 'payment_authorization_threshold', 'company_id')
    def _compute_payment_approval_summary(self):
        for settings in self:
            threshold = formatLang(
                self.env, settings.payment_authorization_threshold, currency_obj=settings.company_id.currency_id)
            sentences = []
            if settings.payment_approval_outbound:
                sentences.append(_("Vendor payments of %(threshold)s or more need three different people, smaller ones "
                                   "a review and an approval.", threshold=threshold))
            if settings.payment_approval_inbound:
                sentences.append(_("Customer receipts need a review."))
            settings.payment_approval_summary = ' '.join(sentences) or _("Payments are posted without approval.")

    @api.depends('payment_approval_outbound', 'payment_approval_inbound', 'company_id')
    def _compute_payment_approval_notice(self):
        """What happens to payments in progress where approval is about to be switched off."""
        counts = self.company_id._count_payments_in_approval()
        for settings in self:
            company = settings.company_id
            off = any(company[name] and not settings[name] for name in SWITCHES.values())
            settings.payment_approval_notice = off and _(
                "Only a Payment Manager can switch approval off, and it is recorded. %(count)s payments are in "
                "approval now: they stay where they are and can be finished.", count=counts.get(company, 0))

    @api.depends('payment_approval_outbound', 'payment_approval_inbound', 'payment_authorization_threshold',
                 'payment_strict_duties', 'company_id')
    def _compute_payment_staffing_warning(self):
        """The steps for which there would be nobody, with the settings as they are on the screen."""
        for settings in self:
            settings.payment_staffing_warning = '\n'.join(settings.company_id.sudo()._get_staffing_warnings(settings))
