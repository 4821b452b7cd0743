import unittest

from odoo import Command
from odoo.tests import tagged
from odoo.tools import format_date

from .voucher_common import CAN_PRINT, WHY_NOT, VoucherCommon


@unittest.skipUnless(CAN_PRINT, WHY_NOT)
@tagged('post_install', '-at_install')
class TestVoucherReport(VoucherCommon):
    """What stands on the paper, read from real PDFs."""

    def test_every_field_of_a_payment(self):
        payment, bills = self.pay_bills(1000.0, 300.0, paid=1200.5)
        text = self.print_text(payment)
        self.assertTexts(
            text, 'Payment Voucher', payment.voucher_number,
            'Paid to Azure Interior Trading', 'Date 03/01/2024', f'Entry number {payment.name}', 'First Quay Bank',
            'Bank account **** 3456', '$ 1,200.50', 'One Thousand, Two Hundred Dollars and Fifty Cents',
            f'Journal {self.bank_journal.name}', f'Method {payment.payment_method_line_id.name}', 'Memo Office rent',
            'Paid documents', 'Journal items', 'Debit', 'Credit', 'Total $ 1,200.50 $ 1,200.50',
            'Approval', 'Prepared', payment.create_uid.name, payment._get_voucher_typed_code(),
            'Prepared by', 'Approved by', 'Received by',
            f'{bills[0].name} SUP-1 02/01/2024 $ 1,000.00 $ 1,000.00 $ 0.00',
            f'{bills[1].name} SUP-2 02/01/2024 $ 300.00 $ 200.50 $ 99.50',
        )
        for item in payment.move_id.line_ids:
            self.assertTexts(text, item.account_id.code, *item.account_id.name.split())

    def test_receipt_has_its_own_words(self):
        payment = self.make_posted(payment_type='inbound', partner_type='customer')
        text = self.print_text(payment)
        self.assertTexts(
            text, 'Receipt Voucher', 'Received from Azure Interior Trading', 'Checked by', 'Paid by', 'RV')
        self.assertNotIn('Payment Voucher', text)
        self.assertNotIn('Paid to', text)

    def test_colours_differ(self):
        payments = self.make_posted() + self.make_posted(payment_type='inbound', partner_type='customer')
        html = self.env['ir.actions.report']._render_qweb_html(
            'payment_account_enhanced.report_payment_voucher', payments.ids)[0].decode()
        self.assertEqual((html.count('pv_payment'), html.count('pv_receipt')), (1, 1))
        self.assertIn('#1d4f80', html)
        self.assertIn('#1f6b45', html)

    def test_account_number_is_masked(self):
        payment = self.make_posted(partner_bank_id=self.partner_bank.id)
        text = self.print_text(payment).replace(' ', '')
        self.assertIn('****3456', text)
        for part in ('AE07', '0331', '6789', '0123'):
            self.assertNotIn(part, text)

    def test_short_account_numbers_are_hidden(self):
        self.partner_bank.allow_out_payment = False
        for number, shown in (('12345', '**** 2345'), ('1234', '****'), ('12', '**')):
            self.partner_bank.acc_number = number
            payment = self.make_payment(partner_bank_id=self.partner_bank.id)
            self.assertEqual(payment._get_voucher_account(), shown)

    def test_remarks(self):
        payment = self.make_payment(remarks='Cheque handed over\nat the front desk')
        payment.action_post()
        self.assertTexts(self.print_text(payment), 'Remarks', 'Cheque handed over', 'at the front desk')

    def test_foreign_currency(self):
        currency = self.currency_data['currency']
        payment, bills = self.pay_bills(600.0, currency_id=currency.id, paid=500.0)
        text = self.print_text(payment)
        item = payment._seek_for_lines()[1]
        self.assertNotEqual(item.debit, 500.0)
        self.assertTexts(
            text, 'In currency', f'500.000 {currency.symbol}', f'$ {item.debit:,.2f}', 'Five Hundred Gold',
            f'{bills.name} SUP-1 02/01/2024 600.000 {currency.symbol} 500.000 {currency.symbol} 100.000')

    def test_bill_in_another_currency(self):
        currency = self.currency_data['currency']
        bill = self.make_bill(600.0, currency_id=currency.id)
        payment = self.make_posted(amount=50.0)
        self.match_items(payment.move_id | bill)
        [row] = payment._get_voucher_documents()[payment.id]
        self.assertEqual((row['move'], row['currency'], row['paid']), (bill, currency, 50.0))
        self.assertAlmostEqual(row['settled'] + row['rest'], 600.0)
        self.assertTexts(self.print_text(payment), bill.name, '$ 50.00', '600.000')

    def test_entry_that_is_no_invoice(self):
        """An opening balance, say: total and rest are those of its items."""
        data = self.company_data
        entry = self.make_entry(post=True, line_ids=[
            Command.create({'account_id': account.id, 'partner_id': self.partner_a.id, 'balance': balance})
            for account, balance in (
                (data['default_account_payable'], -150.0), (data['default_account_expense'], 150.0))])
        payment = self.make_posted()
        self.match_items(payment.move_id | entry)
        [row] = payment._get_voucher_documents()[payment.id]
        self.assertEqual((row['move'], row['total'], row['rest']), (entry, 150.0, 50.0))

    def test_exchange_differences_are_no_documents(self):
        currency = self.currency_data['currency']
        bill = self.make_bill(600.0, currency_id=currency.id, invoice_date='2016-02-01', date='2016-02-01')
        payment = self.make_posted(amount=600.0, currency_id=currency.id)
        self.match_items(payment.move_id | bill)
        self.assertTrue((bill.line_ids.matched_debit_ids | bill.line_ids.matched_credit_ids).exchange_move_id)
        self.assertEqual([row['move'] for row in payment._get_voucher_documents()[payment.id]], [bill])
        with self.subTest("where Odoo once kept them"):
            self.cr.execute('''
                UPDATE account_full_reconcile f SET exchange_move_id = p.exchange_move_id
                  FROM account_partial_reconcile p
                 WHERE p.full_reconcile_id = f.id AND p.exchange_move_id IS NOT NULL''')
            self.cr.execute('UPDATE account_partial_reconcile SET exchange_move_id = NULL')
            self.env.invalidate_all()
            self.assertEqual([row['move'] for row in payment._get_voucher_documents()[payment.id]], [bill])

    def test_bank_matching_is_no_document(self):
        self.assertEqual(self.make_matched()._get_voucher_documents().popitem()[1], [])

    def test_internal_transfer(self):
        payment = self.make_transfer()
        text = self.print_text(payment + payment.paired_internal_transfer_payment_id)
        self.assertTexts(text, f'To journal {self.cash_journal.name}', f'From journal {self.bank_journal.name}')
        self.assertNotIn('Paid documents', text)

    def test_one_page_for_an_ordinary_payment(self):
        payment, _bills = self.pay_bills(100.0, 200.0, 300.0)
        self.assertEqual(self.count_pages(self.print_pdf(payment)), 1)

    def test_forty_documents(self):
        payment, bills = self.pay_bills(*range(100, 140))
        pdf = self.print_pdf(payment)
        text = self.read_pdf(pdf)
        self.assertIn(self.count_pages(pdf), (2, 3))
        for bill in bills:
            self.assertEqual(text.count(f'{bill.name} {bill.ref} 02/01/2024'), 1, bill.name)
        self.assertTexts(text, '$ 4,780.00', 'Received by')
        last = self.count_pages(pdf)
        self.assertIn('Received by', self.read_pdf(pdf, '-f', str(last)))
        patched = self.env['ir.actions.report']._is_wkhtmltopdf_patched()
        self.assertIn(f'{"Page:" if patched else payment.voucher_number} {last} / {last}', text)

    def test_arabic(self):
        self.env['res.lang']._activate_lang('ar_001')
        self.partner_a.write({'lang': 'ar_001', 'name': 'شركة أزور'})
        payment, bills = self.pay_bills(120.0)
        pdf = self.print_pdf(payment)
        self.assertEqual(self.count_pages(pdf), 1)
        self.assertTexts(
            self.read_pdf(pdf, '-raw'), payment.voucher_number, payment.name, '$ 120.00', '**** 3456', bills.name)
        words = payment.currency_id.with_context(lang='ar_001').amount_to_text(120.0).split()
        for word in ('شركة', 'أزور', words[0], words[2]):
            self.assertIn(word, self.read_letters(pdf))
        html = self.env['ir.actions.report']._render_qweb_html(
            'payment_account_enhanced.report_payment_voucher', payment.ids)[0].decode()
        self.assertIn('dir="rtl"', html)
        self.assertIn(format_date(self.env, payment.date, lang_code='ar_001'), html)

    def test_documents_of_many_payments_in_one_batch(self):
        def count_queries(number):
            payments = self.env['account.payment'].concat(*(self.pay_bills(100.0)[0] for _index in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            documents = payments._get_voucher_documents()
            self.assertTrue(all(len(documents[payment.id]) == 1 for payment in payments))
            return self.cr.sql_log_count - before
        count_queries(1)
        self.assertEqual(count_queries(12), count_queries(3))
