import re

from odoo.exceptions import UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon


@tagged('post_install', '-at_install')
class TestApprovalContent(ApprovalCommon):
    """What was approved is what is posted: nobody changes it on the way, and what changed is told."""

    def assertNotPosted(self, payment, reason):
        with self.assertRaisesRegex(UserError, reason):
            self.as_person(payment, 'poster').action_post()
        self.assertEqual(payment.approval_state, 'approved')

    def test_content_is_frozen_in_approval(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        for values in ({'amount': 1.0}, {'date': '2020-01-01'}, {'ref': 'else'}, {'partner_id': self.partner_b.id},
                       {'remarks': 'else'}, {'payment_type': 'inbound'}):
            for role in ('manager', 'nobody'):
                with self.subTest(values=values, role=role), self.assertRaisesRegex(UserError, 'is in approval'):
                    self.as_person(payment, role).write(values)
        with self.assertRaisesRegex(UserError, 'refused: Amount.*approval_user.* recalls it'):
            payment.amount = 1.0
        with self.assertRaisesRegex(UserError, 'refused: Journal Items'):
            payment.move_id.line_ids.unlink()
        with self.assertRaisesRegex(UserError, 'is in approval'):
            payment.move_id.line_ids[0].name = 'else'
            self.env.flush_all()
        with self.assertRaisesRegex(UserError, 'is in approval'):
            payment.move_id.write({'date': '2020-01-01'})
        self.as_person(payment, 'manager').message_post(body='Please hurry')
        self.assertTrue(payment.is_locked)

    def test_bank_account_changed_after_approval(self):
        untrusted = self.env['res.partner.bank'].create({
            'acc_number': 'GB33BUKB20201555555556', 'partner_id': self.partner_a.id})
        for account, values, shown in (
            (untrusted, {'acc_number': 'GB94BARC10201530093459'}, 'GB94BARC10201530093459'),
            (untrusted, {'allow_out_payment': True}, 'Trust in the Recipient Bank Account: No → Yes'),
            (self.bank_account, {'allow_out_payment': False}, 'Trust in the Recipient Bank Account: Yes → No'),
        ):
            with self.subTest(values=values):
                payment = self.bring_to(self.new_payment(partner_bank_id=account.id), 'approved')
                account.write(values)
                self.assertRecordValues(payment, [{
                    'approval_state': 'under_review', 'reviewer_id': False, 'approver_id': False,
                }])
                self.assertIn('Sent back to review on', payment.approval_return_text)
                with self.assertRaisesRegex(UserError, shown):
                    self.as_person(payment, 'poster').action_post()
                self.assertEqual(self.history_of(payment)[-1], ('return', 'approved', 'under_review'))
                self.bring_to(payment, 'posted')

    def test_bank_account_changed_in_what_nobody_approved(self):
        payment = self.bring_to(self.new_payment(partner_bank_id=self.bank_account.id), 'approved')
        self.bank_account.acc_holder_name = 'Another Name'
        self.bank_account.allow_out_payment = True
        self.bank_account.browse().acc_number = 'GB94BARC10201530093459'
        self.assertEqual(payment.approval_state, 'approved')
        self.env.flush_all()
        with self.assertQueryCount(1):  # the update alone: nobody looks for payments
            self.bank_account.sequence = 11
            self.bank_account.flush_recordset()

    def test_partner_changed_behind_the_back_is_named(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        self.sql("UPDATE account_payment SET partner_id = %s WHERE id = %s", self.partner_b.id, payment.id)
        self.assertNotPosted(payment, f'{self.partner_a.display_name} → {self.partner_b.display_name}')

    def test_account_taken_off_behind_the_back_is_named(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        self.sql("UPDATE account_payment SET partner_bank_id = NULL WHERE id = %s", payment.id)
        account = re.escape(self.bank_account.display_name)
        self.assertNotPosted(payment, f'Recipient Bank Account: {account} → empty; ')
        self.assertNotPosted(payment, 'Trust in the Recipient Bank Account: Yes → No')

    def test_items_are_named_where_nothing_else_tells_the_difference(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        self.sql("UPDATE account_move_line SET partner_id = %s WHERE move_id = %s AND debit > 0",
                 self.partner_b.id, payment.move_id.id)
        self.assertNotPosted(payment, r"Changed since the approval: Journal Items\.")
        self.sql("UPDATE account_move SET ref = 'else' WHERE id = %s", payment.move_id.id)
        self.assertNotPosted(payment, r"Changed since the approval: Memo: empty → else\.")

    def test_approval_that_is_not_on_record_approves_nothing(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        self.sql("DELETE FROM payment_approval_history WHERE payment_id = %s", payment.id)
        self.assertNotPosted(payment, "No approval of this content is on record")

    def test_approved_content_that_is_not_on_record_approves_nothing(self):
        """Where the digest is another one but no value differs, the record itself was changed."""
        payment = self.bring_to(self.new_payment(), 'approved')
        self.sql("UPDATE payment_approval_history SET digest = 'other' WHERE payment_id = %s", payment.id)
        self.assertNotPosted(payment, "The approved content is not on record any more")

    def test_digest_is_that_of_the_newest_approval(self):
        payment = self.new_payment()
        self.assertFalse(payment.approval_digest or payment.new({}).approval_digest)
        for state in ('for_approval', 'approved'):
            self.bring_to(payment, state)
            self.assertEqual(payment.approval_digest, self.last_row(payment).digest, state)
        self.assertTrue(payment.approval_digest)

    def test_step_is_taken_where_the_content_is_the_same_and_nowhere_else(self):
        account = self.bank_account.copy({'acc_number': 'GB33BUKB20201555555556'})
        changed, same = self.new_payment(20000.0, partner_bank_id=account.id), self.new_payment(20000.0)
        self.bring_to(changed | same, 'for_authorization')
        self.sql("UPDATE res_partner_bank SET sanitized_acc_number = '1' WHERE id = %s", account.id)
        self.as_person(changed | same, 'authorizer').action_authorize_payment()
        self.assertEqual(same.approval_state, 'approved')
        self.assertEqual(
            [row[0] for row in self.history_of(changed)], ['submit', 'review', 'approve', 'return'])

    def test_content_changed_behind_the_back(self):
        """In SQL, past every hook: posting refuses, and the button sends the payment back to review."""
        payment = self.bring_to(self.new_payment(), 'approved')
        self.sql("UPDATE res_partner_bank SET sanitized_acc_number = 'GB94BARC10201530093459' WHERE id = %s",
                 self.bank_account.id)
        self.assertNotPosted(payment, 'GB94BARC10201530093459')
        answer = self.as_person(payment, 'poster').action_post_payment()
        self.assertIn('GB94BARC10201530093459', answer['params']['message'])
        self.assertEqual(payment.approval_state, 'under_review')
        self.assertEqual(payment.state, 'draft')
