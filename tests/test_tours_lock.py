from odoo.tests import tagged
from odoo.tools import mute_logger

from .tour_common import TourCommon


@tagged('post_install', '-at_install')
class TestTourLock(TourCommon):
    """What people see of the lock, in a real browser: each `show` is a start_tour()."""

    def test_locked_posted_payment(self):
        self.show(self.make_posted(), 'payment_locked', 'guard_accountant')

    def test_stale_form_is_refused_on_save(self):
        payment = self.make_payment()
        with mute_logger('odoo.http'):
            self.show(payment, 'payment_stale_form', 'guard_accountant')
        self.assertRecordValues(payment, [{'state': 'posted', 'ref': 'Office rent'}])

    def test_manager_edits_and_resets_with_a_reason(self):
        payment = self.make_posted()
        self.show(payment, 'payment_manager', 'guard_manager')
        self.assertEqual(payment.state, 'draft')
        overrides = self.env['payment.override'].search([('payment_id', '=', payment.id)], order='id')
        memo, reset = overrides.filtered(lambda row: row.field_name == 'account.payment.ref')[:1], overrides[-1]
        self.assertRecordValues(memo, [{'old_value': 'Office rent', 'new_value': 'Office rent, March'}])
        self.assertRecordValues(reset, [{
            'action_type': 'reset', 'reason': 'Wrong bank account', 'user_id': self.payment_manager.id}])
