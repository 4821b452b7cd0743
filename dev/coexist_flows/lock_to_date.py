"""account_lock_to_date: no documents after a date."""
from dateutil.relativedelta import relativedelta

from odoo import fields

from dev.coexist_flows.book import Book, equal, refused, stages


def documents_beyond_the_date_are_refused(env):
    """Its lock holds for documents as without us, and payments before the date go their way."""
    book = Book(env)
    lock = fields.Date.today() + relativedelta(months=2, day=31)
    book.company.write({'fiscalyear_lock_to_date': lock, 'period_lock_to_date': lock})
    late = book.document('out_invoice', post=False, date=lock + relativedelta(days=3),
                         invoice_date=lock + relativedelta(days=3))
    refused(late.with_user(book.person('accountant')).action_post, 'lock')
    payment = book.bring(book.register(book.document()))
    stages(payment, 'posted')
    equal(payment.date <= lock, True)
