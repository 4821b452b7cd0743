from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..models import payment_approval_machine as machine
from .approval_common import ApprovalCommon


@tagged('post_install', '-at_install')
class TestApprovalStories(ApprovalCommon):

    def test_reviewer_creates_submits_and_reviews(self):
        """The story of the issue: a reviewer's own small payment, an approver follows."""
        reviewer = self.people['reviewer']
        Payment = self.env['account.payment'].with_user(reviewer)
        with Form(Payment.with_context(default_payment_type='outbound', default_partner_type='supplier')) as form:
            form.partner_id = self.partner_a
            form.amount = 250.0
            form.journal_id = self.company_data['default_journal_bank']
        payment = form.record
        payment.action_submit_for_review()
        self.assertEqual(payment.approval_state, 'under_review')
        self.assertIn(payment, Payment.search([('approval_state', '=', 'under_review')]))
        payment.action_review_payment()
        self.assertRecordValues(payment, [{'approval_state': 'for_approval', 'reviewer_id': reviewer.id}])
        self.assertTrue(payment.reviewer_date)
        self.assertTrue(payment.voucher_number)
        with self.assertRaisesRegex(UserError, 'somebody else'):
            payment.action_approve_payment()
        self.as_person(payment, 'approver').action_approve_payment()
        payment.action_post()
        self.assertEqual(payment.state, 'posted')
        self.assertEqual(payment.approval_state, 'posted')

    def test_payment_user_prepares_and_submits(self):
        payment = self.env['account.payment'].with_user(self.people['user']).create({
            'amount': 80.0, 'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': self.partner_a.id,
            'journal_id': self.company_data['default_journal_bank'].id,
        })
        payment.amount = 90.0
        payment.action_submit_for_review()
        self.assertEqual(payment.approval_state, 'under_review')
        with self.assertRaisesRegex(UserError, 'Payment Reviewer'):
            payment.action_review_payment()

    def test_small_by_one_reviewer_for_somebody_else(self):
        payment = self.bring_to(self.new_payment(), 'under_review')
        reviewer = self.as_person(payment, 'reviewer')
        reviewer.action_review_payment()
        reviewer.action_approve_payment()
        reviewer.action_post()
        self.assertEqual(payment.state, 'posted')

    def test_large_takes_three_people(self):
        payment = self.bring_to(self.new_payment(10000.0), 'posted')
        self.assertEqual(self.history_of(payment), [
            ('submit', 'draft', 'under_review'),
            ('review', 'under_review', 'for_approval'),
            ('approve', 'for_approval', 'for_authorization'),
            ('authorize', 'for_authorization', 'approved'),
            ('post', 'approved', 'posted'),
        ])
        self.assertEqual(len(payment.approval_history_ids.user_id), 5)
        self.assertFalse(payment.approval_history_ids.filtered('comments'), 'nobody said anything')
        approvals = payment.approval_history_ids.filtered('content')
        self.assertEqual(set(approvals.mapped('action_type')), {'review', 'approve', 'authorize'}, 'who saw what')
        self.assertEqual(payment.approval_digest, payment._get_content_digest())
        self.assertFalse(payment.approval_history_ids._find_broken())

    def test_cancelled_at_its_entry_it_still_says_who_approved(self):
        """Written by a Payment Manager, past the buttons: no step leads there, and nobody is forgotten."""
        payment = self.bring_to(self.new_payment(), 'posted')
        self.as_person(payment.move_id, 'manager').write({'state': 'cancel'})
        self.assertRecordValues(payment, [{
            'approval_state': 'cancelled', 'submitter_id': self.people['user'].id,
            'reviewer_id': self.people['reviewer'].id, 'approver_id': self.people['approver'].id}])

    def test_name_until_it_is_posted(self):
        """Drafts have no number of the books yet: their voucher number tells them apart."""
        payment = self.bring_to(self.new_payment(), 'approved')
        self.assertIn(f'({payment.voucher_number})', payment.display_name)
        self.bring_to(payment, 'posted')
        self.assertEqual(payment.display_name, payment.name)

    def test_receipt_needs_a_review(self):
        receipt = self.bring_to(self.new_payment(50000.0, 'inbound'), 'approved')
        self.assertEqual(receipt.reviewer_id, self.people['reviewer'])
        self.bring_to(receipt, 'posted')

    def test_rejected_and_submitted_again(self):
        payment = self.bring_to(self.new_payment(), 'for_approval')
        number = payment.voucher_number
        action = self.as_person(payment, 'approver').action_reject_payment()
        Reject = self.env[action['res_model']].with_user(self.people['approver'])
        Reject.with_context(**action['context']).create({'reason': 'Wrong amount'}).action_reject()
        self.assertRecordValues(payment, [{
            'approval_state': 'draft', 'reviewer_id': False, 'submitter_id': False, 'approval_returned': True,
        }])
        self.assertEqual(self.last_row(payment).comments, 'Wrong amount')
        payment.amount = 90.0
        self.bring_to(payment, 'posted')
        self.assertEqual(payment.voucher_number, number)

    def test_rejected_and_cancelled_it_waits_for_nobody(self):
        payment = self.bring_to(self.new_payment(), 'for_approval')
        self.as_person(payment, 'approver')._run_approval('reject', 'Paid already')
        payment.action_cancel()
        self.assertRecordValues(payment, [{'approval_state': 'cancelled', 'approval_returned': False}])
        self.assertFalse(payment.approval_returned)
        self.assertFalse(payment.approval_history_ids._find_broken())

    def test_rejection_draws_no_number(self):
        """A payment of an earlier version may wait without one: its number is drawn when it is submitted anew."""
        payment = self.bring_to(self.new_payment(), 'under_review')
        self.env.flush_all()
        self.env.cr.execute('UPDATE account_payment SET voucher_number = NULL WHERE id = %s', [payment.id])
        payment.invalidate_recordset(['voucher_number'])
        self.as_person(payment, 'reviewer')._run_approval('reject', 'no invoice')
        self.assertFalse(payment.voucher_number)
        self.as_person(payment, 'user').action_submit_for_review()
        self.assertTrue(payment.voucher_number)

    def test_rejection_needs_a_reason(self):
        payment = self.bring_to(self.new_payment(), 'for_approval')
        wizard = self.env['payment.reject'].with_user(self.people['approver']).create({
            'payment_ids': payment.ids, 'reason': '   '})
        with self.assertRaisesRegex(UserError, 'reason'):
            wizard.action_reject()
        with self.assertRaisesRegex(UserError, 'reason'):
            self.as_person(payment, 'approver')._run_approval('reject')

    def test_recall_is_for_the_submitter(self):
        payment = self.bring_to(self.new_payment(), 'for_approval')
        with self.assertRaisesRegex(UserError, 'approval_user'):
            self.as_person(payment, 'manager').action_recall_payment()
        self.as_person(payment, 'user').action_recall_payment()
        self.assertEqual(payment.approval_state, 'draft')
        self.assertEqual(self.last_row(payment).role, machine.SUBMITTER)

    def test_threshold_in_the_currency_of_the_company(self):
        """The company counts in dollars; gold coins are worth half a dollar from 2017 on, a third before."""
        coins = self.currency_data['currency']
        payment = self.new_payment(20000.0, currency_id=coins.id, date=fields.Date.to_date('2017-06-01'))
        self.assertTrue(payment.is_authorization_required)
        self.assertFalse(self.new_payment(
            19999.0, currency_id=coins.id, date=fields.Date.to_date('2017-06-01')).is_authorization_required)
        self.assertFalse(self.new_payment(
            20000.0, currency_id=coins.id, date=fields.Date.to_date('2016-06-01')).is_authorization_required)
        self.bring_to(payment, 'for_authorization')

    def test_two_companies_with_their_own_settings(self):
        other = self.company_data_2['company']
        other.with_user(self.people['manager']).sudo().payment_approval_inbound = False
        other.payment_authorization_threshold = 50.0
        ours = self.new_payment(100.0)
        theirs = self.new_payment(100.0, journal_id=self.company_data_2['default_journal_bank'].id,
                                  partner_bank_id=False)
        self.assertEqual(theirs.company_id, other)
        self.assertRecordValues(ours + theirs, [
            {'is_authorization_required': False}, {'is_authorization_required': True}])
        receipts = self.new_payment(100.0, 'inbound') + self.new_payment(
            100.0, 'inbound', journal_id=self.company_data_2['default_journal_bank'].id)
        self.assertEqual(receipts.mapped('is_approval_required'), [True, False])
        receipts[1].action_post()
        self.assertEqual(receipts[1].approval_state, 'posted')

    def test_person_of_another_company_cannot_act(self):
        stranger = self.company_data_2['company']
        self.people['stranger'] = self.new_person(
            'stranger', 'payment_account_enhanced.group_payment_manager',
            company_id=stranger.id, company_ids=[(6, 0, stranger.ids)])
        payment = self.bring_to(self.new_payment(), 'for_approval')
        with self.assertRaises(UserError):
            self.as_person(payment, 'stranger').action_approve_payment()
        self.assertEqual(payment.approval_state, 'for_approval')

    def test_who_may_not_read_payments_takes_no_step(self):
        payment = self.new_payment()
        outsider = new_test_user(self.env, 'outsider', 'base.group_user')
        for step in ('action_submit_for_review', 'action_reject_payment'):
            with self.subTest(step=step), self.assertRaises(AccessError):
                getattr(payment.with_user(outsider), step)()

    def test_step_of_another_stage(self):
        payment = self.bring_to(self.new_payment(), 'under_review')
        with self.assertRaisesRegex(UserError, 'Its stage is "Under Review"; this step is for .* "For Approval"'):
            self.as_person(payment, 'approver').action_approve_payment()
        unsaved = self.env['account.payment'].new({'amount': 1.0})
        self.assertEqual(unsaved.submit_blocked_reason, 'Save the payment first.')

    def test_stage_that_passed_on_the_screen(self):
        """The form sends the stage that the person saw; a step on another one asks to look again."""
        payment = self.bring_to(self.new_payment(), 'for_approval')
        seen = {'payment_stage_seen': [payment.id, 'under_review']}
        approver = self.as_person(payment, 'approver')
        with self.assertRaisesRegex(UserError, 'its stage is "For Approval" now'):
            approver.with_context(**seen).action_approve_payment()
        seen = {'payment_stage_seen': [payment.id, 'for_approval']}
        dialog = approver.with_context(**seen).action_reject_payment()
        self.assertEqual(dialog['context']['payment_stage_seen'], seen['payment_stage_seen'])
        self.assertNotIn('payment_stage_seen', approver.action_reject_payment()['context'])
        approver.with_context(**seen).action_approve_payment()
        self.assertEqual(payment.approval_state, 'approved')

    def test_dialog_of_a_rejection_opens_for_those_who_may(self):
        with self.assertRaisesRegex(UserError, '"Reject" was refused'):
            self.as_person(self.new_payment(), 'reviewer').action_reject_payment()

    def test_reset_by_a_manager_ends_the_approval(self):
        payment = self.bring_to(self.new_payment(), 'posted')
        self.as_person(payment, 'manager').action_draft()
        self.assertRecordValues(payment, [{
            'state': 'draft', 'approval_state': 'draft', 'submitter_id': False, 'approver_id': False,
        }])
        self.assertEqual(self.history_of(payment)[-1], ('reset', 'posted', 'draft'))
        with self.assertRaisesRegex(UserError, 'not been submitted'):
            self.as_person(payment, 'manager').action_post()
        self.bring_to(payment, 'posted')

    def test_reset_of_what_an_earlier_version_posted(self):
        """No history tells of it, only the names: after a reset nobody has reviewed it."""
        self.company.payment_approval_outbound = False
        payment = self.new_payment()
        payment.action_post()
        self.sql("UPDATE account_payment SET reviewer_id = %s WHERE id = %s", self.people['reviewer'].id, payment.id)
        self.as_person(payment, 'manager').action_draft()
        self.assertRecordValues(payment, [{'approval_state': 'draft', 'reviewer_id': False}])

    def test_cancel_and_back(self):
        payment = self.bring_to(self.new_payment(), 'for_approval')
        self.as_person(payment, 'nobody').action_cancel()
        self.assertEqual(payment.approval_state, 'cancelled')
        self.as_person(payment, 'nobody').action_draft()
        self.assertRecordValues(payment, [{'approval_state': 'draft', 'submitter_id': False}])
        self.assertEqual([row[0] for row in self.history_of(payment)], ['submit', 'review', 'cancel', 'reset'])

    def test_drafts_that_were_never_submitted_are_as_in_odoo(self):
        payment = self.new_payment()
        payment.action_cancel()
        self.assertEqual(payment.approval_state, 'cancelled')
        payment.action_draft()
        self.assertFalse(payment.approval_history_ids)
        payment.unlink()
        self.assertFalse(payment.exists())

    def test_submitted_payments_are_not_deleted(self):
        payment = self.bring_to(self.new_payment(), 'under_review')
        self.as_person(payment, 'user').action_recall_payment()
        with self.assertRaisesRegex(UserError, 'Cancel it instead'):
            payment.unlink()
        with self.assertRaisesRegex(UserError, 'Cancel it instead'):
            payment.move_id.with_context(force_delete=True).unlink()

    def test_copy_starts_clean(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        copy = payment.copy()
        self.assertRecordValues(copy, [{
            'approval_state': 'draft', 'submitter_id': False, 'reviewer_id': False, 'approver_id': False,
            'approval_digest': False,
        }])
        self.assertFalse(copy.approval_history_ids)
