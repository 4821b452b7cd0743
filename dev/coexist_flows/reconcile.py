"""account_reconcile_oca: the bank statement is matched on a screen of its own."""
from odoo import fields
from odoo.tests.common import Form

from dev.coexist_flows.book import Book, equal, refused

VIEW = 'account_reconcile_oca.bank_statement_line_form_reconcile_view'


def statement_line_is_matched_with_a_posted_payment(env):
    """A statement line is matched with a posted payment, and taken off again, by any accountant; while it is matched,
    nobody changes the payment."""
    book = Book(env)
    payment = book.bring(book.payment())
    line = _statement_line(book)
    outstanding = payment._seek_for_lines()[0]
    _match(line, outstanding)
    equal((line.is_reconciled, payment.is_matched), (True, True))
    refused(payment.with_user(book.person('manager')).action_draft, 'reconciled')
    line.unreconcile_bank_line()
    equal((line.is_reconciled, outstanding.reconciled), (False, False))


def statement_line_pays_a_bill_without_a_payment(env):
    """A statement line that is matched with a bill itself needs no payment, and so no approval: the money has left the
    bank."""
    book = Book(env)
    bill = book.document()
    line = _statement_line(book)
    _match(line, bill.line_ids.filtered(lambda item: item.account_type == 'liability_payable'))
    equal(bill.payment_state in ('paid', 'in_payment'), True, 'paid')


def _statement_line(book):
    return book.env['account.bank.statement.line'].create({
        'journal_id': book.bank.id, 'date': fields.Date.today(), 'payment_ref': 'Transfer', 'amount': -100.0,
    }).with_user(book.person('accountant'))


def _match(line, item):
    with Form(line, view=VIEW) as form:
        form.add_account_move_line_id = item.with_env(line.env)
    line.reconcile_bank_line()
