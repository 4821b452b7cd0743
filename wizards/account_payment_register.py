"""Register Payment under approval: it says so, submits the payments and keeps what they are to pay."""
from odoo import _, api, fields, models
from odoo.tools.misc import formatLang


class AccountPaymentRegister(models.TransientModel):
    _inherit = 'account.payment.register'

    approval_notice = fields.Char(compute='_compute_approval_notice')
    waiting_notice = fields.Char(compute='_compute_waiting_notice')

    @api.depends('company_id', 'payment_type')
    def _compute_approval_notice(self):
        for wizard in self:
            held = wizard.payment_type and wizard.company_id.sudo()._is_payment_approval_on(wizard.payment_type)
            wizard.approval_notice = held and _(
                "The payment will be submitted for review. The documents are paid when it has been approved "
                "and posted.",
            )

    @api.depends('line_ids')
    def _compute_waiting_notice(self):
        for wizard in self:
            payments = wizard.line_ids._origin._get_waiting_payments()
            wizard.waiting_notice = bool(payments) and _(
                "Already waiting for approval against these documents: %(payments)s. "
                "Another payment would pay them twice.",
                payments=', '.join(
                    f'{payment._get_approval_name()} '
                    f'({formatLang(self.env, payment.amount, currency_obj=payment.currency_id)})'
                    for payment in payments
                ),
            )

    def action_create_payments(self):
        # EXTENDS account: where the document stays open on the screen, say that its payment waits
        result = super().action_create_payments()
        return self._get_waiting_answer() if result is True and self.approval_notice else result

    def _get_waiting_answer(self):
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'info',
                'title': _("Submitted for review"),
                'message': _("The documents are paid when the payment has been approved and posted."),
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }

    def _post_payments(self, to_process, edit_mode=False):
        # EXTENDS account
        held = self._get_held(to_process)
        lines = {
            values['payment']: (values['to_reconcile'], values.get('rate', 0.0))
            for values in to_process if values['payment'] in held
        }
        if lines:
            held._hold_for_approval(lines)
        return super()._post_payments([values for values in to_process if values['payment'] not in held], edit_mode)

    def _reconcile_payments(self, to_process, edit_mode=False):
        # EXTENDS account: held payments are reconciled when they are posted
        held = self._get_held(to_process)
        super()._reconcile_payments([values for values in to_process if values['payment'] not in held], edit_mode)

    def _get_held(self, to_process):
        """The payments among those being registered that wait for approval."""
        payments = self.env['account.payment'].union(*[values['payment'] for values in to_process])
        return payments._filter_approval_required()
