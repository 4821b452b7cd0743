"""purchase: from the order to the payment."""
from odoo import Command, fields

from dev.coexist_flows.book import Book, equal, refused, stages


def order_is_billed_and_paid(env):
    """An order is confirmed and billed as in Odoo; the payment of its bill waits for approval."""
    book = Book(env)
    product = env['product.product'].create({
        'name': 'Paper', 'type': 'service', 'purchase_method': 'purchase', 'supplier_taxes_id': False})
    order = env['purchase.order'].create({
        'partner_id': book.partner().id, 'company_id': book.company.id,
        'order_line': [Command.create({'product_id': product.id, 'product_qty': 2, 'price_unit': 60.0})]})
    order.button_confirm()
    order.action_create_invoice()
    bill = order.invoice_ids
    bill.invoice_date = fields.Date.today()
    bill.action_post()
    payment = book.register(bill)
    stages(payment, 'under_review')
    refused(payment.with_user(book.person('accountant')).action_post, 'refused')
    book.bring(payment)
    equal(bill.payment_state in ('paid', 'in_payment'), True, 'paid')
