import unittest

from odoo.tests import tagged

from .tour_common import TourCommon
from .voucher_common import CAN_PRINT, WHY_NOT, VoucherCommon


@tagged('post_install', '-at_install')
class TestTourVoucher(TourCommon, VoucherCommon):
    """Print Voucher in a real browser: each `show` is a start_tour()."""

    @unittest.skipUnless(CAN_PRINT, WHY_NOT)
    def test_print_voucher_downloads_a_pdf(self):
        payment = self.make_posted()
        with self.printing():
            self.show(payment, 'payment_voucher', 'guard_accountant')
        self.assertEqual(payment.voucher_print_count, 1)
        self.show(payment, 'payment_voucher_printed', 'guard_accountant')
