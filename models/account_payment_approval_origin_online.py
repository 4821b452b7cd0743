"""Origin: online payments, whose money came in or went back through a provider."""
from odoo import models


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def _filter_origin_online(self):
        """Online provider: a finished transaction of this very amount that has no payment yet.

        An invoicing user may write transactions. So money that leaves passes only as a refund of a transaction that
        came in and was booked, up to its amount; everything else out waits for approval.
        """
        return self.filtered(lambda payment: payment.payment_transaction_id and payment._is_origin_online())

    def _is_origin_online(self):
        transaction = self.payment_transaction_id
        fits = (
            transaction.state == 'done'
            and transaction.payment_id in (self, self.browse())
            and transaction.company_id == self.company_id
            and transaction.currency_id == self.currency_id
            and transaction.partner_id.commercial_partner_id == self.partner_id.commercial_partner_id
            and self.currency_id.compare_amounts(abs(transaction.amount), self.amount) == 0
            and self.journal_id == transaction.provider_id.journal_id
            and (transaction.amount > 0) == (self.payment_type == 'inbound')
        )
        return fits and (self.payment_type == 'inbound' or self._is_refund_of_booked(transaction))

    def _is_refund_of_booked(self, transaction):
        source = transaction.source_transaction_id
        refunds = source.child_transaction_ids.filtered(
            lambda child: child.operation == 'refund' and child.state == 'done')
        return (
            transaction.operation == 'refund'
            and source.payment_id.sudo().move_id.state == 'posted'
            and source.currency_id == transaction.currency_id
            and source.currency_id.compare_amounts(-sum(refunds.mapped('amount')), source.amount) <= 0
        )
