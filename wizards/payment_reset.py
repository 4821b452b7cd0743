"""Reset posted payments to draft, with the reason on record."""
from odoo import _, fields, models
from odoo.exceptions import UserError

from ..models.payment_override import REASON_KEY


class PaymentReset(models.TransientModel):
    _name = 'payment.reset'
    _description = 'Reset Payments to Draft'

    payment_ids = fields.Many2many(
        'account.payment', string='Payments', readonly=True,
        default=lambda self: self.env.context.get('active_ids', []),
    )
    reason = fields.Char(required=True, help="Goes on record with your name and the time.")

    def action_reset(self):
        """Reset the payments to draft.

        :raise UserError: when the reason is blank, or the guard refuses
        """
        self.ensure_one()
        if not self.reason.strip():
            raise UserError(_("Say why %(payments)s goes back to draft.", payments=self.payment_ids._guard_names()))
        self.payment_ids.with_context(**{REASON_KEY: self.reason.strip()}).action_draft()
        return {'type': 'ir.actions.act_window_close'}
