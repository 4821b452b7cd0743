"""point_of_sale: closing a session makes payments for what was taken by bank; cash is statement lines."""
from uuid import uuid4

from odoo import Command, fields

from dev.coexist_flows.book import Book, equal, refused, stages


def session_closes_with_cash_and_bank(env):
    """Closing a session posts its bank payments at once, combined in one for each method; cash goes by statement lines
    as in Odoo. Nothing waits, and the cashier needs no payment role."""
    book, session, cash, bank = _open(env)
    _sell(session, {cash: 30.0})
    _sell(session, {bank: 45.0})
    _sell(session, {bank: 25.0})
    _close(book, session, 30.0)
    payments = _payments(session)
    equal(payments.mapped('amount'), [70.0], 'bank payments')
    stages(payments, 'posted')
    row = payments.approval_history_ids
    equal((row.action_type, row.role, row.comments), ('post', 'origin', 'point_of_sale'))
    lines = env['account.bank.statement.line'].search([('pos_session_id', '=', session.id)])
    equal(lines.mapped('amount'), [30.0], 'cash')


def session_with_identified_customers(env):
    """Where the method identifies customers, each payment by bank is a payment of its own; all are posted at once."""
    book, session, cash, bank = _open(env, split_transactions=True)
    _sell(session, {bank: 45.0}, book.partner())
    _sell(session, {bank: 25.0}, book.partner())
    _close(book, session, 0.0)
    equal(sorted(_payments(session).mapped('amount')), [25.0, 45.0])
    stages(_payments(session), 'posted')


def session_with_more_returned_than_sold(env):
    """A session in which more was given back by bank than taken closes, too: the payment of the difference is posted at
    once."""
    for split, wanted in ((False, [('outbound', 30.0)]), (True, [('inbound', 20.0), ('outbound', 50.0)])):
        book, session, cash, bank = _open(env, split_transactions=split)
        _sell(session, {bank: 20.0}, book.partner())
        _sell(session, {bank: -50.0}, book.partner())
        _close(book, session, 0.0)
        equal(sorted((payment.payment_type, payment.amount) for payment in _payments(session)), wanted)
        stages(_payments(session), 'posted')


def payment_linked_to_a_session_by_hand_waits(env):
    """A payment that somebody links to an open session passes only up to what the session took by that method and has
    not booked: a larger one waits, and so does each one of a session that is closed."""
    book, session, cash, bank = _open(env)
    _sell(session, {bank: 45.0})
    for values in ({'amount': 46.0, 'payment_type': 'inbound'}, {'amount': 45.0, 'payment_type': 'outbound'}):
        payment = book.payment(pos_session_id=session.id, pos_payment_method_id=bank.id, **values)
        refused(payment.with_user(book.person('accountant')).action_post, 'refused')
    _close(book, session, 0.0)
    payment = book.payment(45.0, 'inbound', pos_session_id=session.id, pos_payment_method_id=bank.id)
    refused(payment.with_user(book.person('accountant')).action_post, 'refused')


def session_with_a_difference_at_the_bank(env):
    """A difference between what was taken and what the terminal says is booked at closing as in Odoo."""
    book, session, cash, bank = _open(env)
    _sell(session, {bank: 45.0})
    _close(book, session, 0.0, [(bank.id, -5.0)])
    stages(_payments(session), 'posted')


def _open(env, **values):
    book = Book(env)
    cash_journal = env['account.journal'].create({'name': 'Till', 'type': 'cash', 'code': f'T{uuid4().hex[:4]}'})
    cash, bank = env['pos.payment.method'].create([
        {'name': 'Cash', 'journal_id': cash_journal.id}, {'name': 'Bank', 'journal_id': book.bank.id, **values}])
    config = env['pos.config'].create({'name': 'A Shop', 'payment_method_ids': [Command.set((cash + bank).ids)]})
    cashier = env['res.users'].create({
        'name': 'The Cashier', 'login': f'cashier{config.id}', 'email': 'cashier@example.com',
        'groups_id': [Command.set([env.ref('base.group_user').id, env.ref('point_of_sale.group_pos_user').id])]})
    config.with_user(cashier).open_ui()
    session = config.current_session_id.with_user(cashier)
    session.set_cashbox_pos(0.0, None)
    return book, session, cash, bank


def _sell(session, amounts, customer=None):
    """One order, with what was paid by each method."""
    product = session.env.ref('point_of_sale.product_product_consumable')
    total = sum(amounts.values())
    uid = f'{session.id:05}-001-{uuid4().int % 10000:04}'
    line = {'id': 1, 'pack_lot_ids': [], 'price_unit': abs(total), 'product_id': product.id, 'price_subtotal': total,
            'price_subtotal_incl': total, 'qty': 1 if total > 0 else -1, 'tax_ids': [Command.clear()], 'discount': 0.0}
    now = fields.Datetime.to_string(fields.Datetime.now())
    session.env['pos.order'].create_from_ui([{'id': uid, 'to_invoice': False, 'data': {
        'amount_paid': total, 'amount_return': 0, 'amount_tax': 0, 'amount_total': total, 'date_order': now,
        'fiscal_position_id': False, 'pricelist_id': session.config_id.pricelist_id.id,
        'lines': [Command.create(line)], 'name': f'Order {uid}', 'partner_id': customer and customer.id,
        'pos_session_id': session.id, 'sequence_number': 2, 'uid': uid, 'user_id': session.env.uid,
        'to_invoice': False,
        'statement_ids': [Command.create({'amount': amount, 'name': now, 'payment_method_id': method.id})
                          for method, amount in amounts.items()]}}])


def _close(book, session, cash, differences=None):
    session.post_closing_cash_details(cash)
    equal(session.close_session_from_ui(differences), {'successful': True})
    equal(session.state, 'closed')


def _payments(session):
    return session.env['account.payment'].sudo().search([('pos_session_id', '=', session.id)])
