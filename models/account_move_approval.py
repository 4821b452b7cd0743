"""Where all roads to the posted state meet: entries of payments pass the gate of approval."""
from odoo import api, models

from .account_payment_approval_lock import POSTING_KEY, PostingPass


class AccountMove(models.Model):
    _inherit = 'account.move'

    @api.depends('payment_id.can_post', 'payment_id.is_approval_required')
    @api.depends_context('uid')
    def _compute_hide_post_button(self):
        # EXTENDS account: where the gate would refuse the person, the entry of the payment offers no button either
        super()._compute_hide_post_button()
        for move in self:
            payment = move._guard_payments()
            move.hide_post_button = move.hide_post_button or payment.is_approval_required and not payment.can_post

    def write(self, vals):
        # EXTENDS account: a state written directly is judged as a button would be
        state = vals.get('state')
        if not state:
            return super().write(vals)
        payments = self.filtered(lambda move: move.state != state)._get_entry_payments()
        if not payments:
            return super().write(vals)
        moves = self._open_posting_gate() if state == 'posted' else self
        result = super(AccountMove, moves).write(vals)
        payments._follow_entry(state, PostingPass.of(moves))
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_except_submitted_payment(self):
        """Deleting the entry would delete its payment in the database, past the payment's own checks."""
        self._get_entry_payments()._unlink_except_submitted()

    def _post(self, soft=True):
        # EXTENDS account
        posted = super(AccountMove, self._open_posting_gate())._post(soft=soft)
        return posted.with_env(self.env)

    def _get_entry_payments(self):
        """The payments of these entries, in superuser mode: found by what the payments say, in one query."""
        return self.sudo().payment_ids

    def _open_posting_gate(self):
        """Judge the payments of these entries.

        :return: these entries, with the pass for what follows where there was something to judge
        :raise UserError: where one of the payments may not be posted
        """
        if PostingPass.of(self).move_ids.issuperset(self.ids):
            return self
        gate = PostingPass.of(self._get_entry_payments()._open_posting_gate())
        if not gate.move_ids:
            return self
        return self.with_context(**{POSTING_KEY: PostingPass(self.ids, gate.payment_ids, gate.origins)})
