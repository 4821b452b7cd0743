from odoo.addons.payment_account_enhanced.report.bidi import mark_directions
from odoo.tests import BaseCase, tagged

ARABIC = 'شركة أزور'
BOX = '<span dir="%s" style="display: inline-block">%s</span>'


@tagged('post_install', '-at_install')
class TestVoucherBidi(BaseCase):
    """Runs of the other direction get a box of their own, where the engine needs it."""

    def mark(self, text, rtl, patched=False):
        return str(mark_directions(text, rtl, patched))

    def test_latin_line(self):
        self.assertEqual(self.mark('Rent & fees', rtl=False), 'Rent &amp; fees')
        self.assertEqual(self.mark(f'Rent - {ARABIC} - 5', rtl=False), f'Rent - {BOX % ("rtl", ARABIC)} - 5')
        self.assertEqual(self.mark(ARABIC, rtl=False), BOX % ('rtl', ARABIC))

    def test_arabic_line(self):
        self.assertEqual(self.mark(ARABIC, rtl=True), ARABIC)
        self.assertEqual(
            self.mark(f'{ARABIC} Dollars {ARABIC} Cents', rtl=True),
            f'{ARABIC} {BOX % ("ltr", "Dollars")} {ARABIC} {BOX % ("ltr", "Cents")}')
        self.assertEqual(self.mark(f'Paid $ 5 - {ARABIC}', rtl=True), f'{BOX % ("ltr", "Paid $ 5")} - {ARABIC}')
        self.assertEqual(self.mark('Done!', rtl=True), '<span dir="ltr">Done!</span>')

    def test_patched_engine_needs_no_boxes(self):
        self.assertEqual(self.mark(f'Rent <{ARABIC}>', rtl=False, patched=True), f'Rent &lt;{ARABIC}&gt;')
        self.assertEqual(self.mark(f'{ARABIC} Dollars', rtl=True, patched=True), f'{ARABIC} Dollars')

    def test_markup_is_escaped(self):
        for rtl in (False, True):
            for patched in (False, True):
                self.assertNotIn('<b>', self.mark(f'<b>{ARABIC}<b>x', rtl, patched))

    def test_nothing(self):
        self.assertEqual(self.mark(False, rtl=False), '')
