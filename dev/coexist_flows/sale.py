"""sale: from the order to the receipt."""
from odoo import Command

from dev.coexist_flows.book import Book, equal, stages


def order_is_invoiced_and_paid(env):
    """An order is confirmed and invoiced as in Odoo; the receipt that is registered on its invoice waits for its
    review, and the invoice is paid when it is posted."""
    book = Book(env)
    order = _order(book)
    order.action_confirm()
    invoice = order._create_invoices()
    invoice.action_post()
    payment = book.register(invoice)
    stages(payment, 'under_review')
    book.bring(payment)
    equal(invoice.payment_state in ('paid', 'in_payment'), True, 'paid')


def down_payment(env):
    """A down payment is an invoice like any other."""
    book = Book(env)
    order = _order(book)
    order.action_confirm()
    wizard = env['sale.advance.payment.inv'].with_context(active_model='sale.order', active_ids=order.ids).create(
        {'advance_payment_method': 'percentage', 'amount': 50.0})
    wizard.create_invoices()
    order.invoice_ids.action_post()
    equal(order.invoice_ids.amount_total, order.amount_total / 2)
    book.bring(book.register(order.invoice_ids))


def order_is_paid_online(env):
    """An order that is paid online is confirmed, and its payment is posted at once."""
    book = Book(env)
    order = _order(book)
    provider = env['payment.provider'].create({
        'name': 'A Provider', 'code': 'none', 'state': 'test', 'company_id': book.company.id,
        'payment_method_ids': [Command.set(env.ref('payment.payment_method_unknown').ids)]})
    method = env['account.payment.method'].create({'name': 'Online', 'code': 'none', 'payment_type': 'inbound'})
    env['account.payment.method.line'].create({
        'name': 'Online', 'payment_method_id': method.id, 'journal_id': book.bank.id,
        'payment_provider_id': provider.id})
    transaction = env['payment.transaction'].create({
        'provider_id': provider.id, 'payment_method_id': env.ref('payment.payment_method_unknown').id,
        'reference': f'online {order.name}', 'amount': order.amount_total, 'currency_id': order.currency_id.id,
        'partner_id': order.partner_id.id, 'operation': 'online_direct', 'sale_order_ids': [Command.set(order.ids)]})
    transaction._set_done()
    transaction._finalize_post_processing()
    equal(order.state, 'sale')
    stages(transaction.payment_id, 'posted')


def _order(book):
    product = book.env['product.product'].create({
        'name': 'Advice', 'type': 'service', 'invoice_policy': 'order', 'list_price': 120.0, 'taxes_id': False})
    return book.env['sale.order'].create({
        'partner_id': book.partner().id, 'company_id': book.company.id,
        'order_line': [Command.create({'product_id': product.id, 'product_uom_qty': 1})]})
