"""Who could act next on a payment: for its form, its card, the filter "Waiting for me" and the to-dos of people."""
from odoo import _, api, fields, models
from odoo.tools.misc import format_datetime

from . import payment_approval_duties as duties
from . import payment_approval_machine as machine

DRY_RUN = 'payment_account_enhanced.action_payment_approval_dry_run'


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    approval_state = fields.Selection(group_expand='_group_expand_approval_state')
    approval_next_names = fields.Char(
        string='Who can act next', compute='_compute_approval_waiting',
        help="The people who could take the next step now, separation of duties included.",
    )
    approval_waiting_text = fields.Char(string='Waiting', compute='_compute_approval_waiting')
    approval_gap_text = fields.Char(
        string='Nobody to Act', compute='_compute_approval_waiting',
        help="Set where nobody could bring the payment to the books: the step at which it stops, and whom to ask.",
    )
    approval_return_text = fields.Char(string='Why Returned', compute='_compute_approval_return_text')
    is_waiting_for_me = fields.Boolean(
        string='Waiting for Me', compute='_compute_is_waiting_for_me', search='_search_is_waiting_for_me',
        help="You could take the next step on it now.",
    )

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends('voucher_number', 'state')
    def _compute_display_name(self):
        # EXTENDS account: before they are posted, payments are told apart by their voucher numbers
        super()._compute_display_name()
        for payment in self.filtered(lambda payment: payment.voucher_number and payment.state != 'posted'):
            payment.display_name = f'{payment.display_name} ({payment.voucher_number})'

    @api.depends('approval_state', 'submitter_id', 'reviewer_id', 'approver_id', 'is_authorization_required')
    @api.depends_context('lang', 'tz', 'uid')
    def _compute_approval_waiting(self):
        waiting = self.filtered(lambda payment: payment.approval_state in machine.IN_PROGRESS)
        people = waiting._get_next_people()
        gaps = self._get_gap_texts()
        for payment in self:
            names = payment._join_next_names(people[payment]) if payment in people else False
            payment.approval_next_names = names
            payment.approval_waiting_text = payment in people and payment._get_waiting_text(names)
            payment.approval_gap_text = gaps.get(payment, False)

    @api.depends('approval_returned', 'approval_history_ids')
    @api.depends_context('lang', 'tz')
    def _compute_approval_return_text(self):
        returned = self.filtered('approval_returned')
        rows = returned.sudo().approval_history_ids.filtered(lambda row: row.action_type in ('reject', 'return'))
        last = {row.payment_id.id: row for row in rows.sorted('id')}
        for payment in self:
            row = payment in returned and last.get(payment._origin.id)
            payment.approval_return_text = row and payment._get_return_text(row)

    def _get_return_text(self, row):
        values = {
            'person': row.user_id.name,
            'date': format_datetime(self.env, row.approval_date, dt_format='short'),
            'reason': row.comments or '',
        }
        if row.action_type == 'reject':
            return _("Rejected by %(person)s on %(date)s: %(reason)s", **values)
        return _("Sent back to review on %(date)s: %(reason)s", **values)

    @api.depends('approval_next_names')
    @api.depends_context('uid')
    def _compute_is_waiting_for_me(self):
        people = self._get_next_people()
        for payment in self:
            payment.is_waiting_for_me = self.env.uid in people.get(payment, ())

    def _search_is_waiting_for_me(self, operator, value):
        """Payments in approval are few beside those that are done: each is judged, so that the answer is right."""
        waiting = self.search([('approval_state', 'in', machine.IN_PROGRESS)])
        mine = [payment.id for payment, people in waiting._get_next_people().items() if self.env.uid in people]
        return [('id', 'in' if (operator == '=') == bool(value) else 'not in', mine)]

    @api.model
    def _group_expand_approval_state(self, states, domain, order):
        """On the board of approvals: the stages of a payment on its way, in their order, the empty ones too."""
        shown = {*states, *(machine.IN_PROGRESS if self.env.context.get('payment_approval_board') else ())}
        return [state for state, _label in machine.STATES if state in shown]

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open_approval_dry_run(self):
        """Open the dry run for this payment: who must approve it, and could they."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(DRY_RUN)
        return {**action, 'context': {'active_model': self._name, 'active_id': self.id}}

    # ------------------------------------------------------------------
    # Who could act
    # ------------------------------------------------------------------

    def _get_next_people(self):
        """Who could take the next step on each payment in approval, in one query for all of them.

        :return: dict of payment: dict of user id: role by which that person would act; those who could only as
            Payment Managers come last. Payments outside approval are left out.
        """
        waiting = self.filtered(lambda payment: payment.approval_state in machine.IN_PROGRESS)
        holders = waiting.company_id.sudo()._get_role_holders()
        known = {}
        people = {}
        for payment in waiting:
            key = (payment.company_id.id, payment.sudo()._get_chain())
            if key not in known:
                known[key] = duties.find_people(key[1], holders[key[0]])
            people[payment] = known[key]
        return people

    def _get_gap_texts(self):
        """:return: dict of payment: at which step it stops for want of people, and whom to ask, or False"""
        pending = self.filtered(lambda payment: payment.company_id and (
            payment.approval_state in machine.IN_PROGRESS
            or payment.approval_state == 'draft' and payment.is_approval_required
        ))
        holders = pending.company_id.sudo()._get_role_holders()
        known = {}
        texts = {}
        for payment in pending:
            key = (payment.company_id, payment.sudo()._get_chain_ahead())
            if key not in known:
                known[key] = payment._describe_gap(duties.find_gap(key[1], holders[key[0].id]))
            texts[payment] = known[key]
        return texts

    def _get_chain_ahead(self):
        """The chain of this payment; of a draft, as it is once the person at hand has submitted it."""
        if self.approval_state != 'draft':
            return self._get_chain()
        return duties.Chain(
            'under_review', self.payment_type, self.is_authorization_required,
            self.company_id.payment_strict_duties, self.env.uid, frozenset([self.env.uid]),
        )

    def _describe_gap(self, gap):
        return bool(gap) and _(
            "Nobody is left to take the step \"%(step)s\": everybody who could has taken or must take another one, or "
            "nobody has the role. %(remedy)s",
            step=self._get_action_label(gap.action), remedy=self.company_id.sudo()._get_staffing_remedy(gap.roles),
        )

    def _join_next_names(self, people):
        """Names of those whose step it is; Payment Managers only where it is nobody else's."""
        return self.env['res.company']._join_names(self.env['res.users'].browse(self._filter_addressed(people)))

    @api.model
    def _filter_addressed(self, people):
        """The people to speak to: those with the role of the step; Payment Managers only where there is nobody else."""
        return [uid for uid, role in people.items() if role != machine.MANAGER] or list(people)

    def _get_waiting_text(self, names):
        labels = dict(self._fields['approval_state']._description_selection(self.env))
        return _(
            "%(stage)s since %(since)s, submitted by %(submitter)s. Who can act next: %(people)s.",
            stage=labels[self.approval_state],
            since=format_datetime(self.env, self.approval_stage_date, dt_format='short') or '?',
            submitter=self.sudo()._get_submitter().name, people=names or _("nobody"),
        )
