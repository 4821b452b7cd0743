"""stock_account: the valuation of stock posts entries of its own."""
from odoo import Command

from dev.coexist_flows.book import Book, equal, refused, stages


def goods_that_come_in_are_valued(env):
    """Entries of the valuation are posted with the transfer, without approval; reset they are by a Payment Manager
    alone, as every posted entry."""
    book = Book(env)
    entry = _received(book).stock_valuation_layer_ids.account_move_id
    equal(entry.state, 'posted')
    refused(entry.with_user(book.person('accountant')).button_draft, 'Payment Manager')


def goods_are_billed_and_paid(env):
    """The payment of a bill for goods waits for approval like any other."""
    book = Book(env)
    bill = book.document(amount=50.0)
    payment = book.register(bill)
    stages(payment, 'under_review')
    book.bring(payment)


def _received(book):
    env = book.env
    category = env['product.category'].create({
        'name': 'Goods', 'property_valuation': 'real_time', 'property_cost_method': 'fifo'})
    accounts = env['account.account'].search([
        ('company_id', '=', book.company.id), ('account_type', '=', 'asset_current'), ('reconcile', '=', False),
    ], limit=3)
    journal = book.journal('general')
    category.write({
        'property_stock_journal': journal.id, 'property_stock_account_input_categ_id': accounts[0].id,
        'property_stock_account_output_categ_id': accounts[1].id,
        'property_stock_valuation_account_id': accounts[2].id})
    product = env['product.product'].create({
        'name': 'A Box', 'type': 'product', 'categ_id': category.id, 'standard_price': 10.0})
    kind = env['stock.picking.type'].search([('code', '=', 'incoming'), ('company_id', '=', book.company.id)], limit=1)
    source = env.ref('stock.stock_location_suppliers')
    picking = env['stock.picking'].create({
        'picking_type_id': kind.id, 'location_id': source.id, 'location_dest_id': kind.default_location_dest_id.id,
        'move_ids': [Command.create({
            'name': 'A Box', 'product_id': product.id, 'product_uom_qty': 5.0, 'price_unit': 10.0,
            'location_id': source.id, 'location_dest_id': kind.default_location_dest_id.id})]})
    picking.action_confirm()
    picking.move_ids.quantity = 5.0
    picking.move_ids.picked = True
    picking.button_validate()
    return picking.move_ids
