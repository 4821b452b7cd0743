"""The gate to the posted state, and what the approval does when the entry changes its state."""
from odoo import _, models

from . import payment_approval_machine as machine
from .account_payment_approval_lock import POSTING_KEY, PostingPass


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def action_post(self):
        """EXTENDS account: payments that need approval are judged before anything else happens, a charge to a saved
        card included. A poster needs no invoicing rights: the posting itself runs in superuser mode.

        :raise UserError: where one of them may not be posted; then none is
        """
        drafts = self.filtered(lambda payment: payment.state == 'draft')
        gate = PostingPass.of(drafts._open_posting_gate())
        if not gate.move_ids:
            return super().action_post()
        payments = self.with_context(**{POSTING_KEY: gate})
        if gate.approved_ids.issuperset(self.ids) and not self.env.user.has_group('account.group_account_invoice'):
            payments = payments.sudo()
        return super(AccountPayment, payments).action_post()

    def _open_posting_gate(self):
        """Judge these payments, unless that was just done.

        :return: these payments, with the pass for what follows where there was something to judge
        :raise UserError: where one of them may not be posted
        """
        if PostingPass.of(self).move_ids.issuperset(self.sudo().move_id.ids):
            return self
        payments = self.sudo()._filter_approval_required()
        if not payments:
            return self
        origins = payments._get_passing_origins()
        judged = payments.filtered(lambda payment: payment.id not in origins)
        judged._check_can_post()
        gate = PostingPass(self.sudo().move_id.ids, payments.ids, origins)
        return self.with_context(**{POSTING_KEY: gate})

    def _check_can_post(self):
        """Judge the person, the stage, the date and the content of payments that are to be posted.

        :raise UserError: naming every payment that may not be posted, and why
        """
        locked = self.sudo()._lock_approval().with_env(self.env)
        refusals = {payment: _("Somebody else is working on it right now. Look again in a moment.")
                    for payment in self - locked}
        refusals.update(locked._get_refusals('post'))
        passing = locked.filtered(lambda payment: payment not in refusals)
        refusals.update({
            payment: _("%(changes)s Press \"Post\" on the payment to send it back to review.", changes=text)
            for payment, text in passing._get_changes_before('post').items()
        })
        refusals.update(passing._get_date_refusals())
        if refusals:
            self._raise_refusals('post', refusals)

    def _get_date_refusals(self):
        """Core would move the date out of a locked period while posting; but the date is what people approved."""
        refusals = {}
        for payment in self:
            move = payment.sudo().move_id
            if move._get_violated_lock_dates(move.date, move._affect_tax_report()):
                refusals[payment] = _("Its date lies in a locked period, and the date was approved with it. "
                                      "Reject it to draft, set a date in an open period and submit it again.")
        return refusals

    # ------------------------------------------------------------------
    # The entry changed its state
    # ------------------------------------------------------------------

    def _follow_entry(self, state, gate):
        """Keep the stage true after the entries of these payments took another state."""
        if state == 'posted':
            self._follow_posted(gate)
        elif state == 'cancel':
            self._follow_left('cancel', 'cancelled')
        else:
            self._follow_left('reset', 'draft')

    def _follow_posted(self, gate):
        """Lead the approval of payments whose entry was just posted.

        :param gate: the PostingPass by which they were judged
        """
        by_origin = self.filtered(lambda payment: payment.id in gate.origins)
        approved = self.filtered(lambda payment: payment.id in gate.approved_ids)
        approved._apply_transition('post')
        for name, _method in self._get_origins():
            group = by_origin.filtered(lambda payment: gate.origins[payment.id] == name)  # noqa: B023
            group._apply_transition('post', name)
        self._settle_approval('posted')

    def _follow_left(self, action, target):
        """Lead the approval of payments whose entry was cancelled or reset to draft.

        A payment that was never in approval gets no row: it was as in Odoo, and stays so.
        """
        recorded = self._filter_with_history()
        steps = recorded.filtered(lambda payment: payment._get_transition(action))
        steps._apply_transition(action)
        self._settle_approval(target)

    def _settle_approval(self, state):
        """Make the stage say what the entry says, where no step of the machine was taken."""
        payments = self.filtered(lambda payment: payment.approval_state != state)
        if payments:
            vals = {'approval_state': state}
            if state == 'draft':
                vals.update(payments._get_cleared_stamps(machine.STAMPS))
            payments._write_approval(vals)
