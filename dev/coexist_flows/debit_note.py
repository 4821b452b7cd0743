"""account_debit_note: a bill and its debit note are paid together."""
from dev.coexist_flows.book import Book, equal, stages


def bill_and_debit_note_are_paid_together(env):
    """A bill and its debit note are paid by one payment that waits for approval; both are paid when it is posted."""
    book = Book(env)
    bill = book.document(amount=100.0)
    env['account.debit.note'].with_context(active_model='account.move', active_ids=bill.ids).create(
        {'copy_lines': True, 'reason': 'Price'}).create_debit()
    note = bill.debit_note_ids
    note.action_post()
    payment = book.register(bill + note, group_payment=True)
    equal(payment.mapped('amount'), [200.0])
    stages(payment, 'under_review')
    book.bring(payment)
    equal(set((bill + note).mapped('payment_state')) <= {'paid', 'in_payment'}, True, 'paid')
