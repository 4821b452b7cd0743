"""account_check_printing: numbers of checks, and checks that are void."""
from uuid import uuid4

from dev.coexist_flows.book import Book, equal, refused, stages


def number_is_drawn_when_the_check_is_posted(env):
    """Where Odoo numbers the checks, a number is drawn when the payment is posted; an attempt before approval is
    refused and uses no number up."""
    book, journal = _journal(env)
    payment = _check(book, journal)
    sequence = journal.check_sequence_id
    before = sequence.number_next_actual
    refused(payment.with_user(book.person('accountant')).print_checks, 'refused', 'Submit')
    sequence.invalidate_recordset()
    equal(sequence.number_next_actual, before, 'next number')
    book.bring(payment)
    equal(int(payment.check_number), before)


def number_of_a_printed_check_is_free(env):
    """On pre-printed checks the number is written on the posted payment when it is printed, by whoever prints it."""
    book, journal = _journal(env, check_manual_sequencing=False)
    payment = book.bring(_check(book, journal))
    payment.with_user(book.person('accountant')).write({'check_number': '00042', 'is_move_sent': True})
    equal((payment.check_number, payment.approval_state), ('00042', 'posted'))


def check_is_voided_by_a_payment_manager(env):
    """A posted check is voided by a Payment Manager alone, and that is on record; the payment stays with its number."""
    book, journal = _journal(env)
    payment = book.bring(_check(book, journal))
    number = payment.check_number
    refused(payment.with_user(book.person('accountant')).action_void_check, 'Payment Manager')
    payment.with_user(book.person('manager')).action_void_check()
    stages(payment, 'cancelled')
    equal(payment.check_number, number)
    equal(bool(env['payment.override'].search([('payment_id', '=', payment.id)])), True, 'override')


def checks_are_printed_in_one_go_when_all_are_approved(env):
    """Printing several checks posts those that are drafts; where one is not approved, the message names it and none is
    posted or numbered."""
    book, journal = _journal(env)
    ready = book.bring(_check(book, journal), 'approved')
    waiting = book.bring(_check(book, journal), 'for_approval')
    refused((ready + waiting).with_user(book.person('poster')).print_checks, waiting.voucher_number)
    stages(ready, 'approved')
    equal(set((ready + waiting).mapped('state')), {'draft'})


def _journal(env, **values):
    book = Book(env)
    journal = env['account.journal'].create({
        'name': 'Checks', 'type': 'bank', 'code': f'C{uuid4().hex[:4]}', 'check_manual_sequencing': True, **values})
    return book, journal


def _check(book, journal):
    line = journal.outbound_payment_method_line_ids.filtered(lambda line: line.code == 'check_printing')
    return book.payment(journal_id=journal.id, payment_method_line_id=line.id)
