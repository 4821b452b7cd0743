"""Payments that pass the gate by their origin: their money has moved, or their approval was given elsewhere.

Each origin is decided by facts that the server finds for itself, never by the context and never by a stored link alone:
whoever may create payments may also write the link, so what stands at its other end has to fit the payment. Origins
that come with other addons stand in files of their own, account_payment_approval_origin_*.
"""
from odoo import models

# Name, the method that filters the payments, and the field by which the addon is known that such payments come from.
ORIGINS = (
    ('online', '_filter_origin_online', 'account.payment', 'payment_transaction_id'),
    ('point_of_sale', '_filter_origin_point_of_sale', 'account.payment', 'pos_session_id'),
    ('expense', '_filter_origin_expense', 'account.move', 'expense_sheet_id'),
    ('transfer', '_filter_origin_transfer', 'account.payment', 'paired_internal_transfer_payment_id'),
)


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def _get_origins(self):
        """The origins that there are here, in the order in which they are asked: name, and name of the method.

        Another addon adds its own by extending this method. A method is called on drafts, in superuser mode, and
        returns those that pass; it must not cost a query for each payment.
        """
        return [(name, method) for name, method, model, field in ORIGINS if field in self.env[model]._fields]

    def _get_passing_origins(self):
        """:return: dict of payment id: name of the origin by which it passes; the others are left out"""
        found = {}
        payments = self.sudo().filtered(lambda payment: payment.approval_state == 'draft')
        for name, method in payments._get_origins() if payments else ():
            for payment in getattr(payments, method)():
                found.setdefault(payment.id, name)
        return found

    def _filter_origin_transfer(self):
        """Paired half of an internal transfer whose first half was posted: the same money, seen from the other side."""
        return self.filtered(lambda payment: payment._is_paired_half(payment.paired_internal_transfer_payment_id))

    def _is_paired_half(self, first):
        return bool(first) and (
            first.move_id.state == 'posted' and first.approval_state == 'posted' and first.is_internal_transfer
            and first.paired_internal_transfer_payment_id in (self, self.browse())
            and first.payment_type != self.payment_type
            and first.company_id == self.company_id
            and first.currency_id == self.currency_id
            and first.currency_id.compare_amounts(first.amount, self.amount) == 0
            and first.date == self.date
            and first.destination_journal_id == self.journal_id
            and first.journal_id == self.destination_journal_id
            and first.destination_account_id == self.destination_account_id
        )
