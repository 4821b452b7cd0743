from odoo.tests import tagged

from .tour_common import PATIENCE, TourCommon

CHAIN = (
    ('user', 'under_review'), ('reviewer', 'for_approval'), ('approver', 'for_authorization'),
    ('authorizer', 'approved'), ('poster', 'posted'),
)


@tagged('post_install', '-at_install')
class TestTourApproval(TourCommon):
    """Approval in a real browser, each step by another person: each `show` is a start_tour()."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.people = cls.make_people()

    def acting_as(self, payments, role):
        return payments.with_user(self.env['res.users'].search([('login', '=', self.people[role])]))

    def test_five_people_bring_a_large_payment_to_posting(self):
        payment = self.make_payment(amount=25000.0)
        for role, after in CHAIN:
            self.show(payment, f'payment_approval_{after}', self.people[role])
            self.assertEqual(payment.approval_state, after)
        self.assertEqual(payment.state, 'posted')
        self.assertEqual(len(payment.approval_history_ids.user_id), 5)

    def test_reject_with_a_reason_and_submit_again(self):
        payment = self.make_payment()
        self.acting_as(payment, 'user').action_submit_for_review()
        self.show(payment, 'payment_reject', self.people['reviewer'])
        self.assertEqual(payment.approval_state, 'draft')
        self.show(payment, 'payment_resubmit', self.people['user'])
        self.assertEqual(
            payment.approval_history_ids.sorted('id').mapped('action_type'), ['submit', 'reject', 'submit'])

    def test_list_action_says_what_went_through_and_why_the_rest_did_not(self):
        draft, first, second = payments = self.make_payment() + self.make_payment() + self.make_payment()
        self.acting_as(first + second, 'user').action_submit_for_review()
        self.env.flush_all()
        action = self.env.ref('account.action_account_payments_payable')
        self.start_tour(
            f'/web#action={action.id}&view_type=list&cids={self.company.id}', 'payment_batch',
            login=self.people['reviewer'], timeout=PATIENCE)
        payments.invalidate_recordset()
        self.assertEqual((first + second).mapped('approval_state'), ['for_approval', 'for_approval'])
        self.assertEqual(draft.approval_state, 'draft')

    def test_register_payment_waits_and_pays_the_bill_when_posted(self):
        bill = self.make_bill()
        self.show(bill, 'payment_register_held', 'guard_invoicing')
        self.assertEqual(bill.payment_state, 'not_paid')
        payment = self.env['account.payment'].search([('partner_id', '=', self.partner_a.id)], order='id desc', limit=1)
        self.assertEqual(payment.approval_state, 'under_review')
        self.acting_as(payment, 'reviewer').action_review_payment()
        self.acting_as(payment, 'approver').action_approve_payment()
        self.acting_as(payment, 'poster').action_post_payment()
        self.assertEqual(bill.payment_state, self.env['account.move']._get_invoice_in_payment_state())
        self.show(bill, 'payment_register_paid', 'guard_invoicing')
