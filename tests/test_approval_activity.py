"""People find their work: to-dos, chatter and mails."""
import json
import logging

from odoo import fields
from odoo.exceptions import MissingError
from odoo.tests import tagged

from ..models.account_payment_approval_activity import (
    PEOPLE_TOLD,
    QUIET,
    QUIET_KEY,
    REJECTION,
    RETURNED,
    TODO,
)
from .approval_people import ROLE, ApprovalPeopleCommon

_logger = logging.getLogger(__name__)


@tagged('post_install', '-at_install')
class TestApprovalActivity(ApprovalPeopleCommon):

    # -- to-dos ----------------------------------------------------------------------------------------------------

    def test_todo_follows_the_stage(self):
        payment = self.make_payment(amount=20000.0)
        self.assertFalse(self.todos(payment))
        for role, action, label in (
            ('reviewer', 'action_review_payment', 'Review'), ('approver', 'action_approve_payment', 'Approve'),
            ('authorizer', 'action_authorize_payment', 'Authorize'), ('poster', 'action_post_payment', 'Post'),
        ):
            if role == 'reviewer':
                self.submit(payment)
            with self.subTest(role=role):
                self.assertEqual(self.todos(payment).user_id, self.people[role])
                self.assertTrue(self.todos(payment).summary.startswith(f'{label}: '), self.todos(payment).summary)
                self.assertRecordValues(self.todos(payment), [{
                    'date_deadline': fields.Date.context_today(payment), 'automated': True,
                }])
            getattr(payment.with_user(self.people[role]), action)()
        self.assertEqual(payment.state, 'posted')
        self.assertFalse(self.todos(payment))

    def test_todo_says_what_to_do_in_the_language_of_the_person(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.env['ir.module.module'].search([('name', '=', 'payment_account_enhanced')])._update_translations('fr_FR')
        self.people['reviewer'].lang = 'fr_FR'
        payment = self.submit(self.make_payment(amount=1250.0))
        todo = self.todos(payment)
        french = payment.with_context(lang='fr_FR')._get_action_label('review')
        self.assertNotEqual(french, payment._get_action_label('review'))
        self.assertTrue(todo.summary.startswith(f'{french}: '), todo.summary)
        self.assertIn('250,00', todo.summary)
        self.assertIn(self.partner_a.name, todo.summary)
        self.assertIn(payment.voucher_number, todo.res_name)

    def test_small_payment_is_a_todo_of_both_roles(self):
        payment = self.submit(self.make_payment())
        payment.with_user(self.people['reviewer']).action_review_payment()
        self.assertEqual(self.todos(payment).user_id, self.people['reviewer'] | self.people['approver'])
        payment.with_user(self.people['approver']).action_approve_payment()
        self.assertEqual(self.todos(payment).user_id, self.people['reviewer'] | self.people['poster'])

    def test_nobody_is_asked_for_what_duties_forbid(self):
        """The submitter who reviews, too, may not approve: only the approver is asked."""
        payment = self.make_payment()
        payment.with_user(self.people['reviewer']).action_submit_for_review()
        payment.with_user(self.people['reviewer']).action_review_payment()
        self.assertEqual(self.todos(payment).user_id, self.people['approver'])

    def test_payment_managers_are_asked_where_nobody_else_can_act(self):
        self.people['reviewer'].active = False
        payment = self.submit(self.make_payment())
        managers = self.todos(payment).user_id
        self.assertIn(self.payment_manager, managers)
        self.assertTrue(all(user.has_group(ROLE % 'manager') for user in managers))

    def test_people_of_other_companies_are_not_asked(self):
        elsewhere = self.env['res.company'].create({'name': 'Elsewhere'})
        self.people['reviewer'].write({'company_ids': [(6, 0, elsewhere.ids)], 'company_id': elsewhere.id})
        payment = self.submit(self.make_payment())
        self.assertNotIn(self.people['reviewer'], self.todos(payment).user_id)

    def test_recall_and_cancel_close_the_todos(self):
        recalled, cancelled = self.submit(self.make_payments(2))
        recalled.with_user(self.people['user']).action_recall_payment()
        cancelled.with_user(self.invoicing_user).action_cancel()
        self.assertFalse(self.todos(recalled + cancelled))

    def test_nothing_stays_on_the_screen_of_what_was_closed(self):
        for close in (lambda payment: payment.with_user(self.people['user']).action_recall_payment(),
                      lambda payment: payment.action_cancel()):
            payment = self.submit(self.make_payment())
            todo = self.todos(payment)
            self.assertEqual((payment.activity_ids, payment.activity_summary), (todo, todo.summary))
            close(payment)
            self.assertEqual((payment.activity_ids.ids, payment.activity_summary), ([], False))
            with self.assertRaises(MissingError):
                self.assertFalse(todo.summary)

    def test_todo_with_a_change_that_was_not_written_yet_is_closed(self):
        payment = self.submit(self.make_payment())
        self.env.flush_all()
        self.todos(payment).summary = 'Ask the vendor first'
        payment.action_cancel()
        self.env.flush_all()
        self.assertFalse(self.todos(payment))

    def test_screens_are_told_of_todos_that_are_gone(self):
        """The number beside the clock goes down without a reload."""
        payment = self.submit(self.make_payment())
        self.assertTold('reviewer', payment.with_user(self.people['user']).action_recall_payment)

    def test_screens_are_told_where_the_todo_went_just_before(self):
        payment = self.submit(self.make_payment())
        self.env.flush_all()
        self.todos(payment).user_id = self.people['approver']
        self.assertTold('approver', payment.action_cancel)

    def assertTold(self, role, function):
        """The screens of that person are told that to-dos are gone."""
        before = len(self.sent_to_screens())
        function()
        told = [(json.loads(one['channel'])[1:], json.loads(one['message'])) for one in self.sent_to_screens()[before:]]
        self.assertIn((
            ['res.partner', self.people[role].partner_id.id],
            {'type': 'mail.activity/updated', 'payload': {'activity_deleted': True}},
        ), told)

    def sent_to_screens(self):
        """Later builds of Odoo keep it until the transaction ends, earlier ones write it at once."""
        written = self.env['bus.bus'].sudo().search([], order='id').read(['channel', 'message'])
        return written + self.env.cr.precommit.data.get('bus.bus.values', [])

    def test_many_people_share_the_payments(self):
        """No more than a handful get a to-do for one payment, and over many payments everybody gets some."""
        group = self.env.ref(ROLE % 'reviewer')
        for number in range(PEOPLE_TOLD + 3):
            self.make_user(f'work_extra_{number}', ROLE % 'reviewer')
        reviewers = group.users.filtered(lambda user: self.company in user.company_ids and user.active)
        payments = self.submit(self.make_payments(2 * len(reviewers)))
        for payment in payments:
            self.assertEqual(len(self.todos(payment).user_id), PEOPLE_TOLD)
        asked = self.todos(payments).user_id
        self.assertGreaterEqual(len(asked), PEOPLE_TOLD + 3)

    def test_todos_make_no_followers_and_send_no_mail(self):
        payment = self.make_payment()
        followers = payment.message_partner_ids
        messages = self.env['mail.notification'].search_count([])
        self.submit(payment)
        self.assertEqual(payment.message_partner_ids, followers)
        self.assertEqual(self.env['mail.notification'].search_count([]), messages)
        self.assertFalse(self.mails(payment))

    def test_origins_leave_no_todos(self):
        """A payment posted where approval is off costs nobody a to-do."""
        self.switch_approval(outbound=False, inbound=False)
        self.assertFalse(self.todos(self.make_posted()))

    # -- chatter ---------------------------------------------------------------------------------------------------

    def test_each_step_is_one_line_of_its_subtype(self):
        payment = self.make_payment()
        before = payment.message_ids
        self.review(payment)
        lines = (payment.message_ids - before).sorted('id')
        subtype = 'payment_account_enhanced.mt_payment_%s'
        self.assertEqual(
            lines.mapped('subtype_id'), self.env.ref(subtype % 'under_review') + self.env.ref(subtype % 'for_approval'))
        self.assertEqual(len(lines), 2)
        self.assertIn('For Approval', lines[1].body)
        self.assertNotIn('<br', lines[1].body, 'Nothing was said with it')
        self.assertEqual(lines[1].author_id, self.people['reviewer'].partner_id)

    def test_step_without_its_subtype_is_a_note(self):
        self.env.ref('payment_account_enhanced.mt_payment_under_review').unlink()
        payment = self.submit(self.make_payment())
        self.assertEqual(payment.message_ids[0].subtype_id, self.env.ref('mail.mt_note'))

    def test_who_follows_a_stage_is_notified_of_that_stage_alone(self):
        payment = self.make_payment()
        watcher = self.invoicing_user.partner_id
        payment.message_subscribe(watcher.ids, self.env.ref('payment_account_enhanced.mt_payment_approved').ids)
        self.review(payment)
        self.assertFalse(payment.message_ids.notified_partner_ids & watcher)
        payment.with_user(self.people['approver']).action_approve_payment()
        self.assertIn(watcher, payment.message_ids[0].notified_partner_ids)

    def test_comment_is_text_not_markup(self):
        payment = self.review(self.make_payment())
        self.assertFalse(any(self.todos(payment).mapped('note')))
        self.reject(payment, 'approver', '<script>alert(1)</script>')
        for text in (payment.message_ids[0].body, self.todos(payment, RETURNED).note):
            self.assertNotIn('<script>', text)
            self.assertIn('&lt;script&gt;', text)
        line = '→ <b>Draft</b><br>&lt;script&gt;'
        self.assertTrue(any(line in body for body in payment.message_ids.mapped('body')))

    # -- rejection -------------------------------------------------------------------------------------------------

    def test_submitter_learns_of_the_rejection(self):
        payment = self.review(self.make_payment())
        self.reject(payment, 'approver', 'The amount differs from the bill')
        self.assertFalse(self.todos(payment))
        todo = self.todos(payment, RETURNED)
        self.assertEqual(todo.user_id, self.people['user'])
        self.assertTrue(todo.summary.startswith('Rejected: '), todo.summary)
        self.assertIn('The amount differs from the bill', todo.note)
        self.assertRegex(payment.approval_return_text, f"^Rejected by {self.people['approver'].name} on .+: The amount")
        mail = self.mails(payment)
        self.assertEqual(mail.recipient_ids, self.people['user'].partner_id)
        self.assertIn(payment.voucher_number, mail.subject)
        self.assertIn('The amount differs from the bill', mail.body_html)
        self.assertIn(self.people['approver'].name, mail.body_html)
        self.submit(payment)
        self.assertFalse(self.todos(payment, RETURNED), 'Submitted again, and the old to-do is still there')
        self.assertEqual(self.todos(payment).user_id, self.people['reviewer'])

    def test_nobody_is_told_of_an_own_rejection(self):
        payment = self.make_payment()
        payment.with_user(self.payment_manager).action_submit_for_review()
        self.reject(payment, 'manager', 'My mistake')
        self.assertFalse(self.todos(payment, RETURNED))
        self.assertFalse(self.mails(payment))

    def test_rejection_without_template_goes_through(self):
        self.env.ref(REJECTION).unlink()
        payment = self.submit(self.make_payment())
        self.reject(payment, 'reviewer', 'Not ours')
        self.assertEqual(payment.approval_state, 'draft')

    def test_a_todo_makes_no_follower(self):
        payment = self.make_payment()
        quiet = payment.with_context(**{QUIET_KEY: QUIET})
        self.assertIs(quiet.message_subscribe(self.partner_b.ids), True, 'as Odoo answers')
        self.assertNotIn(self.partner_b, payment.message_partner_ids)

    def test_without_a_type_of_activity_nobody_gets_a_todo(self):
        """Who deletes the type switches the to-dos off: none of another kind takes their place."""
        todo_type = self.env.ref(TODO)
        self.env['mail.activity'].sudo().search([('activity_type_id', '=', todo_type.id)]).unlink()
        todo_type.unlink()
        payment = self.submit(self.make_payment())
        self.assertEqual(payment.approval_state, 'under_review')
        self.assertFalse(payment.activity_ids)

    # -- batches ---------------------------------------------------------------------------------------------------

    def test_steps_of_a_batch_take_a_constant_number_of_queries(self):
        """Odoo inserts a hundred rows at a time: of 500, history, messages and to-dos take five inserts each."""
        self.review(self.make_payments(2))
        figures = {}
        for size in (1, 10, 500):
            payments = self.make_payments(size)
            figures[size] = [
                self.count_queries(self.submit, payments),
                self.count_queries(payments.with_user(self.people['reviewer']).action_review_payment),
            ]
            self.assertEqual(len(self.todos(payments)), 2 * size)
            self.assertEqual(set(payments.mapped('approval_state')), {'for_approval'})
        for one, ten, many in zip(*figures.values(), strict=True):
            self.assertLessEqual(abs(ten - one), 3, figures)
            self.assertLessEqual(many - one, 45, figures)
        _logger.info('Queries of submit and review for 1, 10 and 500 payments: %s', figures)

    def test_rejected_batch_takes_a_constant_number_of_queries(self):
        self.reject(self.submit(self.make_payment()), 'reviewer', 'Warm up')
        figures = []
        for size in (2, 20, 45):
            payments = self.submit(self.make_payments(size))
            figures.append(self.count_queries(self.reject, payments, 'reviewer', 'Not ours'))
            self.assertEqual(len(self.mails(payments)), size)
        self.assertLessEqual(max(figures) - min(figures), 6, figures)
