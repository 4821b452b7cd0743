"""Approval settings of a company."""
from odoo import SUPERUSER_ID, _, fields, models
from odoo.exceptions import UserError

from . import payment_approval_machine as machine

SWITCHES = {'outbound': 'payment_approval_outbound', 'inbound': 'payment_approval_inbound'}
SETTINGS = (*SWITCHES.values(), 'payment_authorization_threshold', 'payment_strict_duties')


class ResCompany(models.Model):
    _inherit = 'res.company'

    payment_approval_outbound = fields.Boolean(
        string='Approval of Vendor Payments', default=True,
        help="Outgoing payments are reviewed and approved before they can be posted.",
    )
    payment_approval_inbound = fields.Boolean(
        string='Approval of Customer Receipts', default=True,
        help="Incoming payments are reviewed before they can be posted.",
    )
    payment_authorization_threshold = fields.Monetary(
        string='Authorization Threshold', default=10000.0,
        help="Payments of this amount or more, in the currency of the company at the date of the payment, need three "
        "different people after the one who submits them.",
    )
    payment_strict_duties = fields.Boolean(
        string='Strict Separation of Duties',
        help="Below the threshold, too, nobody acts twice on one payment.",
    )
    payment_reminder_days = fields.Integer(
        string='Payment Approval Reminder', default=3,
        help="People are reminded of payments that wait in one stage for longer than this number of days; 0: never.",
    )

    _sql_constraints = [
        (
            'payment_authorization_threshold_not_negative', 'CHECK(payment_authorization_threshold >= 0)',
            "The authorization threshold of payments cannot be negative.",
        ),
        (
            'payment_reminder_days_not_negative', 'CHECK(payment_reminder_days >= 0)',
            "The number of days of the payment approval reminder cannot be negative.",
        ),
    ]

    def write(self, vals):
        # EXTENDS base
        settings = [name for name in SETTINGS if name in vals]
        if not settings:
            return super().write(vals)
        self._check_switching_off(vals)
        before = {company: {name: company[name] for name in settings} for company in self}
        result = super().write(vals)
        self._log_approval_settings(before)
        return result

    def _is_payment_approval_on(self, payment_type):
        """Whether payments of this direction ('outbound' or 'inbound') need approval in this company."""
        return bool(self) and self[SWITCHES[payment_type]]

    def _check_switching_off(self, vals):
        """:raise UserError: where somebody who is no Payment Manager would switch approval off"""
        names = [
            name for name in SWITCHES.values()
            if name in vals and not vals[name] and any(company[name] for company in self)
        ]
        manager = 'payment_account_enhanced.group_payment_manager'
        if names and self.env.uid != SUPERUSER_ID and not self.env.user.has_group(manager):
            raise UserError(_(
                "\"%(settings)s\" cannot be switched off in %(companies)s by you: that takes a Payment Manager, and it "
                "is recorded.",
                settings='", "'.join(self._fields[name]._description_string(self.env) for name in names),
                companies=', '.join(self.mapped('name')),
            ))

    def _log_approval_settings(self, before):
        rows = [
            (company, name, old, company[name])
            for company, values in before.items() for name, old in values.items() if company[name] != old
        ]
        counts = self._count_payments_in_approval() if rows else {}
        self.env['payment.approval.setting.log']._append([{
            'company_id': company.id,
            'user_id': self.env.uid,
            'date': fields.Datetime.now(),
            'setting': name,
            'old_value': str(old),
            'new_value': str(new),
            'in_progress': counts.get(company, 0),
        } for company, name, old, new in rows])

    def _count_payments_in_approval(self):
        """:return: dict of company: number of its payments between submission and posting"""
        return dict(self.env['account.payment'].sudo()._read_group(
            [('company_id', 'in', self.ids), ('approval_state', 'in', machine.IN_PROGRESS)],
            ['company_id'], ['__count'],
        ))
