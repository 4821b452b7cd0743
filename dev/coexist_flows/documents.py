"""Addons that send documents: payments know nothing of them."""
from dev.coexist_flows.book import Book, equal, refused, stages


def bill_waits_and_is_paid(env):
    """A bill is paid by Register Payment as without the addon: it waits for approval, and is paid when posted."""
    book = Book(env)
    bill = book.document()
    payment = book.register(bill)
    stages(payment, 'under_review')
    equal(bill.payment_state, 'not_paid')
    book.bring(payment)
    equal(bill.payment_state in ('paid', 'in_payment'), True, 'paid')


def invoice_is_reset_by_manager_alone(env):
    """A posted invoice is reset by a Payment Manager alone."""
    book = Book(env)
    invoice = book.document('out_invoice')
    refused(invoice.with_user(book.person('accountant')).button_draft, 'Payment Manager')
    invoice.with_user(book.person('manager')).button_draft()
    equal(invoice.state, 'draft')
