"""What a payment that waits for approval is to pay, once it is posted."""
from odoo import fields, models


class PaymentSettlement(models.Model):
    """One row for each journal item that Register Payment chose; written with the payment, never changed."""

    _name = 'payment.settlement'
    _inherit = ['payment.append.only']
    _description = 'Document to Pay'
    _order = 'id'
    _rec_name = 'move_id'

    payment_id = fields.Many2one('account.payment', required=True, index=True, ondelete='cascade')
    line_id = fields.Many2one(
        'account.move.line', string='Journal Item', required=True, index=True, ondelete='cascade',
    )
    move_id = fields.Many2one(related='line_id.move_id', string='Document')
    company_id = fields.Many2one(related='payment_id.company_id', store=True)
    currency_id = fields.Many2one('res.currency', required=True)
    residual = fields.Monetary(
        string='Open Amount', help="What was open when the payment was registered, in the currency of the item.",
    )
    rate = fields.Float(
        digits=0, help="The rate that Register Payment fixed for the reconciliation; 0 where it fixed none.",
    )

    def _is_short(self):
        """Whether less is open now than when the payment was registered: it was paid otherwise meanwhile."""
        open_now = abs(self.line_id.amount_residual_currency)
        return self.currency_id.compare_amounts(open_now, abs(self.residual)) < 0
