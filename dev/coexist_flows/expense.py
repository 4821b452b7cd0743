"""hr_expense: what the company paid itself, and what it pays back to people."""
from odoo import Command, fields

from dev.coexist_flows.book import Book, equal, refused, stages


def expense_paid_by_company(env):
    """Payments of an approved report that the company paid are posted with the report: the money has moved."""
    book = Book(env)
    sheet = _approved(book, 'company_account', 80.0, 20.0)
    sheet.with_user(_accountant(book)).action_sheet_move_create()
    payments = sheet.account_move_ids.payment_ids
    equal(sorted(payments.mapped('amount')), [20.0, 80.0])
    stages(payments, 'posted')
    equal(set(payments.approval_history_ids.mapped('comments')), {'expense'})
    equal(sheet.payment_state, 'paid')


def expense_is_paid_back_to_the_employee(env):
    """The money for an employee is registered on the report and waits for approval; the report is paid when it is
    posted."""
    book = Book(env)
    sheet = _approved(book, 'own_account', 80.0)
    sheet.with_user(_accountant(book)).action_sheet_move_create()
    payment = book.register(sheet.account_move_ids)
    stages(payment, 'under_review')
    equal((sheet.state, sheet.payment_state), ('post', 'not_paid'))
    book.bring(payment)
    equal(sheet.payment_state in ('paid', 'in_payment'), True, 'paid')


def payment_linked_to_a_report_by_hand_waits(env):
    """A payment that somebody links to a report whose expenses are booked already passes by no origin: it waits."""
    book = Book(env)
    sheet = _approved(book, 'company_account', 80.0)
    sheet.with_user(_accountant(book)).action_sheet_move_create()
    payment = book.payment(80.0)
    payment.move_id.expense_sheet_id = sheet
    refused(payment.with_user(book.person('poster')).action_post, 'refused')


def _approved(book, mode, *amounts):
    """An approved report with one expense for each amount."""
    env = book.env
    employee = env['hr.employee'].create({
        'name': 'An Employee', 'work_email': 'employee@example.com', 'company_id': book.company.id,
        'work_contact_id': book.partner('An Employee').id})
    product = env.ref('hr_expense.expense_product_communication')
    lines = [Command.create({
        'name': 'Train', 'employee_id': employee.id, 'product_id': product.id, 'total_amount_currency': amount,
        'tax_ids': [Command.clear()], 'payment_mode': mode, 'date': fields.Date.today()}) for amount in amounts]
    sheet = env['hr.expense.sheet'].create({
        'name': 'Journey', 'employee_id': employee.id, 'company_id': book.company.id, 'expense_line_ids': lines})
    sheet.action_submit_sheet()
    sheet.action_approve_expense_sheets()
    return sheet


def _accountant(book):
    person = book.person('accountant')
    person.groups_id += book.env.ref('hr_expense.group_hr_expense_user')
    return person
