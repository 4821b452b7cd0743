"""What the tests of the voucher share: real PDFs, read back as text."""
import io
import os
import re
import subprocess
import unicodedata
from contextlib import contextmanager
from unittest.mock import patch

from odoo import Command
from odoo.tools import mute_logger
from odoo.tools.misc import find_in_path
from odoo.tools.pdf import PdfFileReader

from .common import PaymentCommon

REPORT = 'payment_account_enhanced.report_payment_voucher'
ENGINE_LOGGER = 'odoo.addons.base.models.ir_actions_report'


def has_program(name):
    try:
        return bool(find_in_path(name))
    except OSError:
        return False


CAN_PRINT = has_program('wkhtmltopdf') and has_program('pdftotext')
WHY_NOT = 'needs wkhtmltopdf and pdftotext (package poppler-utils)'


class VoucherCommon(PaymentCommon):
    """Vendor with a bank account, and PDFs made by the wkhtmltopdf of this machine."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.company.write({'name': 'Harbour Fit-out Company', 'street': '7 Quay Road', 'report_footer': 'Registered'})
        cls.partner_a.write({'name': 'Azure Interior Trading', 'lang': 'en_US'})
        cls.partner_bank = cls.env['res.partner.bank'].create({
            'partner_id': cls.partner_a.id, 'acc_number': 'AE07 0331 2345 6789 0123 456',
            'bank_id': cls.env['res.bank'].create({'name': 'First Quay Bank'}).id,
        })
        # No server answers there: vouchers carry their own style. And nothing on them needs waiting for.
        cls.env['ir.config_parameter'].set_param('report.url', 'http://127.0.0.1:9')
        cls.env['ir.config_parameter'].set_param('report.print_delay', '10')

    @contextmanager
    def printing(self):
        """Let reports be PDFs in tests, without the engine's complaints about this machine in the log."""
        runtime = os.environ.get('XDG_RUNTIME_DIR', '/tmp')
        with patch.dict(os.environ, {'XDG_RUNTIME_DIR': runtime}), mute_logger(ENGINE_LOGGER):
            yield

    def print_pdf(self, payments, user=None, report=REPORT):
        engine = self.env['ir.actions.report'].with_user(user or self.accountant)
        with self.printing():
            content, kind = engine.with_context(force_report_rendering=True)._render_qweb_pdf(report, payments.ids)
        self.assertEqual(kind, 'pdf')
        self.assertEqual(content[:4], b'%PDF')
        return content

    def count_pages(self, pdf):
        return PdfFileReader(io.BytesIO(pdf), strict=False).getNumPages()

    def read_pdf(self, pdf, *arguments):
        """The text of the PDF, every run of white space as one space."""
        text = subprocess.run(
            ['pdftotext', '-layout', '-enc', 'UTF-8', *arguments, '-', '-'],
            input=pdf, capture_output=True, check=True).stdout.decode()
        return re.sub(r'\s+', ' ', text.replace('\N{NO-BREAK SPACE}', ' '))

    def read_letters(self, pdf):
        """The text without spaces and marks of direction, every letter in its basic form: pdftotext spaces Arabic."""
        text = unicodedata.normalize('NFKC', self.read_pdf(pdf, '-raw'))
        return ''.join(letter for letter in text if unicodedata.category(letter) not in ('Cf', 'Zs'))

    def print_text(self, payments, **kwargs):
        return self.read_pdf(self.print_pdf(payments, **kwargs))

    def assertTexts(self, text, *expected):
        for piece in expected:
            with self.subTest(piece=piece):
                self.assertIn(piece, text)

    def pay_bills(self, *amounts, paid=None, **values):
        """A posted payment of bills of these amounts, matched with them in the order given."""
        bills = self.env['account.move'].concat(*(
            self.make_bill(amount, ref=f'SUP-{index}', **values) for index, amount in enumerate(amounts, 1)))
        payment = self.make_posted(amount=paid or sum(amounts), partner_bank_id=self.partner_bank.id, **{
            name: value for name, value in values.items() if name == 'currency_id'})
        self.match_items(payment.move_id | bills)
        return payment, bills

    @classmethod
    def make_other_company_user(cls, login):
        company = cls.env['res.company'].create({'name': f'Company of {login}'})
        user = cls.make_user(login, 'account.group_account_invoice')
        user.write({'company_ids': [Command.set(company.ids)], 'company_id': company.id})
        return user
