from odoo.exceptions import UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon


@tagged('post_install', '-at_install')
class TestApprovalDuties(ApprovalCommon):
    """Who took one step may be kept from another: separation of duties."""

    def test_nobody_acts_twice_on_a_large_one(self):
        groups = ','.join(f'payment_account_enhanced.group_payment_{role}' for role in (
            'user', 'reviewer', 'approver', 'authorizer', 'poster'))
        self.people['all'] = self.new_person('all', groups)
        payment = self.new_payment(20000.0)
        everything = self.as_person(payment, 'all')
        everything.action_submit_for_review()
        with self.assertRaisesRegex(UserError, r'from .*10,000\.00 on nobody acts twice'):
            everything.action_review_payment()
        self.as_person(payment, 'reviewer').action_review_payment()
        with self.assertRaisesRegex(UserError, 'nobody acts twice'):
            everything.action_approve_payment()
        self.as_person(payment, 'approver').action_approve_payment()
        with self.assertRaisesRegex(UserError, 'nobody acts twice'):
            everything.action_authorize_payment()
        self.assertEqual(payment.approval_state, 'for_authorization')

    def test_manager_never_twice_on_a_large_one(self):
        payment = self.bring_to(self.new_payment(20000.0), 'under_review')
        manager = self.as_person(payment, 'manager')
        manager.action_review_payment()
        with self.assertRaisesRegex(UserError, 'nobody acts twice'):
            manager.action_approve_payment()
        self.as_person(payment, 'approver').action_approve_payment()
        self.as_person(payment, 'authorizer').action_authorize_payment()
        with self.assertRaisesRegex(UserError, 'nobody acts twice'):
            manager.action_post()
        self.as_person(payment, 'poster').action_post()
        self.assertEqual(payment.state, 'posted')

    def test_manager_never_approves_own(self):
        payment = self.new_payment(100.0)
        manager = self.as_person(payment, 'manager')
        manager.action_submit_for_review()
        manager.action_review_payment()
        with self.assertRaisesRegex(UserError, 'You submitted it'):
            manager.action_approve_payment()
        receipt = self.new_payment(100.0, 'inbound')
        self.as_person(receipt, 'manager').action_submit_for_review()
        with self.assertRaisesRegex(UserError, 'You submitted it'):
            self.as_person(receipt, 'manager').action_review_payment()

    def test_odoobot_is_bound_by_the_duties(self):
        payment = self.new_payment(100.0, 'inbound').with_user(self.env.ref('base.user_root'))
        payment.action_submit_for_review()
        with self.assertRaisesRegex(UserError, 'You submitted it'):
            payment.action_review_payment()

    def test_odoobot_counts_as_a_manager(self):
        """With or without the group."""
        odoobot = self.env.ref('base.user_root')
        odoobot.groups_id -= self.env.ref('payment_account_enhanced.group_payment_manager')
        payment = self.bring_to(self.new_payment(100.0, 'inbound'), 'under_review')
        payment.with_user(odoobot).action_review_payment()
        self.assertEqual(payment.approval_state, 'approved')

    def test_strict_duties_at_any_amount(self):
        self.company.payment_strict_duties = True
        payment = self.bring_to(self.new_payment(100.0), 'for_approval')
        with self.assertRaisesRegex(UserError, 'nobody acts twice on one payment'):
            self.as_person(payment, 'reviewer').action_approve_payment()
        self.as_person(payment, 'approver').action_approve_payment()
        with self.assertRaisesRegex(UserError, 'nobody acts twice on one payment'):
            self.as_person(payment, 'reviewer').action_post()
        self.as_person(payment, 'poster').action_post()
        self.assertEqual(payment.state, 'posted')

    def test_strict_duties_keep_nobody_from_taking_it_back(self):
        self.company.payment_strict_duties = True
        recalled, rejected = self.bring_to(self.new_payment() + self.new_payment(), 'for_approval')
        self.as_person(recalled, 'user').action_recall_payment()
        self.as_person(rejected, 'reviewer')._run_approval('reject', 'Paid already')
        self.assertEqual((recalled.approval_state, rejected.approval_state), ('draft', 'draft'))
