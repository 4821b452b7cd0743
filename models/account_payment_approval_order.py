"""Payment orders post all their payments at once, and may find some of them posted before, when these were approved."""
from odoo import models


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def action_post(self):
        """EXTENDS account: an order passes over its payments that are posted by their approval, and goes on with the
        others; Odoo alone would refuse all of them together."""
        return super(AccountPayment, self - self._filter_posted_before_their_order()).action_post()

    def _filter_posted_before_their_order(self):
        """The payments among these that belong to a payment order and were posted through the approval machine. No
        addon is needed for that: the field comes with account_payment_order."""
        if 'payment_order_id' not in self._fields:
            return self.browse()
        return self.filtered(lambda payment: (
            payment.state == 'posted' and payment.approval_state == 'posted' and payment.submitter_id
            and payment.payment_order_id
        ))
