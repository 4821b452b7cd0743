from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import PaymentCommon


@tagged('post_install', '-at_install')
class TestVoucherDigest(PaymentCommon):
    """The digest is a function of the content: of all of it, and of nothing else."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.bank, cls.other_bank = cls.env['res.partner.bank'].create([
            {'partner_id': cls.partner_a.id, 'acc_number': number} for number in ('AE07 0331 2345', 'AE99 1111')])
        cls.payment = cls.env['account.payment'].create(cls.payment_vals())

    @classmethod
    def payment_vals(cls, **vals):
        return {
            'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': cls.partner_a.id, 'amount': 100.0,
            'journal_id': cls.company_data['default_journal_bank'].id, 'date': '2019-06-01', 'ref': 'rent',
            'partner_bank_id': cls.bank.id, **vals,
        }

    def test_form(self):
        self.assertRegex(self.payment._get_content_digest(), r'^[0-9a-f]{64}$')

    def test_every_part_of_the_content_counts(self):
        digests = {self.payment._get_content_digest()}
        changes = [
            {'amount': 100.01}, {'date': '2019-06-02'}, {'partner_id': self.partner_b.id}, {'ref': 'rent '},
            {'journal_id': self.company_data['default_journal_cash'].id},
            {'currency_id': self.currency_data['currency'].id},
            {'payment_type': 'inbound', 'partner_type': 'customer'}, {'partner_bank_id': self.other_bank.id},
            {'destination_account_id': self.copy_account(self.company_data['default_account_payable']).id},
        ]
        for change in changes:
            digests.add(self.env['account.payment'].create(self.payment_vals(**change))._get_content_digest())
        self.bank.allow_out_payment = not self.bank.allow_out_payment
        digests.add(self.payment._get_content_digest())
        self.bank.allow_out_payment = False
        self.bank.acc_number = 'AE07 0331 2346'
        digests.add(self.payment._get_content_digest())
        self.assertEqual(len(digests), len(changes) + 3)

    def test_amounts_have_one_form(self):
        """Nothing is nothing, whatever it is called: an amount has the decimals of its currency and no sign at zero."""
        dollar, none = self.env.ref('base.USD'), self.env['res.currency']
        for amount, currency, text in ((100, dollar, '100.00'), (-0.0, dollar, '0.00'), (-0.004, dollar, '0.00'),
                                       (1.5, none, '1.50'), (-0.0, none, '0.00')):
            with self.subTest(amount=amount, currency=currency.name):
                self.assertEqual(currency._format_digest_amount(amount), text)

    def test_write_off_counts(self):
        before = self.payment._get_content_digest()
        vals = self.payment_vals(write_off_line_vals=[{
            'name': 'bank fee', 'account_id': self.company_data['default_account_expense'].id,
            'partner_id': self.partner_a.id, 'amount_currency': 5.0, 'balance': 5.0,
            'currency_id': self.env.company.currency_id.id,
        }])
        self.assertNotEqual(self.env['account.payment'].create(vals)._get_content_digest(), before)

    def test_posting_keeps_it(self):
        before = self.payment._get_content_digest()
        self.payment.action_post()
        self.env.flush_all()
        self.payment.invalidate_recordset()
        self.assertEqual(self.payment._get_content_digest(), before)

    def test_remarks_number_and_language_keep_it(self):
        before = self.payment._get_content_digest()
        self.env['res.lang']._activate_lang('ar_001')
        self.payment.remarks = 'please hurry'
        self.payment._assign_voucher_numbers()
        self.assertEqual(self.payment.with_context(lang='ar_001', tz='Asia/Dubai')._get_content_digest(), before)

    def test_everybody_computes_the_same(self):
        user = new_test_user(
            self.env, 'digest_reader', groups='base.group_user,account.group_account_readonly',
            company_id=self.env.company.id, company_ids=[Command.set(self.env.company.ids)])
        self.assertEqual(
            self.payment.with_user(user)._get_content_digest(), self.payment._get_content_digest())

    def test_every_key_has_a_label(self):
        labels = self.payment._get_content_labels()
        self.assertEqual(set(labels), set(self.payment._get_content_values()))
        self.assertTrue(all(labels.values()))

    def test_a_batch_costs_no_query_for_each(self):
        def count_queries(number):
            payments = self.env['account.payment'].create([self.payment_vals() for _index in range(number)])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            digests = [payment._get_content_digest() for payment in payments]
            self.assertEqual(len(set(digests)), 1)
            return self.cr.sql_log_count - before
        count_queries(1)
        self.assertEqual(count_queries(30), count_queries(2))
