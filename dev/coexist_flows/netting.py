"""account_netting: what a partner owes and is owed, set against each other."""
from dev.coexist_flows.book import Book, equal, stages


def invoice_and_bill_are_netted(env):
    """Netting makes an entry, no payment: it is posted without approval, as in Odoo. The rest is paid by a payment that
    waits."""
    book = Book(env)
    partner = book.partner()
    invoice = book.document('out_invoice', 60.0, partner)
    bill = book.document('in_invoice', 100.0, partner)
    items = (invoice + bill).line_ids.filtered(
        lambda line: line.account_type in ('asset_receivable', 'liability_payable'))
    wizard = env['account.move.make.netting'].with_user(book.person('accountant')).with_context(
        active_model='account.move.line', active_ids=items.ids).create({'journal_id': book.journal('general').id})
    wizard.button_compensate()
    equal((invoice.amount_residual, bill.amount_residual), (0.0, 40.0))
    payment = book.register(bill)
    equal(payment.amount, 40.0)
    stages(payment, 'under_review')
    book.bring(payment)
    equal(bill.amount_residual, 0.0)
