"""Approval of payments: the fields, who may take which step, and why not."""
from dataclasses import dataclass
from datetime import timedelta

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.osv import expression
from odoo.tools import sql

from . import payment_approval_duties as duties
from . import payment_approval_machine as machine

GROUP = 'payment_account_enhanced.group_payment_%s'


@dataclass(frozen=True)
class Actor:
    """The person who acts, and the roles that person holds."""
    uid: int
    roles: frozenset


def _right(label):
    return fields.Boolean(compute='_compute_approval_rights', string=label)


def _reason(label):
    return fields.Char(compute='_compute_approval_rights', string=label)


class AccountPayment(models.Model):
    _inherit = 'account.payment'
    _mail_post_access = 'read'

    approval_state = fields.Selection(
        machine.STATES, string='Approval', default='draft', required=True, readonly=True, copy=False, index=True,
    )
    submitter_id = fields.Many2one('res.users', string='Submitted by', readonly=True, copy=False)
    submitted_date = fields.Datetime(string='Submitted on', readonly=True, copy=False)
    reviewer_id = fields.Many2one('res.users', string='Reviewed by', readonly=True, copy=False)
    reviewer_date = fields.Datetime(string='Reviewed on', readonly=True, copy=False)
    approver_id = fields.Many2one('res.users', string='Approved by', readonly=True, copy=False)
    approver_date = fields.Datetime(string='Approved on', readonly=True, copy=False)
    authorizer_id = fields.Many2one('res.users', string='Authorized by', readonly=True, copy=False)
    authorizer_date = fields.Datetime(string='Authorized on', readonly=True, copy=False)
    approval_stage_date = fields.Datetime(string='In this Stage since', readonly=True, copy=False)
    approval_returned = fields.Boolean(
        string='Returned', readonly=True, copy=False,
        help="Rejected, or sent back because its content changed, and not taken up since.",
    )
    approval_history_ids = fields.One2many(
        'payment.approval.history', 'payment_id', readonly=True, copy=False,
    )
    approval_digest = fields.Char(
        compute='_compute_approval_digest', help="SHA-256 of the content as it was last approved.",
    )
    is_approval_required = fields.Boolean(
        compute='_compute_approval_size', string='Needs Approval',
        help="Set where the payment cannot be posted without approval.",
    )
    is_authorization_required = fields.Boolean(
        compute='_compute_approval_size', string='Needs Authorization',
        help="Set where the amount is at or above the authorization threshold of the company.",
    )

    is_approval_late = fields.Boolean(
        compute='_compute_is_approval_late', search='_search_is_approval_late', string='Late',
        help="Waits in its stage for longer than the reminder days of the company.",
    )

    can_submit, submit_blocked_reason = _right('Can Submit'), _reason('Why not Submit')
    can_review, review_blocked_reason = _right('Can Review'), _reason('Why not Review')
    can_approve, approve_blocked_reason = _right('Can Approve'), _reason('Why not Approve')
    can_authorize, authorize_blocked_reason = _right('Can Authorize'), _reason('Why not Authorize')
    can_post, post_blocked_reason = _right('Can Post'), _reason('Why not Post')
    can_reject, reject_blocked_reason = _right('Can Reject'), _reason('Why not Reject')
    can_recall, recall_blocked_reason = _right('Can Recall'), _reason('Why not Recall')

    def _auto_init(self):
        # EXTENDS account: the column is filled before the ORM would fill it with the default
        if not sql.column_exists(self.env.cr, self._table, 'approval_state'):
            sql.create_column(self.env.cr, self._table, 'approval_state', 'varchar')
        self._init_approval_state()
        return super()._auto_init()

    def _init_approval_state(self):
        """Give payments that are already in the books the stage of their entries, in one statement."""
        self.env.cr.execute(
            """
            UPDATE account_payment payment
               SET approval_state = CASE entry.state WHEN 'cancel' THEN 'cancelled' ELSE entry.state END
              FROM account_move entry
             WHERE entry.id = payment.move_id AND payment.approval_state IS NULL
            """,
        )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends('approval_history_ids')
    def _compute_approval_digest(self):
        approved = self._origin._get_approved_content()
        for payment in self:
            payment.approval_digest = approved.get(payment._origin.id, {}).get('digest')

    @api.depends('approval_state', 'amount', 'currency_id', 'date', 'payment_type', 'company_id')
    def _compute_approval_size(self):
        large = self._filter_large()
        required = self._filter_approval_required()
        for payment in self:
            payment.is_approval_required = payment in required
            payment.is_authorization_required = payment in large

    @api.depends('is_approval_required', 'is_authorization_required', 'submitter_id', 'reviewer_id', 'approver_id')
    @api.depends_context('uid')
    def _compute_approval_rights(self):
        actor = self._get_approval_actor()
        for payment in self:
            for action in machine.BUTTONS:
                reason = payment._get_why_not(action, actor) if payment._origin else _("Save the payment first.")
                payment[f'can_{action}'] = not reason
                payment[f'{action}_blocked_reason'] = reason

    @api.depends('approval_state', 'approval_stage_date')
    def _compute_is_approval_late(self):
        late = self._origin.sudo().filtered_domain(self._get_late_domain())
        for payment in self:
            payment.is_approval_late = payment._origin.id in late.ids

    def _search_is_approval_late(self, operator, value):
        domain = self._get_late_domain()
        return domain if (operator == '=') == bool(value) else ['!', *domain]

    @api.model
    def _get_late_domain(self):
        """The payments that wait too long, each by the reminder days of its own company, as one normalized domain."""
        companies = self.env['res.company'].sudo().search([('payment_reminder_days', '>', 0)])
        return expression.OR([[
            ('company_id', '=', company.id),
            ('approval_state', 'in', machine.IN_PROGRESS),
            ('approval_stage_date', '<', fields.Datetime.now() - timedelta(days=company.payment_reminder_days)),
        ] for company in companies] or [expression.FALSE_DOMAIN])

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    def _filter_approval_required(self):
        """The payments among these that need approval: by the setting of their company, or on their way through it."""
        return self.filtered(lambda payment: (
            payment.approval_state in machine.IN_PROGRESS
            or payment.company_id.sudo()._is_payment_approval_on(payment.payment_type)
        ))

    def _filter_large(self):
        """The payments at or above the authorization threshold, compared in the currency of their own company, at
        their own date. One rate is read for each currency, company and date, not for each payment."""
        rates = {}

        def company_amount(payment):
            company = payment.company_id.sudo()
            if payment.currency_id in (company.currency_id, self.env['res.currency']):
                return payment.amount
            key = (payment.currency_id, company, payment.date or fields.Date.context_today(payment))
            if key not in rates:
                rates[key] = key[0]._get_conversion_rate(key[0], company.currency_id, *key[1:])
            return payment.amount * rates[key]

        return self.filtered(lambda payment: payment.company_id and payment.company_id.currency_id.compare_amounts(
            company_amount(payment), payment.company_id.sudo().payment_authorization_threshold,
        ) >= 0)

    @api.model
    def _get_approval_actor(self):
        """The person acting, never the superuser mode: OdooBot counts as a Payment Manager."""
        user = self.env.user
        roles = {role for role in machine.ROLES if user.has_group(GROUP % role)}
        if user.id == SUPERUSER_ID:
            roles.add(machine.MANAGER)
        return Actor(user.id, frozenset(roles))

    def _get_submitter(self):
        """Who submitted the payment; for payments older than this addon, who created it."""
        return self.submitter_id or self.create_uid

    def _get_acted_before(self):
        """Everybody who took a step in the present chain, the submitter included."""
        return self._get_submitter() | self.reviewer_id | self.approver_id | self.authorizer_id

    def _get_transition(self, action):
        """The row of the table for this payment as it is now, or None."""
        return machine.find_transition(
            action, self.approval_state, self.payment_type, self.is_authorization_required)

    def _get_chain(self):
        """Where this payment stands, as the judgement of duties reads it."""
        return duties.Chain(
            self.approval_state, self.payment_type, self.is_authorization_required,
            self.company_id.sudo().payment_strict_duties,
            self._get_submitter().id, frozenset(self._get_acted_before().ids),
        )
