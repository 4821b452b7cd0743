"""Documents know the payments that wait for approval against them, and are paid when these are posted."""
from odoo import _, api, fields, models

from . import payment_approval_machine as machine


class AccountMove(models.Model):
    _inherit = 'account.move'

    waiting_payment_count = fields.Integer(
        compute='_compute_waiting_payment_count', string='Payments Waiting for Approval',
    )

    @api.depends('line_ids')
    def _compute_waiting_payment_count(self):
        payments = self._origin.line_ids._get_waiting_payments()
        for move in self:
            move.waiting_payment_count = len(payments.filtered(
                lambda payment: move._origin in payment.settlement_ids.move_id  # noqa: B023
            ))

    def action_open_waiting_payments(self):
        """Open the payments that wait for approval against these documents."""
        payments = self.line_ids._get_waiting_payments()
        action = {
            'name': _("Payments Waiting for Approval"),
            'type': 'ir.actions.act_window',
            'res_model': 'account.payment',
            'context': {'create': False},
        }
        if len(payments) == 1:
            return {**action, 'view_mode': 'form', 'res_id': payments.id}
        return {**action, 'view_mode': 'tree,form', 'domain': [('id', 'in', payments.ids)]}

    def _post(self, soft=True):
        # EXTENDS account: only payments that went through approval can hold documents
        posted = super()._post(soft=soft)
        posted.sudo().payment_id.filtered('submitter_id').with_env(self.env)._settle_documents()
        return posted


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _get_waiting_payments(self):
        """The payments between submission and posting that are to pay these items, in superuser mode."""
        return self.env['account.payment'].sudo().search([
            ('settlement_ids.line_id', 'in', self.ids), ('approval_state', 'in', machine.IN_PROGRESS),
        ])
