"""account_payment_order: payments made and posted in bulk."""

from dev.coexist_flows.book import Book, equal, refused, stages


def order_waits_and_goes_on(env):
    """The order makes its payments when it is confirmed. They are submitted and approved like any other. An upload
    before that is refused, names each payment that is not ready and changes nothing; pressed again by a poster when
    all are approved, it posts them and pays the bills."""
    book, order, bills = _confirmed(env)
    first, second = order.payment_ids
    text = refused(_as(order, book, 'poster').generated2uploaded, 'refused')
    assert all(payment.display_name in text for payment in order.payment_ids), text
    book.bring(first, 'approved')
    book.bring(second, 'for_approval')
    text = refused(_as(order, book, 'poster').generated2uploaded, second.voucher_number)
    assert first.voucher_number not in text, text
    equal((order.state, first.approval_state), ('generated', 'approved'))
    book.bring(second, 'approved')
    _as(order, book, 'poster').generated2uploaded()
    equal(order.state, 'uploaded')
    stages(order.payment_ids, 'posted')
    equal(set(bills.mapped('payment_state')) <= {'paid', 'in_payment'}, True, 'paid')


def order_goes_on_after_single_payments_were_posted(env):
    """Payments of an order may be posted one by one, too: the order passes over them, posts the others and pays all its
    bills."""
    book, order, bills = _confirmed(env)
    first, second = order.payment_ids
    book.bring(first)
    equal(set(bills.mapped('payment_state')), {'not_paid'}, 'before the order goes on')
    book.bring(second, 'approved')
    _as(order, book, 'poster').generated2uploaded()
    equal(order.state, 'uploaded')
    equal(set(bills.mapped('payment_state')) <= {'paid', 'in_payment'}, True, 'paid')


def order_is_cancelled_while_its_payments_wait(env):
    """Cancelling an order cancels its payments that wait. It is not confirmed a second time, because a payment that was
    submitted is not deleted: add the bills to a new order."""
    book, order, bills = _confirmed(env)
    book.bring(order.payment_ids, 'under_review')
    _as(order, book, 'user').action_cancel()
    stages(order.payment_ids, 'cancelled')
    order.cancel2draft()
    refused(_as(order, book, 'user').draft2open, 'cannot be deleted')
    stages(order.payment_ids, 'cancelled')
    order.unlink()
    again = _order(book, bills)
    again.draft2open()
    equal(len(again.payment_ids), 2)


def uploaded_order_is_cancelled_by_a_payment_manager(env):
    """An uploaded order, whose payments are posted, is cancelled by a Payment Manager alone, and only after the bills
    were unreconciled."""
    book, order, bills = _confirmed(env)
    book.bring(order.payment_ids, 'approved')
    _as(order, book, 'poster').generated2uploaded()
    refused(_as(order, book, 'accountant').action_uploaded_cancel, 'reconciled')
    order.payment_ids.line_ids.remove_move_reconcile()
    refused(_as(order, book, 'accountant').action_uploaded_cancel, 'Payment Manager')
    _as(order, book, 'manager').action_uploaded_cancel()
    stages(order.payment_ids, 'cancelled')


def _confirmed(env):
    """An order over two bills whose file was made."""
    book = Book(env)
    for role in ('accountant', 'user', 'poster', 'manager'):
        book.person(role).groups_id += env.ref('account_payment_order.group_account_payment')
    mode = env['account.payment.mode'].create({
        'name': 'Transfer', 'company_id': book.company.id, 'bank_account_link': 'fixed',
        'fixed_journal_id': book.bank.id, 'payment_order_ok': True, 'default_date_prefered': 'now',
        'payment_method_id': env.ref('account.account_payment_method_manual_out').id})
    bills = book.document(payment_mode_id=mode.id, ref='B1')
    bills += book.document(amount=50.0, payment_mode_id=mode.id, ref='B2')
    order = _order(book, bills)
    order.draft2open()
    order.open2generated()
    equal(len(order.payment_ids), 2)
    return book, order.with_env(book.env), bills


def _order(book, bills):
    bills.create_account_payment_line()
    order = bills.line_ids.payment_line_ids.order_id.filtered(lambda order: order.state == 'draft')
    order.date_prefered = 'now'
    return _as(order, book, 'user')


def _as(order, book, role):
    return order.with_user(book.person(role))
