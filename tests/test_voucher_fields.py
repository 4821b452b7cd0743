"""Every field of the voucher on paper: in English and Arabic, for one line and for forty, in two currencies."""
import base64
import itertools
import unicodedata
import unittest
from unittest.mock import patch

from lxml import etree, html

from odoo import fields
from odoo.tests import tagged
from odoo.tools import format_date, formatLang

from .approval_people import ApprovalPeopleCommon
from .voucher_common import CAN_PRINT, REPORT, WHY_NOT, VoucherCommon

PARTS = ('head', 'facts', 'documents', 'items', 'approvals', 'signatures')
# Labels that stand on other vouchers: of an internal transfer, of the other direction, of a copy.
ELSEWHERE = {
    'outbound': {'Receipt Voucher', 'Received from', 'Checked by', 'Paid by'},
    'inbound': {'Payment Voucher', 'Paid to', 'Approved by', 'Received by'},
}
SELDOM = {'COPY', 'From journal', 'To journal', 'In currency'}


def squeeze(text):
    """The text without spaces and marks of direction, each letter in its basic form, as ``read_letters`` has it."""
    text = unicodedata.normalize('NFKC', text)
    return ''.join(letter for letter in text if unicodedata.category(letter) not in ('Cf', 'Zs') and letter != '\n')


@unittest.skipUnless(CAN_PRINT, WHY_NOT)
@tagged('post_install', '-at_install')
class TestVoucherFields(VoucherCommon, ApprovalPeopleCommon):

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.env['res.lang']._activate_lang('ar_001')
        cls.env['ir.module.module'].search([('name', '=', 'payment_account_enhanced')])._update_translations('ar_001')
        cls.partner_bank.allow_out_payment = True

    def make_voucher(self, lang, count, currency, payment_type):
        """A payment of ``count`` documents, approved by several people and posted."""
        self.partner_a.lang = lang
        money, kind = {'currency_id': currency.id}, 'in_invoice' if payment_type == 'outbound' else 'out_invoice'
        bills = self.env['account.move'].concat(*(
            self.make_bill(100.0 + index, kind, ref=f'SUP-{index}', **money) for index in range(count)))
        payment = self.make_payment(
            amount=sum(bills.mapped('amount_total')) - 30.0, payment_type=payment_type, remarks='Handed over in person',
            partner_type='supplier' if payment_type == 'outbound' else 'customer',
            partner_bank_id=payment_type == 'outbound' and self.partner_bank.id, **money)
        self.review(payment)
        if payment_type == 'outbound':
            payment.with_user(self.people['approver']).action_approve_payment()
        payment.with_user(self.people['poster']).action_post_payment()
        self.match_items(payment.move_id | bills)
        return payment, bills

    def labels(self, lang, payment):
        """The fixed texts that this voucher shows, in its language."""
        absent = ELSEWHERE[payment.payment_type] | SELDOM
        found = []
        for part in PARTS:
            view = self.env.ref(f'{REPORT}_{part}')
            pairs = zip(*(etree.fromstring(view.with_context(lang=code).arch).iter(etree.Element)
                          for code in ('en_US', lang)), strict=True)
            found += [other.text.strip() for one, other in pairs
                      if (one.text or '').strip() and one.text.strip() not in absent]
        return found

    def expected(self, lang, payment, bills):
        """Pieces of text that must be on paper, each of which may be broken between its words alone."""
        def money(amount, currency):
            return formatLang(self.env(context={'lang': lang}), amount, currency_obj=currency)

        currency, translated = payment.currency_id, payment.with_context(lang=lang)
        rest = payment.move_id.line_ids.filtered('matched_debit_ids') | payment.move_id.line_ids
        pieces = [
            payment.voucher_number, payment.name, self.partner_a.name, format_date(self.env, payment.date, lang),
            money(payment.amount, currency), translated.currency_id.amount_to_text(payment.amount),
            translated.journal_id.name, translated.payment_method_line_id.name, payment.ref, payment.remarks,
            payment._get_voucher_typed_code(), self.company.name, self.company.street,
            *bills.mapped('name'), *bills.mapped('ref'), *(money(bill.amount_total, currency) for bill in bills),
            money(sum(bills.mapped('amount_residual')), currency),
            *payment.move_id.line_ids.account_id.mapped('code'), *translated.move_id.line_ids.account_id.mapped('name'),
            *(money(item.debit or item.credit, self.company.currency_id) for item in rest),
        ]
        for step in translated._get_voucher_approvals():
            when = fields.Datetime.context_timestamp(payment, step['date'])
            pieces += [step['stage'], step['person'], format_date(self.env, when.date(), lang), when.strftime('%H:%M')]
        return pieces + self.labels(lang, payment)

    def assertOnPaper(self, lang, payment, bills):
        pdf = self.print_pdf(payment)
        paper = self.read_letters(pdf)
        pieces = self.expected(lang, payment, bills)
        self.assertGreater(len(pieces), 50)
        for piece in pieces:
            for word in piece.split():
                with self.subTest(piece=piece, word=word):
                    self.assertIn(squeeze(word.strip(',')), paper)  # an Arabic comma stands at the other end
        if payment.payment_type == 'outbound':
            self.assertIn('****3456', paper)
            self.assertNotIn(squeeze(self.partner_bank.acc_number), paper)
            self.assertNotIn('AE07', paper)
        self.assertEqual(self.count_pages(pdf), 1) if len(bills) == 1 else self.assertIn(self.count_pages(pdf), (2, 3))

    def test_every_field(self):
        own, foreign = self.company.currency_id, self.currency_data['currency']
        for lang, count, currency in itertools.product(('en_US', 'ar_001'), (1, 40), (own, foreign)):
            with self.subTest(lang=lang, count=count, currency=currency.name):
                self.assertOnPaper(lang, *self.make_voucher(lang, count, currency, 'outbound'))

    def test_every_field_of_a_receipt(self):
        for lang in ('en_US', 'ar_001'):
            with self.subTest(lang=lang):
                self.assertOnPaper(lang, *self.make_voucher(lang, 1, self.company.currency_id, 'inbound'))

    def test_picture_of_the_code_is_made_by_odoo(self):
        """The encoder never draws the same twice: what it returned for the code is what stands in the document."""
        payment, _bills = self.make_voucher('en_US', 1, self.company.currency_id, 'outbound')
        report, drawn = type(self.env['ir.actions.report']), {}
        draw = report.barcode

        def watched(engine, symbology, value, **options):
            drawn[symbology, value] = draw(engine, symbology, value, **options)
            return drawn[symbology, value]
        with patch.object(report, 'barcode', watched):
            page = html.fromstring(self.env['ir.actions.report']._render_qweb_html(REPORT, payment.ids)[0])
        [source] = page.xpath("//img[@alt='QR']/@src")
        self.assertEqual(list(drawn), [('QR', payment._get_voucher_code())])
        self.assertEqual(source, f'data:image/png;base64,{base64.b64encode(*drawn.values()).decode()}')
