from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..models.posting_guard import NAMES_SHOWN, PAIRING
from .common import (
    ENTRY_NO_RESET,
    PAYMENT_LOCKED,
    PAYMENT_NO_RESET,
    RECONCILED_LOCKED,
    PaymentCommon,
)


@tagged('post_install', '-at_install')
class TestGuardChecks(PaymentCommon):
    """The checks that users of the addon do by hand, word for word."""

    def test_ordinary_user_edits_the_memo(self):
        payment = self.make_posted()
        with self.assertRaisesRegex(UserError, r'^Posted payments cannot be modified'):
            payment.with_user(self.accountant).ref = 'Another memo'
        with self.assertRaisesRegex(UserError, r'^Posted payments cannot be modified.*Memo'):
            payment.with_user(self.accountant).write({'ref': 'Another memo'})

    def test_amounts_to_and_from_nothing(self):
        for before, after in ((1.0, 0.0), (0.0, 1.0)):
            payment = self.make_posted(amount=before)
            with self.assertRaisesRegex(UserError, r'^Posted payments cannot be modified.*Amount'):
                payment.with_user(self.accountant).amount = after
            payment.with_user(self.accountant).amount = before

    def test_pass_says_what_it_opens(self):
        self.assertEqual(repr(PAIRING), '<GuardPass the link between the two halves of an internal transfer>')

    def test_ordinary_user_resets(self):
        payment = self.make_posted()
        with self.assertRaisesRegex(UserError, r'^Posted payments cannot be reset'):
            payment.with_user(self.accountant).action_draft()

    def test_payment_manager_edits_and_resets(self):
        payment = self.make_posted().with_user(self.payment_manager)
        payment.write({'ref': 'Another memo', 'amount': 120.0})
        self.assertEqual((payment.ref, payment.amount, payment.state), ('Another memo', 120.0, 'posted'))
        payment.action_draft()
        self.assertEqual(payment.state, 'draft')

    def test_reconciled_payment(self):
        payment = self.make_reconciled()
        for user in (self.accountant, self.payment_manager):
            with self.assertRaisesRegex(UserError, r'^Cannot modify reconciled payment details.*\(refused: Memo\)'):
                payment.with_user(user).write({'ref': 'Another memo'})
            with self.assertRaisesRegex(
                    UserError, r'^Cannot modify reconciled payment details.*\(refused: Journal Items\)'):
                payment.with_user(user).move_id.line_ids.unlink()

    def test_several_reconciled_payments_are_named_together(self):
        payments = (self.make_reconciled() | self.make_reconciled()).with_user(self.payment_manager)
        with self.assertRaisesRegex(UserError, ', '.join(payments.mapped('name')) + r'\. Unreconcile first'):
            payments.action_draft()

    def test_nothing_is_reconciled_among_no_payments(self):
        self.assertEqual(self.env['account.payment']._guard_reconciled(), self.env['account.payment'])

    def test_free_value_leaves_the_items_alone(self):
        """Odoo brings some free values over to the entry, such as check numbers, and would make its items anew."""
        gold = self.currency_data['currency']
        payment = self.make_posted(currency_id=gold.id, date='2024-03-01')
        draft = self.make_payment(currency_id=gold.id, date='2024-03-01')
        balances = payment.move_id.line_ids.mapped('balance')
        self.env['res.currency.rate'].create({
            'name': '2024-02-20', 'rate': 4.0, 'currency_id': gold.id, 'company_id': self.company.id})
        triggers = (*payment._get_trigger_fields_to_synchronize(), 'narration')
        with patch.object(type(payment), '_get_trigger_fields_to_synchronize', lambda payment: triggers):
            for values in ({'narration': 'Note'}, {'narration': 'Another note', 'amount': payment.amount}):
                (payment | draft).with_user(self.accountant).write(values)
                self.assertEqual(payment.move_id.line_ids.mapped('balance'), balances)
                self.assertEqual(payment.narration, f"<p>{values['narration']}</p>")
            self.assertNotEqual(sorted(draft.move_id.line_ids.mapped('balance')), sorted(balances))
            payment.with_user(self.payment_manager).write({'narration': 'Third note', 'amount': 50.0})
        self.assertEqual(sum(payment.move_id.line_ids.mapped('debit')), 12.5)

    def test_way_out_of_the_reconciled_lock(self):
        """The message names the way out, and the way works."""
        payment = self.make_reconciled().with_user(self.payment_manager)
        message = self.assertRefused(RECONCILED_LOCKED, payment, payment.write, {'ref': 'Another memo'})
        self.assertIn('nreconcile', message)
        payment.move_id.line_ids.remove_move_reconcile()
        payment.write({'ref': 'Another memo'})
        self.assertEqual(payment.ref, 'Another memo')

    def test_partly_reconciled_and_statement_matched(self):
        """Matched in part, matched with the bank, or half of a transfer: reconciled all the same."""
        for payment in (self.make_reconciled(bill_amount=40.0), self.make_matched(), self.make_transfer()):
            for user in (self.accountant, self.payment_manager, self.odoobot):
                acting = self.acting(payment, user)
                self.assertRefused(RECONCILED_LOCKED, payment, acting.write, {'ref': 'Another memo'})
                self.assertRefused((PAYMENT_NO_RESET, RECONCILED_LOCKED), payment, acting.action_draft)
                self.assertRefused((PAYMENT_NO_RESET, RECONCILED_LOCKED), payment, acting.action_cancel)

    def test_reset_of_posted_entry(self):
        bill = self.make_bill()
        with self.assertRaisesRegex(UserError, r'^Posted journal entries cannot be reset to draft'):
            bill.with_user(self.accountant).button_draft()
        self.assertRefused(ENTRY_NO_RESET, bill, bill.with_user(self.bookkeeper).button_cancel)
        bill.with_user(self.payment_manager).button_draft()
        self.assertEqual(bill.state, 'draft')

    def test_money_out_and_in(self):
        """Receipts are guarded like payments, in cash like in bank."""
        for values in ({'payment_type': 'inbound', 'partner_type': 'customer'}, {'journal_id': self.cash_journal.id}):
            payment = self.make_posted(**values)
            self.assertRefusedToEveryoneElse(PAYMENT_LOCKED, payment, lambda acting: acting.write({'amount': 1.0}))

    def test_batch_with_one_posted(self):
        """One posted payment among drafts: nothing of the batch is written."""
        posted, draft = self.make_posted(), self.make_payment()
        self.assertRefused(
            PAYMENT_LOCKED, posted, (draft | posted).with_user(self.accountant).write, {'ref': 'Another memo'})
        self.assertEqual(draft.ref, 'Office rent')

    def test_less_than_the_currency_counts_is_no_change(self):
        """A client sends an amount as it computed it: 100.0000001 is 100."""
        payment = self.make_posted()
        self.assertContentKept(payment, self.acting(payment, self.accountant).write, {'amount': 100.0000001})
        self.assertRefused(PAYMENT_LOCKED, payment, self.acting(payment, self.accountant).write, {'amount': 100.01})

    def test_a_message_names_the_first_of_many(self):
        payments = self.env['account.payment'].concat(*[self.make_posted() for _number in range(NAMES_SHOWN + 2)])
        refused = self.assertRefused(
            PAYMENT_LOCKED, payments[0], payments.with_user(self.accountant).write, {'ref': 'Another memo'})
        self.assertIn('and 2 more', refused)
        self.assertNotIn(payments[NAMES_SHOWN].name, refused)
        few = payments[:NAMES_SHOWN]
        self.assertEqual(few._guard_names(), ', '.join(few.mapped('name')))

    def test_fields_are_named_by_their_labels(self):
        """The message speaks of "Memo" and "Amount", not of technical names."""
        payment = self.make_posted()
        message = self.assertRefused(
            PAYMENT_LOCKED, payment, payment.with_user(self.accountant).write,
            {'ref': 'x', 'amount': 1.0, 'partner_bank_id': False, 'payment_reference': 'x'})
        for label in ('Memo', 'Amount', 'Payment Reference'):
            self.assertIn(label, message)
        for name in ('ref,', 'payment_reference', 'partner_bank_id'):
            self.assertNotIn(name, message)
        self.assertIn('Payment Manager', message)

    def test_form_shows_the_lock(self):
        """The fields of a locked payment are read-only in the form, for those who may not change them."""
        payment = self.make_posted()
        for user, readonly in ((self.accountant, True), (self.payment_manager, False)):
            form = Form(payment.with_user(user), view='account.view_account_payment_form')
            self.assertEqual(form._get_modifier('ref', 'readonly'), readonly, user.name)
        reconciled = Form(self.make_reconciled().with_user(self.payment_manager))
        self.assertTrue(reconciled._get_modifier('ref', 'readonly'))
        self.assertFalse(Form(self.make_payment().with_user(self.accountant))._get_modifier('ref', 'readonly'))
        self.assertIn('Payment Manager', payment.with_user(self.accountant).lock_reason)
