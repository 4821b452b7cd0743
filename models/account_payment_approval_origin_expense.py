"""Origin: expenses that the company paid, approved as expense reports. Needs hr_expense."""
from collections import Counter

from odoo import models


class AccountPayment(models.Model):
    _inherit = 'account.payment'

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
