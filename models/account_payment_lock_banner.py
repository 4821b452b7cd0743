"""What the form says about the lock of a payment: why, since when, by whom, and who unlocks it."""
from odoo import _, api, fields, models
from odoo.tools.misc import format_datetime


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    lock_reason = fields.Char(compute='_compute_lock_reason', help="Why the payment is locked, and what unlocks it.")
    is_locked = fields.Boolean(
        compute='_compute_lock_reason',
        help="Set where the server would refuse to change the content of the payment.",
    )
    can_reset = fields.Boolean(compute='_compute_lock_reason', help="Set where the person may reset it to draft.")

    @api.depends('state', 'move_id.payment_lock_facts')
    @api.depends_context('uid', 'lang', 'tz')
    def _compute_lock_reason(self):
        manager = self._guard_is_manager()
        for payment in self:
            facts = payment.sudo().move_id.payment_lock_facts
            payment.is_locked = bool(facts) and (facts['matched'] or not manager)
            payment.can_reset = bool(facts) and not payment.is_locked
            payment.lock_reason = payment.is_locked and ' '.join(filter(None, (
                payment._get_lock_reason(facts['matched'], facts['managers']), payment._get_posting(facts),
            )))

    def _get_lock_reason(self, reconciled, managers):
        """Why the payment is locked, what unlocks it and who can, for the banner.

        :param managers: names of the Payment Managers in brackets, after a blank
        """
        if reconciled:
            return _(
                "This payment is posted and reconciled: nobody can change it. To change it, unreconcile it first; "
                "then a Payment Manager%(managers)s can edit it or reset it to draft.", managers=managers,
            )
        return _(
            "This payment is posted: its content stays as it is. To change it, ask a Payment Manager%(managers)s to "
            "edit it or to reset it to draft; the change goes on record.", managers=managers,
        )

    def _get_posting(self, facts):
        """Who posted the payment and when, as its entry's chatter tells; False where it does not."""
        return facts['person'] and _(
            "Posted by %(person)s on %(date)s.", person=facts['person'],
            date=format_datetime(self.env, facts['date'], dt_format='short'))
