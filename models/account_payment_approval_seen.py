"""People act on the stage they see: a step that somebody else took meanwhile asks for a new look."""
from odoo import _, models

SEEN_KEY = 'payment_stage_seen'


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def action_reject_payment(self):
        """EXTENDS payment_account_enhanced: the dialog knows which stage the person saw."""
        action = super().action_reject_payment()
        seen = self.env.context.get(SEEN_KEY)
        if isinstance(seen, list):
            action['context'][SEEN_KEY] = seen
        return action

    def _get_refusals(self, action):
        # EXTENDS payment_account_enhanced
        stale = {payment: payment._get_why_not_seen() for payment in self if payment._is_stage_stale()}
        return {**super()._get_refusals(action), **stale}

    def _is_stage_stale(self):
        """Whether the form says that the person saw another stage than the present one.

        The form sends the payment's id and the stage. What a client sends here can only stop a step, never permit it.
        """
        seen = self.env.context.get(SEEN_KEY)
        return isinstance(seen, list) and seen[:1] == self.ids and seen[1:] != [self.sudo().approval_state]

    def _get_why_not_seen(self):
        labels = dict(self._fields['approval_state']._description_selection(self.env))
        return _(
            "Somebody else took a step meanwhile, its stage is \"%(stage)s\" now. Look at it again, then decide.",
            stage=labels[self.sudo().approval_state],
        )
