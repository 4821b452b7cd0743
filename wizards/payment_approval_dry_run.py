"""Dry run: who must approve a payment of a given amount, and is there somebody for each step."""
from odoo import _, api, fields, models
from odoo.tools.misc import formatLang

from ..models import payment_approval_duties as duties
from ..models import payment_approval_machine as machine

STEPS = 'payment_account_enhanced.payment_approval_dry_run_steps'


class PaymentApprovalDryRun(models.TransientModel):
    _name = 'payment.approval.dry.run'
    _description = 'Who Must Approve a Payment'

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    payment_type = fields.Selection(
        [('outbound', 'Vendor Payment'), ('inbound', 'Customer Receipt')], string='Kind', required=True,
        default='outbound',
    )
    amount = fields.Monetary(required=True, currency_field='currency_id')
    currency_id = fields.Many2one(
        'res.currency', required=True, compute='_compute_currency_id', store=True, readonly=False, precompute=True)
    date = fields.Date(
        required=True, default=fields.Date.context_today,
        help="The threshold is compared at the rate of this day.",
    )
    partner_id = fields.Many2one('res.partner')
    submitter_id = fields.Many2one(
        'res.users', string='Submitted by', default=lambda self: self.env.user,
        help="The person who submits the payment; leave it empty for anybody who takes no other step.",
    )
    summary = fields.Char(compute='_compute_answer')
    warning = fields.Char(compute='_compute_answer')
    steps = fields.Html(compute='_compute_answer', sanitize=False)

    @api.depends('company_id')
    def _compute_currency_id(self):
        for dry_run in self:
            dry_run.currency_id = dry_run.company_id.currency_id

    @api.depends('company_id', 'payment_type', 'amount', 'currency_id', 'date', 'partner_id', 'submitter_id')
    def _compute_answer(self):
        for dry_run in self:
            company = dry_run.company_id.sudo()
            required = bool(company and company._is_payment_approval_on(dry_run.payment_type))
            steps, gap = dry_run._get_steps() if required else ([], None)
            dry_run.steps = bool(steps) and self.env['ir.qweb']._render(STEPS, {'steps': steps})
            dry_run.summary = dry_run._get_summary(len(steps))
            dry_run.warning = gap and _(
                "It would stop at the step \"%(step)s\": nobody is left to take it. %(remedy)s",
                step=company._get_step_label(gap.action), remedy=company._get_staffing_remedy(gap.roles),
            )

    @api.model
    def default_get(self, fields_list):
        # EXTENDS base: on a draft, ask about that payment
        values = super().default_get(fields_list)
        if self.env.context.get('active_model') == 'account.payment':
            payment = self.env['account.payment'].browse(self.env.context.get('active_id')).exists()
            payment.check_access_rule('read')
            values.update({name: payment[name].id if payment._fields[name].relational else payment[name] for name in (
                'company_id', 'payment_type', 'amount', 'currency_id', 'date', 'partner_id')} if payment else {})
        return values

    def _get_steps(self):
        """:return: the steps of such a payment as values, and the row of the table at which it would stop, or None"""
        company = self.company_id.sudo()
        holders = company._get_role_holders()[company.id]
        submitter = self.submitter_id.id or 0
        chain = duties.Chain('under_review', self.payment_type, self._is_large(), company.payment_strict_duties,
                             submitter, frozenset(filter(None, [submitter])))
        gap = duties.find_gap(chain, holders)
        steps = []
        while chain.step:
            steps.append(self._get_step_values(chain, holders, chain.step == gap))
            chain = chain.after(0)
        return steps, gap

    def _get_step_values(self, chain, holders, is_gap):
        people = duties.find_people(chain, holders)
        ordinary = [uid for uid, role in people.items() if role != machine.MANAGER]
        managers = [uid for uid, role in people.items() if role == machine.MANAGER]
        company = self.company_id.sudo()
        return {
            'step': company._get_step_label(chain.step.action),
            'roles': self.env['account.payment']._get_role_names(chain.step.roles),
            'people': company._join_names(self.env['res.users'].browse(ordinary)),
            'managers': company._join_names(self.env['res.users'].browse(managers)),
            'is_gap': is_gap,
        }

    def _is_large(self):
        """Whether such a payment is at or above the threshold, as a payment itself would be judged."""
        company = self.company_id.sudo()
        amount = self.currency_id._convert(
            self.amount, company.currency_id, company, self.date or fields.Date.context_today(self), round=False,
        ) if self.currency_id else self.amount
        return company.currency_id.compare_amounts(amount, company.payment_authorization_threshold) >= 0

    def _get_summary(self, steps):
        amount = formatLang(self.env, self.amount, currency_obj=self.currency_id)
        values = {'amount': amount, 'partner': self.partner_id.display_name or _("anybody"), 'count': steps}
        if not steps:
            return _("A payment of %(amount)s to or from %(partner)s needs no approval.", **values)
        if self.payment_type == 'inbound':
            return _("A receipt of %(amount)s from %(partner)s takes these %(count)s steps after it is submitted.",
                     **values)
        return _("A payment of %(amount)s to %(partner)s takes these %(count)s steps after it is submitted.", **values)

