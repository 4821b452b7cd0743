from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.account_payment_voucher import SEQUENCES
from .common import PaymentCommon


@tagged('post_install', '-at_install')
class TestVoucherNumber(PaymentCommon):
    """A voucher number is drawn once by the server; nobody chooses, changes or copies it."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.journal = cls.company_data['default_journal_bank']

    def create_payments(self, count=1, **vals):
        return self.env['account.payment'].create([{
            'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': self.partner_a.id,
            'amount': 100.0, 'journal_id': self.journal.id, 'date': '2019-06-01', 'ref': f'memo {index}', **vals,
        } for index in range(count)])

    def assertDistinctNumbers(self, payments, prefix):
        numbers = payments.mapped('voucher_number')
        self.assertEqual(len(set(numbers)), len(payments))
        for number in numbers:
            self.assertRegex(number, rf'^{prefix}\d{{5}}$')

    def test_drafts_have_none(self):
        self.assertFalse(self.create_payments().voucher_number)

    def test_posting_draws_in_order(self):
        payments = self.create_payments(3)
        payments.action_post()
        self.assertDistinctNumbers(payments, 'PV')
        self.assertEqual(payments.mapped('voucher_number'), sorted(payments.mapped('voucher_number')))

    def test_receipts_have_their_own_sequence(self):
        payments = self.create_payments(2, payment_type='inbound', partner_type='customer') + self.create_payments(2)
        payments.action_post()
        self.assertDistinctNumbers(payments[:2], 'RV')
        self.assertDistinctNumbers(payments[2:], 'PV')

    def test_number_stays(self):
        payment = self.create_payments()
        payment._assign_voucher_numbers()
        number = payment.voucher_number
        self.assertTrue(number)
        payment.action_post()
        payment._assign_voucher_numbers()
        payment.invalidate_recordset()
        self.assertEqual(payment.voucher_number, number)

    def test_both_halves_of_a_transfer_are_numbered(self):
        other = self.company_data['default_journal_cash']
        payment = self.create_payments(
            is_internal_transfer=True, destination_journal_id=other.id, partner_id=self.env.company.partner_id.id)
        payment.action_post()
        self.assertDistinctNumbers(payment, 'PV')
        self.assertDistinctNumbers(payment.paired_internal_transfer_payment_id, 'RV')

    def test_invoices_draw_nothing(self):
        sequence = self.env.ref('payment_account_enhanced.seq_payment_voucher')
        before = sequence.number_next_actual
        self.init_invoice('in_invoice', amounts=[100.0], post=True)
        self.assertEqual(sequence.number_next_actual, before)

    def test_future_entries_wait(self):
        payment = self.create_payments(date=fields.Date.add(fields.Date.today(), days=30))
        payment.move_id._post(soft=True)
        self.assertEqual(payment.state, 'draft')
        self.assertFalse(payment.voucher_number)

    def test_nobody_gives_a_number_at_creation(self):
        forged = {'voucher_number': 'PV99999', 'voucher_print_count': 7}
        defaults = {f'default_{name}': value for name, value in forged.items()}
        Payment = self.env['account.payment']
        vals = {'partner_id': self.partner_a.id, 'amount': 5.0, 'journal_id': self.journal.id}
        payments = Payment.create({**vals, **forged}) + Payment.with_context(**defaults).create(vals)
        result = Payment.load(
            ['amount', 'journal_id/.id', 'partner_id/.id', 'voucher_number'],
            [['5', str(self.journal.id), str(self.partner_a.id), 'PV99999']])
        payments += Payment.browse(result['ids'])
        self.assertEqual(len(payments), 3)
        payments.invalidate_recordset()
        for payment in payments:
            self.assertFalse(payment.voucher_number)
            self.assertFalse(payment.voucher_print_count)

    def test_nobody_changes_a_number(self):
        payments = self.create_payments(2)
        payments.action_post()
        for vals in (
            {'voucher_number': 'PV99999'}, {'voucher_number': False}, {'voucher_number': ''},
            {'voucher_number': payments[1].voucher_number}, {'voucher_print_count': 5},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "cannot be changed"):
                payments[0].sudo().write(vals)
        with self.assertRaisesRegex(UserError, "cannot be changed"):
            payments[0].move_id.write({'payment_ids': [Command.update(payments[0].id, {'voucher_number': 'X'})]})
        payments[0].write({'voucher_number': payments[0].voucher_number})

    def test_copy_has_none(self):
        payment = self.create_payments(remarks='for this one only')
        payment.action_post()
        copy = payment.copy({'voucher_number': 'PV99999'})
        self.assertFalse(copy.voucher_number)
        self.assertFalse(copy.remarks)

    def test_taken_numbers_are_skipped(self):
        payments = self.create_payments(3)
        payments.action_post()
        sequence = self.env.ref('payment_account_enhanced.seq_payment_voucher')
        sequence.number_next = int(payments[0].voucher_number[2:])
        later = self.create_payments(2)
        later.action_post()
        self.assertDistinctNumbers(payments + later, 'PV')

    def test_no_gap_and_dated_sequences_work(self):
        sequence = self.env.ref('payment_account_enhanced.seq_payment_voucher')
        sequence.write({'implementation': 'no_gap', 'prefix': 'PV/%(range_year)s/', 'use_date_range': True})
        payments = self.create_payments(2)
        payments.action_post()
        self.assertEqual(payments.mapped('voucher_number'), ['PV/2019/00001', 'PV/2019/00002'])

    def test_the_database_refuses_duplicates(self):
        payments = self.create_payments(2)
        payments.action_post()
        with self.assertRaisesRegex(Exception, 'voucher_number'), mute_logger('odoo.sql_db'), self.cr.savepoint():
            self.cr.execute(
                "UPDATE account_payment SET voucher_number = %s WHERE id = %s",
                [payments[0].voucher_number, payments[1].id])

    def test_numbers_given_twice_by_an_earlier_version(self):
        """They stay; the database watches over the others."""
        payments = self.create_payments(3)
        payments.action_post()
        self.cr.execute("DROP INDEX account_payment_voucher_number_partial")
        self.cr.execute("UPDATE account_payment SET voucher_number = %s WHERE id IN %s",
                        [payments[0].voucher_number, tuple(payments[:2].ids)])
        payments.invalidate_recordset()
        payments.init()
        with self.assertRaisesRegex(Exception, 'voucher_number'), mute_logger('odoo.sql_db'), self.cr.savepoint():
            draft = self.create_payments()
            self.cr.execute("UPDATE account_payment SET voucher_number = %s WHERE id = %s",
                            [payments[2].voucher_number, draft.id])

    def test_sequence_that_somebody_deleted(self):
        self.env.ref(SEQUENCES['outbound']).unlink()
        with self.assertRaisesRegex(UserError, "was deleted. An administrator brings it back by upgrading"):
            self.create_payments().action_post()

    def test_a_batch_costs_two_queries(self):
        self.create_payments()._assign_voucher_numbers()
        for count in (1, 10, 200):
            payments = self.create_payments(count)
            self.env.flush_all()
            payments.mapped('voucher_number')
            with self.subTest(count=count), self.assertQueryCount(2):
                payments._assign_voucher_numbers()
            self.assertDistinctNumbers(payments, 'PV')
            with self.assertQueryCount(0):
                payments._assign_voucher_numbers()
