"""account_financial_report: what the reports say while a payment waits."""
from odoo import fields

from dev.coexist_flows.book import Book, equal


def bill_stays_open_until_the_payment_is_posted(env):
    """In the open items a bill stays open while its payment waits for approval, and is gone when it is posted."""
    book = Book(env)
    bill = book.document()
    payment = book.register(bill)
    equal(bill.name in _open_items(book, bill), True, 'open')
    book.bring(payment)
    equal(bill.name in _open_items(book, bill), False, 'open')


def _open_items(book, bill):
    """The text of the report on the partner of the bill."""
    account = bill.line_ids.filtered(lambda line: line.account_type == 'liability_payable').account_id
    wizard = book.env['open.items.report.wizard'].with_user(book.person('accountant')).create({
        'date_at': fields.Date.today(), 'target_move': 'posted', 'account_ids': [(6, 0, account.ids)],
        'partner_ids': [(6, 0, bill.partner_id.ids)], 'company_id': book.company.id})
    action = wizard._print_report('qweb-html')
    return str(book.env['ir.actions.report']._render_qweb_html(
        action['report_name'], wizard.ids, data=action['data'])[0].decode())
