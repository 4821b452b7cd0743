"""The daily reminder: one mail for each person, and nothing else."""
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.account_payment_approval_reminder import PAYMENTS_SHOWN
from .approval_people import ApprovalPeopleCommon

MORE = r'and -?\d+ more'


@tagged('post_install', '-at_install')
class TestApprovalReminder(ApprovalPeopleCommon):

    def make_late(self, payments, days=10):
        self.env.flush_all()
        self.env.cr.execute('UPDATE account_payment SET approval_stage_date = %s WHERE id IN %s', [
            fields.Datetime.now() - timedelta(days=days), tuple(payments.ids)])
        self.env.invalidate_all()
        return payments

    def remind(self):
        """The mails of one run of the cron to the people of this test."""
        known = self.env['mail.mail'].sudo().search([])
        self.env.ref('payment_account_enhanced.ir_cron_payment_reminder').method_direct_trigger()
        partners = self.env['res.users'].concat(*self.people.values()).partner_id
        return (self.env['mail.mail'].sudo().search([]) - known).filtered(lambda mail: mail.recipient_ids & partners)

    def test_one_mail_for_each_person(self):
        waiting = self.make_late(self.submit(self.make_payments(3)))
        late_approval = self.make_late(self.review(self.make_payment(amount=20000.0)))
        fresh = self.submit(self.make_payment())
        self.company.email = 'payments@example.com'
        mails = self.remind()
        self.assertEqual(mails.recipient_ids, (self.people['reviewer'] | self.people['approver']).partner_id)
        self.assertEqual(mails.mapped('auto_delete'), [True, True])
        self.assertEqual(set(mails.mapped('email_from')), {self.company.email_formatted})
        to_reviewer = mails.filtered(lambda mail: mail.recipient_ids == self.people['reviewer'].partner_id)
        self.assertEqual(to_reviewer.subject, '3 payments wait for you')
        self.assertEqual((mails - to_reviewer).subject, '1 payment waits for you')
        for payment in waiting:
            self.assertIn(payment.voucher_number, to_reviewer.body_html)
        self.assertNotIn(fresh.voucher_number, to_reviewer.body_html)
        self.assertNotIn(late_approval.voucher_number, to_reviewer.body_html)
        self.assertIn(self.partner_a.display_name, to_reviewer.body_html)
        self.assertNotRegex(to_reviewer.body_html, MORE)

    def test_company_without_address(self):
        self.company.email = False
        self.make_late(self.submit(self.make_payment()))
        self.assertEqual(self.remind().email_from, self.env.ref('base.user_root').email_formatted)

    def test_long_lists_are_cut(self):
        self.make_late(self.submit(self.make_payments(PAYMENTS_SHOWN)))
        self.assertNotRegex(self.remind().body_html, MORE)
        for left_out in (1, 2):
            self.make_late(self.submit(self.make_payment()))
            self.assertIn(f'and {left_out} more', self.remind().body_html)

    def test_reminder_changes_nothing_else(self):
        payment = self.make_late(self.submit(self.make_payment()))
        before = (self.fingerprint(payment), payment.message_ids, self.todos(payment), payment.approval_history_ids)
        self.assertTrue(self.remind())
        self.env.invalidate_all()
        self.assertEqual(
            before, (self.fingerprint(payment), payment.message_ids, self.todos(payment), payment.approval_history_ids))

    def test_reminder_keeps_to_the_days_of_the_company(self):
        payment = self.make_late(self.submit(self.make_payment()), days=5)
        self.company.payment_reminder_days = 6
        self.assertFalse(self.remind())
        self.company.payment_reminder_days = 0
        self.assertFalse(self.remind())
        for days in (4, 1):
            self.company.payment_reminder_days = days
            self.assertIn(payment.voucher_number, self.remind().body_html)
