from odoo import Command
from odoo.tests import tagged

from .common import RECONCILED_LOCKED, PaymentCommon


@tagged('post_install', '-at_install')
class TestOrdinaryWorkMatching(PaymentCommon):
    """Reconciling and unreconciling posted payments as an ordinary accountant, by every button that does it."""

    def as_accountant(self, record):
        return self.acting(record, self.accountant)

    def test_reconcile_and_unreconcile(self):
        payment, bill = self.as_accountant(self.make_posted()), self.as_accountant(self.make_bill())
        self.assertContentKept(payment, self.match_items, payment.move_id | bill)
        self.assertTrue(payment.is_reconciled)
        self.assertIn(bill.payment_state, ('paid', 'in_payment'))
        self.assertContentKept(payment, payment.move_id.line_ids.remove_move_reconcile)
        self.assertFalse(payment.is_reconciled)
        self.assertEqual(bill.payment_state, 'not_paid')

    def test_matched_in_full_in_its_own_currency_alone(self):
        """Books that are taken over with their matchings leave out exchange differences."""
        gold = self.currency_data['currency']
        payment = self.as_accountant(self.make_posted(currency_id=gold.id, date='2017-01-01'))
        bill = self.as_accountant(self.make_bill(currency_id=gold.id, invoice_date='2016-01-01', date='2016-01-01'))
        both = (payment.move_id | bill).with_context(no_exchange_difference=True)
        self.assertContentKept(payment, self.match_items, both)
        item = payment._seek_for_lines()[1]
        self.assertTrue(item.full_reconcile_id)
        self.assertTrue(item.amount_residual)
        self.assertFalse(item.amount_residual_currency)

    def test_unreconcile_wizard(self):
        payment = self.as_accountant(self.make_reconciled())
        items = payment.move_id.line_ids.filtered('reconciled')
        wizard = payment.env['account.unreconcile'].with_context(active_ids=items.ids).create({})
        self.assertContentKept(payment, wizard.trans_unrec)
        self.assertFalse(payment.is_reconciled)

    def test_outstanding_widget_of_the_bill(self):
        payment, bill = self.as_accountant(self.make_posted()), self.as_accountant(self.make_bill(150.0))
        item = payment._seek_for_lines()[1]
        self.assertContentKept(payment, bill.js_assign_outstanding_line, item.id)
        self.assertEqual((bill.payment_state, bill.amount_residual), ('partial', 50.0))
        partial = item.matched_credit_ids | item.matched_debit_ids
        self.assertContentKept(payment, bill.js_remove_outstanding_partial, partial.id)
        self.assertEqual(bill.amount_residual, 150.0)

    def test_partly_matched_is_matched_further(self):
        """A payment that is locked because it is matched in part is matched with another bill nevertheless."""
        payment = self.as_accountant(self.make_reconciled(bill_amount=40.0))
        self.assertRefused(RECONCILED_LOCKED, payment, payment.write, {'ref': 'x'})
        bill = self.as_accountant(self.make_bill(60.0))
        self.assertContentKept(payment, bill.js_assign_outstanding_line, payment._seek_for_lines()[1].id)
        self.assertTrue(payment.is_reconciled)
        self.assertFalse(bill.amount_residual)

    def test_statement_matching_and_undo(self):
        """What the bank screen does: the suspense item of the statement line takes the outstanding account."""
        payment = self.as_accountant(self.make_posted())
        statement_line = self.as_accountant(self.make_statement_line())
        self.assertContentKept(payment, self.match_statement_line, statement_line, payment)
        self.assertTrue(payment.is_matched)
        self.assertTrue(statement_line.is_reconciled)
        self.assertContentKept(payment, statement_line.action_undo_reconciliation)
        self.assertFalse(payment.is_matched)
        self.assertFalse(statement_line.is_reconciled)

    def test_statement_line_matched_by_commands(self):
        """The suspense item is replaced, as the bank widget of other editions writes it."""
        payment = self.as_accountant(self.make_posted())
        statement_line = self.as_accountant(self.make_statement_line())
        liquidity, suspense, _other = statement_line._seek_for_lines()
        outstanding = payment._seek_for_lines()[0]
        self.assertContentKept(
            payment,
            statement_line.move_id.with_context(force_delete=True, skip_account_move_synchronization=True).write,
            {'line_ids': [
                Command.delete(suspense.id),
                Command.create({
                    'name': 'Matched', 'account_id': outstanding.account_id.id, 'balance': -liquidity.balance,
                    'partner_id': payment.partner_id.id}),
            ]})
        counterpart = statement_line.move_id.line_ids - liquidity
        self.assertContentKept(payment, (counterpart | outstanding).reconcile)
        self.assertTrue(payment.is_matched)

    def test_statement_lines_live_posted(self):
        """Statement lines are created, edited and deleted while their entry is posted."""
        statement_line = self.as_accountant(self.env['account.bank.statement.line']).create({
            'journal_id': self.bank_journal.id, 'date': '2024-03-02', 'payment_ref': 'Fee', 'amount': -5.0})
        entry = statement_line.move_id
        self.assertEqual(entry.state, 'posted')
        statement_line.write({'amount': -6.0, 'payment_ref': 'Bank fee', 'partner_id': self.partner_a.id})
        self.assertEqual(abs(statement_line._seek_for_lines()[0].balance), 6.0)
        statement_line.unlink()
        self.assertFalse(entry.exists())

    def test_statement_line_deleted_under_a_payment(self):
        """A matched statement line goes once its matching is undone, and leaves the payment as it was."""
        payment = self.make_posted()
        statement_line = self.make_statement_line()
        self.match_statement_line(statement_line, payment)
        payment, statement_line = self.as_accountant(payment), self.as_accountant(statement_line)
        self.assertContentKept(payment, statement_line.action_undo_reconciliation)
        self.assertContentKept(payment, statement_line.unlink)
        self.assertFalse(payment.is_matched)

    def test_statement_with_lines(self):
        """A statement is made of lines, and lines leave it again."""
        line = self.as_accountant(self.make_statement_line())
        statement = line.env['account.bank.statement'].create({
            'name': 'March', 'line_ids': [Command.set(line.ids)], 'balance_start': 0.0, 'balance_end_real': -100.0})
        self.assertEqual(line.statement_id, statement)
        line.write({'statement_id': False})
        statement.unlink()

    def test_automatic_entry_matches_the_payment(self):
        """Transferring an open item to another account makes an entry and matches it."""
        payment = self.as_accountant(self.make_posted())
        item = payment._seek_for_lines()[1]
        wizard = payment.env['account.automatic.entry.wizard'].with_context(
            active_model='account.move.line', active_ids=item.ids).create({
                'action': 'change_account', 'date': '2024-05-01',
                'destination_account_id': self.company_data['default_account_expense'].id,
                'journal_id': self.company_data['default_journal_misc'].id})
        self.assertContentKept(payment, wizard.do_action)
        self.assertTrue(item.reconciled)
