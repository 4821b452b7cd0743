"""What a person is told after a step of approval on one or many payments."""
from odoo import _, models
from odoo.exceptions import UserError

REASONS_SHOWN = 10


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def _get_approval_result(self, action, done, refusals, changed):
        if refusals and not (done or changed):
            self._raise_refusals(action, refusals)
        if not refusals and not changed:
            return True
        problems = {**refusals, **{
            payment: _("Returned to review. %(changes)s", changes=text) for payment, text in changed.items()
        }}
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning',
                'sticky': True,
                'title': _("%(action)s: %(done)s of %(total)s payments went through",
                           action=self._get_action_label(action), done=len(done), total=len(self)),
                'message': self._format_refusals(problems),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    def _raise_refusals(self, action, refusals):
        raise UserError(_(
            "\"%(action)s\" was refused. %(reasons)s",
            action=self._get_action_label(action), reasons=self._format_refusals(refusals),
        ))

    def _format_refusals(self, refusals):
        lines = [f'{payment._get_approval_name()}: {reason}' for payment, reason in refusals.items()]
        if len(lines) > REASONS_SHOWN:
            lines[REASONS_SHOWN:] = [_("and %(count)s more", count=len(lines) - REASONS_SHOWN)]
        return '\n'.join(lines)

    def _get_action_label(self, action):
        field = self.env['payment.approval.history']._fields['action_type']
        return dict(field._description_selection(self.env))[action]

    def _get_approval_name(self):
        payment = self.sudo()
        return payment.voucher_number or payment.display_name
