from unittest.mock import patch

from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser

from .tour_common import MODULE, PATIENCE, TourCommon

MINE = f'{MODULE}.action_payment_approval_mine'


class ScreensCommon(TourCommon):

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.people = cls.make_people()
        cls.reviewer = cls.env['res.users'].search([('login', '=', cls.people['reviewer'])])

    def make_submitted(self):
        payment = self.make_payment()
        submitter = self.env['res.users'].search([('login', '=', self.people['user'])])
        payment.with_user(submitter).action_submit_for_review()
        return payment

    def walk(self, action, tour, login):
        """Run a tour on the screen that a window action opens."""
        self.env.flush_all()
        address = f'/web#action={self.env.ref(action).id}&cids={self.company.id}'
        self.start_tour(address, tour, login=login, timeout=PATIENCE)
        self.env.invalidate_all()


@tagged('post_install', '-at_install')
class TestTourPhone(ScreensCommon):
    """On a phone, with a finger."""

    touch_enabled = True

    @staticmethod
    def on_a_phone(navigate):
        """The navigation of the browser, on a screen of 375 by 812: its windows cannot be made as narrow as that."""
        def navigate_on_a_phone(browser, *args, **kwargs):
            browser._websocket_request('Emulation.setDeviceMetricsOverride', params={
                'width': 375, 'height': 812, 'deviceScaleFactor': 1, 'mobile': True})
            return navigate(browser, *args, **kwargs)
        return navigate_on_a_phone

    def test_review_on_a_phone(self):
        payment = self.make_submitted()
        with patch.object(ChromeBrowser, 'navigate_to', self.on_a_phone(ChromeBrowser.navigate_to)):
            self.walk(MINE, 'payment_phone', self.people['reviewer'])  # start_tour()
        self.assertEqual(payment.approval_state, 'for_approval')


@tagged('post_install', '-at_install')
class TestTourKeyboard(ScreensCommon):
    """Without a mouse: each `show` is a start_tour()."""

    def test_steps_with_the_keyboard_alone(self):
        self.reviewer.groups_id |= self.env.ref(f'{MODULE}.group_payment_user')
        payment = self.make_submitted()
        self.show(payment, 'payment_keyboard', self.people['reviewer'])
        self.assertEqual(
            payment.approval_history_ids.sorted('id').mapped('action_type'),
            ['submit', 'reject', 'submit', 'recall', 'submit', 'review'])


@tagged('post_install', '-at_install')
class TestTourRightToLeft(ScreensCommon):
    """In Arabic: each `show` and each `walk` is a start_tour()."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.env['res.lang']._activate_lang('ar_001')
        cls.reviewer.lang = 'ar_001'

    def test_form(self):
        payment = self.make_submitted()
        self.show(payment, 'payment_right_to_left', self.people['reviewer'])
        self.assertEqual(payment.approval_state, 'for_approval')

    def test_board_and_list(self):
        self.make_submitted()
        self.walk(MINE, 'payment_right_to_left_board', self.people['reviewer'])

    def test_settings(self):
        self.make_user('tour_administrator', 'base.group_system,account.group_account_manager').lang = 'ar_001'
        self.walk('account.action_account_config', 'payment_right_to_left_settings', 'tour_administrator')
