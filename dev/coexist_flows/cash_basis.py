"""Taxes on cash basis, in a company with the chart of accounts of its country."""
from odoo import Command, fields

from dev.coexist_flows.book import Book, equal, stages


def company(env, chart, country):
    """The book of a new company with this chart, which everybody of the demo data may enter."""
    new = env['res.company'].create({'name': f'A Company {chart}', 'country_id': env.ref(f'base.{country}').id})
    people = env['res.users'].search([('login', 'in', [
        'accountant', *(f'payment_{role}' for role in ('user', 'reviewer', 'approver', 'authorizer', 'poster',
                                                       'manager'))])])
    (people + env.user).write({'company_ids': [Command.link(new.id)]})
    env['account.chart.template'].try_loading(chart, new, install_demo=False)
    for person in people:
        person.company_id = new
    return Book(env, new)


def tax_becomes_due_at_posting(env, book):
    """The tax becomes due when the approved payment is posted and paid the bill, not before."""
    tax = env['account.tax'].search([
        ('company_id', '=', book.company.id), ('tax_exigibility', '=', 'on_payment'),
        ('type_tax_use', '=', 'purchase'), ('amount', '>', 0), ('amount_type', '=', 'percent')], limit=1)
    assert tax, 'the chart has no tax on cash basis'
    today = fields.Date.today()
    bill = book.env['account.move'].create({
        'move_type': 'in_invoice', 'partner_id': book.partner(country_id=book.company.country_id.id).id, 'date': today,
        'invoice_date': today, 'ref': 'B1', 'invoice_line_ids': [
            Command.create({'name': 'Work', 'price_unit': 100.0, 'tax_ids': [Command.set(tax.ids)]})]})
    bill.action_post()
    payment = book.register(bill)
    stages(payment, 'under_review')
    equal(len(bill.tax_cash_basis_created_move_ids), 0, 'tax entries while the payment waits')
    book.bring(payment)
    equal(bill.payment_state in ('paid', 'in_payment'), True, 'paid')
    equal(bill.tax_cash_basis_created_move_ids.mapped('state'), ['posted'], 'tax entries')
    return bill


def tax_is_taken_back_with_the_reconciliation(book, bill):
    """Unreconciling, which anybody in accounting may do, takes the tax back by Odoo's reversal."""
    items = bill.line_ids.filtered(lambda line: line.account_type == 'liability_payable')
    items.with_user(book.person('accountant')).with_context(
        allowed_company_ids=book.company.ids).remove_move_reconcile()
    entry = bill.tax_cash_basis_created_move_ids.filtered('reversal_move_id')
    equal((entry + entry.reversal_move_id).mapped('state'), ['posted', 'posted'], 'entry and reversal')
    equal(bill.tax_cash_basis_created_move_ids - entry - entry.reversal_move_id, entry.browse(), 'other tax entries')
