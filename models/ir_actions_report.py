import io
import subprocess
from collections import OrderedDict

import lxml.html
from reportlab.pdfgen import canvas

from odoo import api, models, tools
from odoo.tools.misc import find_in_path
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

VOUCHER_REPORTS = (
    'payment_account_enhanced.report_payment_voucher',
    'payment_account_enhanced.report_payment_voucher_copy',
)
STAMP_HEIGHT = 17  # points above the edge of the paper, inside the bottom margin
HAS_CLASS = "//div[contains(concat(' ', normalize-space(@class), ' '), ' %s ')]"


class IrActionsReport(models.Model):
    """Vouchers with both builds of wkhtmltopdf.

    The patched build repeats letterhead and footer on every page and prints several documents in one call: core's way.
    The unpatched build, which Debian ships, does neither: there the letterhead opens the document, the footer ends it,
    and each voucher is a call of its own.
    """

    _inherit = 'ir.actions.report'

    @api.model
    @tools.ormcache()
    def _is_wkhtmltopdf_patched(self):
        """Return whether the server's wkhtmltopdf was built with the patched Qt."""
        try:
            version = subprocess.run(
                [find_in_path('wkhtmltopdf'), '--version'], capture_output=True, check=True, timeout=10).stdout
        except (OSError, subprocess.SubprocessError):
            return False
        return b'with patched qt' in version

    def get_paperformat(self):
        # EXTENDS base: without a running header the page needs no room for one, and the build knows fewer switches
        if self.report_name in VOUCHER_REPORTS and not self._is_wkhtmltopdf_patched():
            return self.env.ref('payment_account_enhanced.paperformat_voucher_unpatched').sudo()
        return super().get_paperformat()

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # EXTENDS base
        report = self._get_report(report_ref)
        if report.report_name not in VOUCHER_REPORTS:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        payments = self.env['account.payment'].browse(dict.fromkeys(res_ids or ()))
        payments._check_voucher_printable()
        if self._is_wkhtmltopdf_patched() or self.get_wkhtmltopdf_state() == 'install':
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=payments.ids)
        return OrderedDict(
            (payment.id, {'stream': self._print_voucher_unpatched(report, payment, data), 'attachment': None})
            for payment in payments
        )

    def _print_voucher_unpatched(self, report, payment, data):
        """Return the PDF of one voucher, with letterhead and footer in the body, as a stream."""
        rendering = self.with_context(debug=False)
        html = rendering._render_qweb_html(report, payment.ids, data=data)[0]
        bodies, _ids, _header, _footer, arguments = rendering._prepare_html(
            self._put_letterhead_in_body(html), report_model=report.model)
        pdf = self._run_wkhtmltopdf(bodies, report_ref=report, landscape=False, specific_paperformat_args=arguments)
        return self._number_voucher_pages(pdf, payment.voucher_number)

    @api.model
    def _put_letterhead_in_body(self, html):
        """Move the header of a rendered document to the start of its article and the footer to the end."""
        root = lxml.html.fromstring(html, parser=lxml.html.HTMLParser(encoding='utf-8'))
        article = root.xpath(HAS_CLASS % 'article')[0]
        for name in ('header', 'footer'):
            for node in root.xpath(HAS_CLASS % name):
                self._drop_page_numbers(node)
                node.drop_tree()
                if name == 'header' or node.text_content().strip():
                    node.set('class', node.get('class').replace(name, f'pv_{name}', 1))
                    article.insert(0 if name == 'header' else len(article), node)
        return lxml.html.tostring(root, encoding='utf-8')

    @api.model
    def _drop_page_numbers(self, node):
        """Take out "Page: 1 / 2", which nobody fills in without a running footer."""
        for number in node.xpath(".//span[contains(concat(' ', @class, ' '), ' page ')]"):
            number.getparent().drop_tree()

    @api.model
    def _number_voucher_pages(self, pdf, voucher_number):
        """Put voucher number and page number at the foot of each page; a single page needs none.

        :return: stream with the PDF
        """
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        pages = [reader.getPage(index) for index in range(reader.getNumPages())]
        if len(pages) == 1:
            return io.BytesIO(pdf)
        stamps = self._make_page_stamps(voucher_number, pages[0].mediaBox, len(pages))
        writer, stream = PdfFileWriter(), io.BytesIO()
        for index, page in enumerate(pages):
            page.mergePage(stamps.getPage(index))
            writer.addPage(page)
        writer.write(stream)
        return stream

    @api.model
    def _make_page_stamps(self, voucher_number, box, count):
        """Return a PDF of `count` pages of the size `box` that hold nothing but their number, to be laid over."""
        width, packet = float(box.getWidth()), io.BytesIO()
        sheet = canvas.Canvas(packet, pagesize=(width, float(box.getHeight())))
        for index in range(count):
            sheet.setFont('Helvetica', 8)
            sheet.setFillGray(0.4)
            sheet.drawCentredString(width / 2, STAMP_HEIGHT, f'{voucher_number}   {index + 1} / {count}')
            sheet.showPage()
        sheet.save()
        return PdfFileReader(packet, strict=False)
