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

    @api.depends('state', 'move_id.line_ids.matched_debit_ids', 'move_id.line_ids.matched_credit_ids')
    @api.depends_context('uid', 'lang', 'tz')
    def _compute_lock_reason(self):
        posted = self._origin.filtered(lambda payment: payment.state == 'posted')
        manager = bool(posted) and self._guard_is_manager()
        reconciled = posted._guard_reconciled()
        locked = reconciled if manager else posted
        managers = locked._guard_manager_names()
        postings = locked._get_postings()
        for payment in self:
            origin = payment._origin
            payment.is_locked = origin in locked
            payment.can_reset = origin in posted and origin not in locked
            payment.lock_reason = payment.is_locked and ' '.join(filter(None, (
                payment._get_lock_reason(origin in reconciled, managers[payment.company_id]), postings.get(origin),
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

    def _get_postings(self):
        """Who posted these posted payments and when, as their entries' chatter tells: the last change of the state.

        :return: dict of payment: a sentence; payments without such a line are not in it: those that were imported, and
            those that were created and posted at once
        """
        state = self.env['ir.model.fields']._get('account.move', 'state')
        lines = self.env['mail.tracking.value'].sudo().search([
            ('field_id', '=', state.id), ('mail_message_id.model', '=', 'account.move'),
            ('mail_message_id.res_id', 'in', self.sudo().move_id.ids),
        ], order='id') if self else ()
        last = {line.mail_message_id.res_id: line.mail_message_id for line in lines}
        return {
            payment: _("Posted by %(person)s on %(date)s.", person=message.author_id.name,
                       date=format_datetime(self.env, message.date, dt_format='short'))
            for payment in self if (message := last.get(payment.sudo().move_id.id)) and message.author_id
        }
