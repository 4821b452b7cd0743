"""Payments that pass the gate by their origin: their money has moved, or their approval was given elsewhere.

Each origin is decided by facts that the server finds for itself, never by the context and never by a stored link alone:
whoever may create payments may also write the link, so what stands at its other end has to fit the payment.
"""
from collections import Counter, defaultdict

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

    def _filter_origin_point_of_sale(self):
        """Point of sale: of a session that is being closed right now, up to what its orders took, or gave back, by that
        payment method and has not been booked yet."""
        candidates = self.filtered(lambda payment: (
            payment.pos_session_id.state in ('opened', 'closing_control')
            and payment.pos_session_id.company_id == payment.company_id
            and payment.pos_payment_method_id in payment.pos_session_id.payment_method_ids
            and payment.journal_id == payment.pos_payment_method_id.journal_id
        ))
        return candidates & candidates._filter_within_pos_takings()

    def _filter_within_pos_takings(self):
        if not self:
            return self
        sessions = self.pos_session_id.ids
        taken = self._get_pos_takings(sessions)
        booked = {
            (session.id, method.id, direction): amount for session, method, direction, amount in self._read_group(
                [('pos_session_id', 'in', sessions), ('state', '=', 'posted')],
                ['pos_session_id', 'pos_payment_method_id', 'payment_type'], ['amount:sum'])
        }
        within = self.browse()
        for payment in self:
            key = (payment.pos_session_id.id, payment.pos_payment_method_id.id, payment.payment_type)
            booked[key] = booked.get(key, 0.0) + payment.amount
            if payment.currency_id.compare_amounts(booked[key], taken[key]) <= 0:
                within |= payment
        return within

    def _get_pos_takings(self, sessions):
        """What a session books by each method: order by order where it identifies customers, else the sum of all.

        :return: dict of (session id, method id, payment type): amount
        """
        amounts = defaultdict(float)
        for taking in self.env['pos.payment'].search([('session_id', 'in', sessions)]):
            method = taking.payment_method_id
            amounts[taking.session_id.id, method.id, method.split_transactions and taking.id] += taking.amount
        taken = defaultdict(float)
        for (session_id, method_id, _single), amount in amounts.items():
            taken[session_id, method_id, 'inbound' if amount > 0 else 'outbound'] += abs(amount)
        return taken

    def _filter_origin_expense(self):
        """Company-paid expense: the report is approved, and the payment is one of its expenses, not booked yet."""
        linked = self.filtered(lambda payment: payment.move_id.expense_sheet_id)
        open_expenses = {sheet: self._get_open_expenses(sheet) for sheet in linked.move_id.expense_sheet_id}
        within = self.browse()
        for payment in linked:
            sheet = payment.move_id.expense_sheet_id
            expense = (payment.currency_id, payment.currency_id.round(payment.amount))
            if payment._is_approved_expense(sheet) and open_expenses[sheet][expense] > 0:
                open_expenses[sheet][expense] -= 1
                within |= payment
        return within

    def _is_approved_expense(self, sheet):
        return (
            sheet.payment_mode == 'company_account' and sheet.approval_state == 'approve'
            and sheet.company_id == self.company_id and self.payment_type == 'outbound'
        )

    def _get_open_expenses(self, sheet):
        """How many expenses of the report no posted payment stands for: Counter by currency and amount."""
        expenses = Counter(
            (expense.currency_id, expense.currency_id.round(expense.total_amount_currency))
            for expense in sheet.expense_line_ids
        )
        expenses.subtract(
            (payment.currency_id, payment.currency_id.round(payment.amount))
            for payment in sheet.account_move_ids.payment_ids if payment.state == 'posted'
        )
        return expenses

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
