"""account_journal_lock_date: a lock date for each journal."""
from dateutil.relativedelta import relativedelta

from odoo import fields

from dev.coexist_flows.book import Book, refused, stages


def approved_payment_in_a_locked_journal(env):
    """An approved payment is not posted into a locked journal; it stays approved, and is posted when the journal is
    open again."""
    book = Book(env)
    payment = book.bring(book.payment(), 'approved')
    book.bank.fiscalyear_lock_date = fields.Date.today()
    refused(payment.with_user(book.person('poster')).action_post, 'lock date')
    stages(payment, 'approved')
    book.bank.fiscalyear_lock_date = fields.Date.today() - relativedelta(days=30)
    book.bring(payment)
