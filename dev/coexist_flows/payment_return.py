"""account_payment_return: a customer's bank takes a receipt back."""
from dev.coexist_flows.book import Book, equal, refused


def receipt_is_returned(env):
    """A returned receipt opens the invoice again by an entry of its own; the posted payment does not change. The entry
    of the return is posted without approval."""
    book = Book(env)
    invoice, payment, back = _returned(book)
    equal((invoice.payment_state, invoice.amount_residual), ('not_paid', 100.0))
    equal((payment.approval_state, payment.amount), ('posted', 100.0))
    equal(back.move_id.state, 'posted')


def return_is_cancelled(env):
    """A confirmed return is cancelled by a Payment Manager alone, because its posted entry is reset."""
    book = Book(env)
    invoice, payment, back = _returned(book)
    refused(back.with_user(book.person('accountant')).action_cancel, 'Posted journal entries')
    back.with_user(book.person('manager')).action_cancel()
    equal((back.state, invoice.payment_state in ('paid', 'in_payment')), ('cancelled', True))


def _returned(book):
    env = book.env
    invoice = book.document('out_invoice')
    payment = book.bring(book.register(invoice))
    item = payment.line_ids.filtered(lambda line: line.account_type == 'asset_receivable')
    back = env['payment.return'].with_user(book.person('accountant')).create({
        'journal_id': book.bank.id, 'line_ids': [(0, 0, {
            'partner_id': payment.partner_id.id, 'move_line_ids': [(6, 0, item.ids)], 'amount': 100.0})]})
    back.action_confirm()
    return invoice, payment, back
