"""account_payment: customers pay online, and money goes back online. The provider is Odoo's own for demonstrations."""
from odoo import Command

from dev.coexist_flows.book import Book, equal, refused, stages


def portal_customer_pays_online(env):
    """An online payment by a portal customer is posted at once, and the invoice is paid: the money has moved."""
    book, customer = Book(env), _customer(env)
    invoice = book.document('out_invoice', partner=customer.partner_id)
    transaction = _pay(book, customer, invoice)
    stages(transaction.payment_id, 'posted')
    equal(invoice.payment_state in ('paid', 'in_payment'), True, 'paid')
    row = transaction.payment_id.approval_history_ids
    equal((row.action_type, row.role, row.comments), ('post', 'origin', 'online'))


def refund_of_online_payment(env):
    """The refund of an online payment is posted at once, up to what came in; nothing waits."""
    book, customer = Book(env), _customer(env)
    transaction = _pay(book, customer, book.document('out_invoice', partner=customer.partner_id))
    env['payment.refund.wizard'].with_user(book.person('accountant')).with_context(
        active_id=transaction.payment_id.id, active_ids=transaction.payment_id.ids).create(
        {'payment_id': transaction.payment_id.id, 'amount_to_refund': 40.0}).action_refund()
    refund = transaction.child_transaction_ids
    refund._finalize_post_processing()
    stages(refund.payment_id, 'posted')
    equal((refund.payment_id.payment_type, refund.payment_id.amount), ('outbound', 40.0))


def capture_later(env):
    """A payment that is captured later books nothing when it is authorized by the card, and is posted at once when it
    is captured."""
    book, customer = Book(env), _customer(env)
    _provider(book).capture_manually = True
    invoice = book.document('out_invoice', partner=customer.partner_id)
    transaction = _pay(book, customer, invoice)
    equal((transaction.state, transaction.payment_id.id), ('authorized', False))
    action = invoice.with_user(book.person('accountant')).payment_action_capture()
    env[action['res_model']].with_user(book.person('accountant')).with_context(**action['context']).create(
        {}).action_capture()
    transaction._finalize_post_processing()
    equal(transaction.state, 'done')
    stages(transaction.payment_id, 'posted')
    equal(invoice.payment_state in ('paid', 'in_payment'), True, 'paid')
    _provider(book).capture_manually = False


def saved_card_is_not_charged_before_approval(env):
    """A receipt by a saved card waits for its review like any other, and the card is charged when it is posted."""
    book, customer = Book(env), _customer(env)
    provider = _provider(book)
    token = env['payment.token'].create({
        'provider_id': provider.id, 'payment_method_id': env.ref('payment_demo.payment_method_demo').id,
        'payment_details': '1234', 'partner_id': customer.partner_id.id, 'provider_ref': 'demo',
        'demo_simulated_state': 'done'})
    payment = book.payment(
        payment_type='inbound', partner_id=customer.partner_id.id, payment_method_line_id=_method_line(book).id)
    payment.payment_token_id = token
    refused(payment.with_user(book.person('accountant')).action_post, 'refused')
    equal(payment.payment_transaction_id.id, False, 'transaction')
    book.bring(payment)
    equal(payment.payment_transaction_id.state, 'done')


def made_up_transaction_waits(env):
    """A payment that somebody links to a transaction which does not fit it passes by no origin: it waits."""
    book, customer = Book(env), _customer(env)
    transaction = _pay(book, customer, book.document('out_invoice', partner=customer.partner_id))
    payment = book.payment(payment_type='inbound', partner_id=customer.partner_id.id,
                           payment_transaction_id=transaction.id)
    refused(payment.with_user(book.person('poster')).action_post, 'refused')
    stages(payment, 'draft')


def _customer(env):
    partner = env['res.partner'].create({'name': 'A Customer', 'email': 'customer@example.com'})
    return env['res.users'].create({
        'login': f'customer{partner.id}', 'partner_id': partner.id,
        'groups_id': [Command.set(env.ref('base.group_portal').ids)]})


def _provider(book):
    provider = book.env.ref('payment.payment_provider_demo')
    provider.state = 'test'
    provider.journal_id = provider.journal_id or book.bank
    return provider


def _method_line(book):
    return book.bank.inbound_payment_method_line_ids.filtered(
        lambda line: line.payment_provider_id == _provider(book))


def _pay(book, customer, invoice):
    """What the pages of the portal do, one request after the other, as the customer in superuser mode."""
    transactions = book.env['payment.transaction'].with_user(customer).sudo()
    transaction = transactions.create({
        'provider_id': _provider(book).id, 'payment_method_id': book.env.ref('payment_demo.payment_method_demo').id,
        'reference': transactions._compute_reference('demo', prefix=invoice.name), 'amount': invoice.amount_total,
        'currency_id': invoice.currency_id.id, 'partner_id': customer.partner_id.id, 'operation': 'online_direct',
        'invoice_ids': [Command.set(invoice.ids)]})
    transactions._handle_notification_data('demo', {
        'reference': transaction.reference, 'simulated_state': 'done', 'payment_details': '1234'})
    if transaction.state == 'done':
        transaction._finalize_post_processing()
    return transaction
