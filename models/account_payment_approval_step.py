"""The steps of approval: public actions, the judgement of each payment, and the transition itself."""
from collections import defaultdict

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from . import payment_approval_machine as machine


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_submit_for_review(self):
        """Submit drafts for review; their voucher numbers are drawn here."""
        return self._run_approval('submit')

    def action_review_payment(self):
        """Confirm that submitted payments are in order."""
        return self._run_approval('review')

    def action_approve_payment(self):
        """Approve reviewed payments."""
        return self._run_approval('approve')

    def action_authorize_payment(self):
        """Authorize approved payments at or above the authorization threshold."""
        return self._run_approval('authorize')

    def action_recall_payment(self):
        """Take back to draft what one submitted oneself."""
        return self._run_approval('recall')

    def action_reject_payment(self):
        """Ask for the reason, then reject to draft.

        :raise UserError: where none of these payments can be rejected by the person
        """
        self._check_approval_access()
        reasons = self._get_refusals('reject')
        if len(reasons) == len(self):
            self._raise_refusals('reject', reasons)
        return {
            'name': _("Reject"),
            'type': 'ir.actions.act_window',
            'res_model': 'payment.reject',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_payment_ids': self.ids},
        }

    def action_post_payment(self):
        """Post approved payments, each judged for itself. Where the content is not the one approved any more, the
        payment goes back to review, and the answer says what changed."""
        return self._run_approval('post')

    # ------------------------------------------------------------------
    # Judgement
    # ------------------------------------------------------------------

    def _run_approval(self, action, comment=None):
        """Judge every payment for itself, take those through that may pass, and say why the others did not.

        :param action: name of a row of the table
        :param comment: what the person says with it; required where the table says so
        :return: True, or a notification for the client with the refusals
        :raise UserError: where nothing went through and nothing was returned to review
        """
        self._check_approval_access()
        self._check_comment(action, comment)
        locked = self._lock_approval()
        refusals = {payment: _("Somebody else is working on it right now. Look again in a moment.")
                    for payment in self - locked}
        refusals.update(locked._get_refusals(action))
        passing = self.filtered(lambda payment: payment not in refusals)
        changed = passing._get_changes_before(action)
        done = passing - self.browse().concat(*changed)
        if action == 'post':
            refusals.update(done._post_each())
            done -= self.browse().concat(*refusals)
        else:
            done._take_step(action, comment)
        self._return_changed(changed)
        return self._get_approval_result(action, done, refusals, changed)

    def _check_approval_access(self):
        """The steps run in superuser mode after the role was judged: reading the payment must be the person's right."""
        self.check_access_rights('read')
        self.check_access_rule('read')

    @api.model
    def _check_comment(self, action, comment):
        needed = any(row.needs_comment for row in machine.TRANSITIONS if row.action == action)
        if needed and not (comment or '').strip():
            raise UserError(_("\"%(action)s\" was refused: give a reason, so that the submitter knows what to change.",
                              action=self._get_action_label(action)))

    def _lock_approval(self):
        """Lock the payments and their entries until the end of the transaction, in one query.

        What somebody else holds is skipped. What somebody else changed since this transaction began makes the server
        start the request again, so that exactly one of two people wins.

        :return: the payments among these that are locked now
        """
        if not self.ids:
            return self.browse()
        self.env.cr.execute(
            """
            SELECT payment.id
              FROM account_payment payment
              JOIN account_move entry ON entry.id = payment.move_id
             WHERE payment.id IN %s
          ORDER BY payment.id
               FOR NO KEY UPDATE SKIP LOCKED
            """,
            [tuple(self.ids)],
            log_exceptions=False,  # a conflict is no error: the server starts the request again
        )
        found = {payment_id for (payment_id,) in self.env.cr.fetchall()}
        return self.filtered(lambda payment: payment.id in found)

    def _get_refusals(self, action):
        """:return: dict of payment: why the person may not take the action on it; the others are left out"""
        actor = self._get_approval_actor()
        reasons = {payment: payment.sudo()._get_why_not(action, actor) for payment in self}
        return {payment: reason for payment, reason in reasons.items() if reason}

    def _get_changes_before(self, action):
        """The payments whose step rests on an approval of other content, with what changed."""
        resting = self.sudo().filtered(lambda payment: payment._get_transition(action).same_content)
        return {payment.with_env(self.env): text for payment, text in resting._get_content_changes().items()}

    def _post_each(self):
        """Post the payments together; where that fails, one by one, so that one does not keep the others back.

        :return: dict of payment: why it could not be posted
        """
        if not self:
            return {}
        try:
            with self.env.cr.savepoint():
                self.action_post()
            return {}
        except UserError as error:
            if len(self) == 1:
                return {self: error.args[0]}
        refusals = {}
        for payment in self:
            refusals.update(payment._post_each())
        return refusals

    def _return_changed(self, changes):
        for payment, text in changes.items():
            payment._apply_transition('return', text)

    # ------------------------------------------------------------------
    # Transition
    # ------------------------------------------------------------------

    def _take_step(self, action, comment=None):
        """Take a step that was judged, and what goes with it: hook for what else happens at a step."""
        if action == 'submit':
            self._assign_voucher_numbers()
        self._apply_transition(action, comment)

    def _apply_transition(self, action, comment=None):
        """Lead the payments where the table says and put one row each into the history.

        The caller has judged the person and locked the payments.
        """
        if not self:
            return
        payments = self.sudo()
        rows = {payment: payment._get_transition(action) for payment in payments}
        targets = defaultdict(payments.browse)
        for payment, row in rows.items():
            targets[row.target] |= payment
        payments._append_history(rows, comment)
        for target, group in targets.items():
            group._write_approval(payments._get_transition_vals(action, target))
        self._after_transition(action, comment)

    def _after_transition(self, action, comment):
        """Hook: called once for the payments that took the same step together."""

    def _get_transition_vals(self, action, target):
        """The approval fields as they are after the step."""
        now = fields.Datetime.now()
        vals = {
            'approval_state': target, 'approval_stage_date': now,
            'approval_returned': action in ('reject', 'return'),
        }
        if target == 'draft' or action == 'submit':
            vals.update(self._get_cleared_stamps(machine.STAMPS))
        elif action == 'return':
            vals.update(self._get_cleared_stamps(machine.APPROVALS))
        if action in machine.STAMPS:
            person, moment = machine.STAMPS[action]
            vals.update({person: self.env.uid, moment: now})
        return vals

    def _get_cleared_stamps(self, actions):
        return {name: False for action in actions for name in machine.STAMPS[action]}

    def _append_history(self, rows, comment):
        """One row of history for each payment, chained with the row before it."""
        actor = self._get_approval_actor()
        now = fields.Datetime.now()
        self.env['payment.approval.history']._append([
            payment._get_history_vals(row, actor, now, comment) for payment, row in rows.items()
        ])

    def _get_history_vals(self, row, actor, now, comment):
        """The step was permitted: one that is the submitter's alone was taken by the submitter."""
        content = self._get_content_values()
        return {
            'payment_id': self.id,
            'company_id': self.company_id.id,
            'stage_from': self.approval_state,
            'stage_to': row.target,
            'action_type': row.action,
            'user_id': actor.uid,
            'role': machine.role_used(row, actor.roles | {machine.SUBMITTER}) or machine.ODOO,
            'approval_date': now,
            'comments': comment or False,
            'currency_id': self.currency_id.id,  # before the amount, which is rounded by it
            'amount': self.amount,
            'digest': self._hash_content(content),
            'content': content if row.action in machine.APPROVALS else False,
        }
