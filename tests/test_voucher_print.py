import json
import re
import unittest
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.posting_guard import NAMES_SHOWN
from .common import ORDINARY_COLUMNS
from .voucher_common import CAN_PRINT, REPORT, WHY_NOT, VoucherCommon

COPY_REPORT = f'{REPORT}_copy'


@tagged('post_install', '-at_install')
class TestVoucherPrint(VoucherCommon):
    """Who may print what, and what stays of it: the first print is the original, the others are copies on record."""

    def render_html(self, payments, user=None, report=REPORT):
        engine = self.env['ir.actions.report'].with_user(user or self.accountant)
        html = engine._render_qweb_html(report, payments.ids)[0].decode()
        return re.sub('data:[^"]*', '', html)  # pictures may spell anything

    def get_buttons(self, view_type):
        view = {'form': 'account.view_account_payment_form', 'tree': 'account.view_account_payment_tree'}[view_type]
        arch = self.env['account.payment'].with_user(self.accountant).get_view(self.env.ref(view).id, view_type)['arch']
        return etree.fromstring(arch).xpath("//header/button[@name='action_print_payment_voucher']")

    def test_button_in_the_form_shows_when_posted_and_only_then(self):
        [button] = self.get_buttons('form')
        self.assertEqual(button.get('string'), 'Print Voucher')
        self.assertEqual(button.get('invisible'), "state != 'posted'")
        self.assertFalse(button.get('groups'))

    def test_button_in_the_list(self):
        [button] = self.get_buttons('tree')
        self.assertEqual(button.get('string'), 'Print Voucher')

    def test_print_menu(self):
        bindings = self.env['ir.actions.actions'].with_user(self.accountant).get_bindings('account.payment')
        reports = self.env['ir.actions.report'].sudo().browse([action['id'] for action in bindings['report']])
        names = reports.mapped('report_name')
        self.assertIn(REPORT, names)
        self.assertNotIn(COPY_REPORT, names)

    def test_action(self):
        payments = self.make_posted() + self.make_posted()
        for user in (self.accountant, self.invoicing_user, self.payment_manager, self.odoobot):
            action = payments.with_user(user).action_print_payment_voucher()
            self.assertEqual(action['type'], 'ir.actions.report')
            self.assertEqual(action['report_name'], REPORT)
            self.assertEqual(action['context']['active_ids'], payments.ids)

    def test_unposted_payments_are_refused_everywhere(self):
        posted = self.make_posted()
        for refused in (self.make_payment(), self.make_cancelled(), self.make_reset()):
            for payments in (refused, posted + refused):
                with self.subTest(state=refused.state, count=len(payments)):
                    self.assertPrintRefused(payments)
        self.assertFalse(posted.voucher_print_count)

    def assertPrintRefused(self, payments):
        for attempt, arguments in (
            (payments.with_user(self.accountant).action_print_payment_voucher, {}),
            (self.render_html, {'payments': payments}),
            (self.print_pdf, {'payments': payments}),
            (self.print_pdf, {'payments': payments, 'report': COPY_REPORT}),
            (self.print_pdf, {'payments': payments, 'user': self.odoobot}),
        ):
            with self.assertRaisesRegex(UserError, 'No voucher can be printed'):
                attempt(**arguments)

    def test_message_names_the_payment_and_its_state(self):
        draft, cancelled = self.make_payment(), self.make_cancelled()
        with self.assertRaises(UserError) as refusal:
            (draft + cancelled).action_print_payment_voucher()
        self.assertIn('(Draft)', str(refusal.exception))
        self.assertIn('(Cancelled)', str(refusal.exception))
        self.assertIn('Post the payments first', str(refusal.exception))

    def test_nothing_chosen(self):
        with self.assertRaisesRegex(UserError, 'No payment was chosen'):
            self.env['account.payment'].action_print_payment_voucher()
        with self.assertRaisesRegex(UserError, 'No payment was chosen'):
            self.render_html(self.env['account.payment'])

    def test_payments_of_other_companies_are_refused(self):
        payment = self.make_posted()
        stranger = self.make_other_company_user('voucher_stranger')
        for report in (REPORT, COPY_REPORT):
            with self.assertRaises(AccessError):
                self.render_html(payment, user=stranger, report=report)
        employee = self.make_user('voucher_employee', 'base.group_user')
        with self.assertRaises(AccessError):
            payment.with_user(employee).action_print_payment_voucher()

    def test_long_list_of_refused_ones_is_cut(self):
        payments = self.env['account.payment'].union(*[self.make_payment() for _number in range(NAMES_SHOWN + 2)])
        with self.assertRaisesRegex(UserError, r"\(Draft\), 2 more: a voucher certifies"):
            payments._check_voucher_printable()

    def test_server_without_the_program_says_so(self):
        reports = self.env['ir.actions.report']
        with patch('odoo.addons.payment_account_enhanced.models.ir_actions_report.find_in_path', return_value='/none'):
            self.env.registry.clear_cache()
            self.assertFalse(reports._is_wkhtmltopdf_patched())
        self.env.registry.clear_cache()
        with patch.object(type(reports), 'get_wkhtmltopdf_state', lambda self: 'install'), \
                self.assertRaisesRegex(UserError, "Unable to find Wkhtmltopdf"):
            reports.with_context(force_report_rendering=True)._render_qweb_pdf(REPORT, self.make_posted().ids)

    @unittest.skipUnless(CAN_PRINT, WHY_NOT)
    def test_other_reports_are_printed_as_ever(self):
        invoices = self.env.ref('account.account_invoices_without_payment')
        self.assertEqual(invoices.get_paperformat(), invoices.paperformat_id or self.company.paperformat_id)
        with self.printing():
            pdf, kind = invoices.with_context(force_report_rendering=True)._render_qweb_pdf(
                invoices.report_name, self.make_bill(move_type='out_invoice').ids)
        self.assertEqual((pdf[:4], kind), (b'%PDF', 'pdf'))

    def test_empty_footer_is_left_out(self):
        html = '<div><div class="header">A</div><div class="article">B</div><div class="footer"> </div></div>'
        body = self.env['ir.actions.report']._put_letterhead_in_body(html.encode()).decode()
        self.assertIn('pv_header', body)
        self.assertNotIn('footer', body)

    def test_first_print_is_the_original_then_copies(self):
        payment = self.make_reconciled()
        ignored = ORDINARY_COLUMNS | {'voucher_print_count'}
        before = self.fingerprint(payment, ignored)
        self.assertNotIn('COPY', self.render_html(payment))
        self.assertIn('COPY', self.render_html(payment, user=self.invoicing_user))
        self.assertRegex(self.render_html(payment), r'COPY\s+2')
        self.assertEqual(payment.voucher_print_count, 3)
        lines = [str(body) for body in payment.message_ids.sorted('id').mapped('body') if 'printed' in body]
        self.assertEqual(len(lines), 3)
        self.assertIn('the original', lines[0])
        self.assertIn('copy 1', lines[1])
        self.assertIn('copy 2', lines[2])
        messages = payment.message_ids.sorted('id').filtered(lambda message: 'printed' in message.body)
        self.assertEqual(messages.author_id, (self.accountant | self.invoicing_user).partner_id)
        self.assertEqual(self.fingerprint(payment, ignored), before)

    def test_readers_may_print(self):
        payment = self.make_posted()
        reader = self.make_user('voucher_reader', 'base.group_user,account.group_account_readonly')
        self.assertIn(payment.voucher_number, self.render_html(payment, user=reader))

    def test_copy_report_never_uses_up_the_original(self):
        payment = self.make_posted()
        self.assertIn('COPY', self.render_html(payment, report=COPY_REPORT))
        self.assertFalse(payment.voucher_print_count)
        self.assertNotIn('COPY', self.render_html(payment))

    def test_old_payments_get_their_number_when_printed(self):
        payment = self.make_posted()
        self.env.cr.execute("UPDATE account_payment SET voucher_number = NULL WHERE id = %s", [payment.id])
        payment.invalidate_recordset()
        html = self.render_html(payment)
        self.assertTrue(payment.voucher_number)
        self.assertIn(payment.voucher_number, html)

    def test_prints_are_counted_in_a_constant_number_of_queries(self):
        def count_queries(number):
            payments = self.env['account.payment'].concat(*(self.make_posted() for _index in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            payments._register_voucher_print()
            self.env.flush_all()
            return self.cr.sql_log_count - before
        count_queries(1)
        self.assertEqual(count_queries(10), count_queries(3))


@unittest.skipUnless(CAN_PRINT, WHY_NOT)
@tagged('post_install', '-at_install')
class TestVoucherPdf(VoucherCommon, HttpCase):
    """Several vouchers in one PDF, and the download as a browser does it."""

    def test_several_in_one(self):
        payments = self.make_posted() + self.pay_bills(*range(100, 140))[0] + self.make_posted(
            payment_type='inbound', partner_type='customer')
        pdf = self.print_pdf(payments)
        text = self.read_pdf(pdf)
        self.assertGreaterEqual(self.count_pages(pdf), 4)
        positions = [text.index(number) for number in payments.mapped('voucher_number')]
        self.assertEqual(positions, sorted(positions))
        self.assertNotIn('COPY', text)

    def test_one_payment_twice_is_one_voucher(self):
        payment = self.make_posted()
        self.assertEqual(self.count_pages(self.print_pdf(payment + payment)), 1)

    def test_copy_is_marked_on_paper(self):
        payment = self.make_posted()
        self.assertNotIn('COPY', self.print_text(payment))
        self.assertIn('COPY 1', self.print_text(payment))

    def test_every_layout_of_the_company(self):
        payment = self.make_posted()
        if self.env['ir.actions.report']._is_wkhtmltopdf_patched():
            # A running header needs the assets to be in its place. (The other build draws their fonts as outlines.)
            self.env['ir.config_parameter'].set_param('report.url', self.base_url())
        for name in ('standard', 'bold', 'boxed', 'striped'):
            self.company.external_report_layout_id = self.env.ref(f'web.external_layout_{name}')
            pdf = self.print_pdf(payment)
            with self.subTest(layout=name):
                self.assertEqual(self.count_pages(pdf), 1)
                self.assertTexts(self.read_letters(pdf), 'HarbourFit-outCompany', 'Registered', payment.voucher_number)

    def test_download_by_an_ordinary_accountant(self):
        payment = self.make_posted()
        self.authenticate(self.accountant.login, f'{self.accountant.login}-password')
        context = json.dumps({'force_report_rendering': True})
        with self.printing():
            response = self.url_open(f'/report/pdf/{REPORT}/{payment.id}?context={context}', timeout=60)
        self.assertEqual(response.headers['Content-Type'], 'application/pdf')
        self.assertIn(payment.voucher_number, self.read_pdf(response.content))
        self.assertEqual(payment.voucher_print_count, 1)

    def test_download_of_a_draft_is_refused(self):
        draft = self.make_payment()
        self.authenticate(self.accountant.login, f'{self.accountant.login}-password')
        for converter in ('pdf', 'html', 'text'):
            with mute_logger('odoo.http'):
                response = self.url_open(f'/report/{converter}/{REPORT}/{draft.id}', timeout=60)
            self.assertNotEqual(response.status_code, 200, converter)
            self.assertNotIn('Office rent', response.text)
