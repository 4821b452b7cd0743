"""A stage with nobody who could act is told before a payment gets stuck in it."""
from odoo import Command
from odoo.tests import BaseCase, HttpCase, tagged
from odoo.tools.misc import format_datetime

from ..models import payment_approval_duties as duties
from ..models import payment_approval_machine as machine
from ..models.posting_guard import NAMES_SHOWN
from .approval_people import ROLE, ApprovalPeopleCommon


@tagged('post_install', '-at_install')
class TestApprovalDuties(BaseCase):
    """The judgement as plain data."""

    def chain(self, large=True, strict=False, submitter=0, state='under_review', direction='outbound'):
        return duties.Chain(state, direction, large, strict, submitter, frozenset(filter(None, [submitter])))

    def gap(self, holders, **chain):
        gap = duties.find_gap(self.chain(**chain), {uid: frozenset(roles) for uid, roles in holders.items()})
        return gap and gap.action

    def test_a_large_payment_needs_three_people(self):
        everything = set(machine.ROLES) - {machine.MANAGER}
        self.assertEqual(self.gap({1: everything, 2: everything}), 'authorize')
        self.assertIsNone(self.gap({1: everything, 2: everything, 3: everything}))
        self.assertEqual(self.gap({1: everything, 2: everything, 3: everything}, submitter=3), 'authorize')

    def test_people_are_shared_out_as_well_as_they_can_be(self):
        """Number 1 could do everything: kept for the step that nobody else can take."""
        holders = {1: {'reviewer', 'approver', 'authorizer'}, 2: {'reviewer'}, 3: {'approver', 'poster'}}
        self.assertIsNone(self.gap(holders))
        holders[3] = {'poster'}
        self.assertIn(self.gap(holders), ('approve', 'authorize'))

    def test_managers_act_once_on_a_large_payment(self):
        managers = {uid: {'manager'} for uid in range(1, 5)}
        self.assertIsNone(self.gap(managers))
        del managers[4]
        self.assertEqual(self.gap(managers), 'post')
        self.assertIsNone(self.gap({1: {'manager'}}, large=False))
        self.assertEqual(self.gap({1: {'manager'}}, large=False, submitter=1), 'approve')

    def test_managers_are_named_last(self):
        holders = {2: {'manager'}, 4: {'reviewer'}, 3: {'reviewer'}}
        self.assertEqual(list(duties.find_people(self.chain(), holders)), [3, 4, 2])

    def test_nobody_is_next_after_the_last_step(self):
        chain = self.chain(state='posted')
        self.assertEqual(duties.find_people(chain, {1: {'poster'}}), {})
        self.assertIsNone(duties.find_gap(chain, {1: {'poster'}}))

    def test_strict_duties_need_more_people(self):
        self.assertIsNone(self.gap({1: {'reviewer'}}, large=False))
        self.assertEqual(self.gap({1: {'reviewer'}}, large=False, strict=True), 'approve')
        self.assertIsNone(self.gap({uid: {'reviewer'} for uid in (1, 2, 3)}, large=False, strict=True))


@tagged('post_install', '-at_install')
class TestApprovalStaffing(ApprovalPeopleCommon):

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        # Only the people of this test hold roles in its company.
        known = cls.env['res.users'].concat(*cls.people.values())
        others = cls.env['res.users'].search([('company_ids', 'in', cls.company.ids)]) - known - cls.env.user
        others.groups_id = [Command.unlink(cls.env.ref(ROLE % role).id) for role in machine.ROLES]
        cls.env.user.groups_id = [Command.unlink(cls.env.ref(ROLE % role).id) for role in machine.ROLES]
        cls.administrator = cls.make_user('work_administrator', 'base.group_erp_manager')

    def leave(self, *roles):
        for role in roles:
            self.people[role].active = False

    def test_a_staffed_company_is_not_warned(self):
        self.assertFalse(self.company._get_staffing_warnings())

    def test_a_stage_with_nobody_is_named_with_the_remedy(self):
        self.leave('authorizer', 'manager')
        warnings = self.company._get_staffing_warnings()
        self.assertEqual(len(warnings), 1)
        for words in ('Authorize', '10,000.00', 'vendor payments', 'Payment Authorizer', 'Settings / Users',
                      self.administrator.name, self.company.name):
            self.assertIn(words, warnings[0])

    def test_where_nobody_could_give_the_role(self):
        self.leave('authorizer', 'manager')
        self.env.ref('base.group_erp_manager').users = [Command.clear()]
        self.assertIn('Somebody with access rights administration', self.company._get_staffing_warnings()[0])

    def test_many_people_are_counted(self):
        people = self.env['res.users'].union(*self.people.values())
        self.assertTrue(self.company._join_names(people).endswith(f', {len(people) - NAMES_SHOWN} more'))

    def test_settings_warn_of_what_is_on_the_screen(self):
        self.leave('authorizer', 'manager')
        settings = self.env['res.config.settings'].with_company(self.company).new({'company_id': self.company.id})
        self.assertIn('Authorize', settings.payment_staffing_warning)
        settings.payment_approval_outbound = False
        self.assertFalse(settings.payment_staffing_warning)
        settings.payment_approval_outbound = True
        self.leave('poster', 'approver')
        settings.payment_strict_duties = True
        self.assertIn('Approve', settings.payment_staffing_warning)

    def test_payment_says_whom_to_ask(self):
        """The only approver submitted it: separation of duties leaves nobody."""
        self.leave('reviewer', 'manager')
        self.people['approver'].groups_id += self.env.ref(ROLE % 'reviewer')
        payment = self.make_payment()
        payment.with_user(self.people['approver']).action_submit_for_review()
        self.assertIn('Approve', payment.approval_gap_text, 'The payment can be reviewed, but then it stops')
        payment.with_user(self.people['approver']).action_review_payment()
        self.assertFalse(payment.approval_next_names)
        self.assertIn('nobody', payment.approval_waiting_text)
        self.assertIn(self.administrator.name, payment.approval_gap_text)
        self.assertIn('Payment Approver', payment.approval_gap_text)

    def test_draft_says_so_before_it_is_submitted(self):
        self.leave('approver', 'reviewer', 'manager')
        payment = self.make_payment()
        self.assertIn('Review', payment.with_user(self.people['user']).approval_gap_text)
        self.switch_off()
        payment.invalidate_recordset()
        self.assertFalse(payment.approval_gap_text)

    def test_draft_warns_the_person_who_should_not_submit_it(self):
        """Submitted by the only approver it would stop; submitted by anybody else it would not."""
        self.leave('reviewer', 'manager')
        self.people['approver'].groups_id += self.env.ref(ROLE % 'reviewer')
        payment = self.make_payment()
        self.assertIn('Approve', payment.with_user(self.people['approver']).approval_gap_text)
        self.assertFalse(payment.with_user(self.people['user']).approval_gap_text)

    def test_waiting_says_since_when_by_whom_and_for_whom(self):
        payment = self.review(self.make_payment(amount=20000.0))
        text = payment.approval_waiting_text
        for words in ('For Approval', self.people['user'].name, self.people['approver'].name):
            self.assertIn(words, text)
        self.assertNotIn(self.people['authorizer'].name, text)
        self.assertIn(format_datetime(self.env, payment.approval_stage_date, dt_format='short'), text)
        draft = self.make_payment()
        self.assertFalse(draft.approval_waiting_text or draft.approval_next_names)

    def test_filter_waiting_for_me(self):
        mine, theirs = self.review(self.make_payments(2, amount=20000.0))
        theirs.with_user(self.people['approver']).action_approve_payment()
        own = self.make_payment()
        Payment = self.env['account.payment'].with_user(self.people['approver'])
        waiting = Payment.search([('is_waiting_for_me', '=', True)])
        self.assertIn(mine, waiting)
        self.assertNotIn(theirs, waiting)
        self.assertNotIn(own, waiting)
        self.assertIn(theirs, Payment.search([('is_waiting_for_me', '=', False)]))
        self.assertTrue(mine.with_user(self.people['approver']).is_waiting_for_me)

    def test_texts_of_many_payments_take_a_constant_number_of_queries(self):
        names = ['approval_next_names', 'approval_waiting_text', 'approval_gap_text', 'is_waiting_for_me']
        self.submit(self.make_payment()).with_user(self.people['reviewer']).read(names)
        figures = []
        for size in (1, 10, 500):
            payments = self.submit(self.make_payments(size))
            figures.append(self.count_queries(payments.with_user(self.people['reviewer']).read, names))
        self.assertLessEqual(max(figures) - min(figures), 4, figures)

    def test_board_shows_the_empty_stages(self):
        Payment = self.env['account.payment'].with_context(payment_approval_board=True)
        self.review(self.make_payment())
        groups = Payment.read_group([('approval_state', 'in', machine.IN_PROGRESS)], ['amount'], ['approval_state'])
        self.assertEqual([group['approval_state'] for group in groups], list(machine.IN_PROGRESS))

    def test_other_lists_show_no_empty_stages(self):
        payment = self.review(self.make_payment())
        groups = payment.read_group([('id', '=', payment.id)], ['amount'], ['approval_state'])
        self.assertEqual([group['approval_state'] for group in groups], ['for_approval'])

    def test_board_shows_others_in_their_place_where_they_are_asked_for(self):
        self.make_payment()
        groups = self.env['account.payment'].with_context(payment_approval_board=True).read_group(
            [('approval_state', '!=', 'posted')], ['amount'], ['approval_state'])
        stages = [group['approval_state'] for group in groups]
        shown = ('draft', *machine.IN_PROGRESS)
        self.assertEqual(stages, [state for state, _label in machine.STATES if state in shown])

    def test_next_people_are_those_whose_step_passes(self):
        """For every stage and every person: named as able to act exactly where the server lets them."""
        groups = ','.join(ROLE % role for role in ('user', 'reviewer', 'approver', 'authorizer', 'poster'))
        self.people['all'] = self.make_user('work_all', groups)
        for values in ({'amount': 20000.0}, {}, {'payment_type': 'inbound', 'partner_type': 'customer'}):
            payment = self.make_payment(**values)
            payment.with_user(self.people['all']).action_submit_for_review()
            for action, role in (('review', 'reviewer'), ('approve', 'approver'), ('authorize', 'authorizer'),
                                 ('post', 'poster')):
                if not payment._get_transition(action):
                    continue
                able = {user.id for user in self.people.values() if payment.with_user(user)[f'can_{action}']}
                named = set(payment._get_next_people()[payment]) & {user.id for user in self.people.values()}
                with self.subTest(values=values, action=action):
                    self.assertEqual(named, able)
                payment.with_user(self.people[role])._run_approval(action)
            self.assertEqual(payment.approval_state, 'posted')

    def test_roles_see_the_menu(self):
        menu = self.env.ref('payment_account_enhanced.menu_payment_approval')
        for role in ('user', 'reviewer', 'approver', 'authorizer', 'poster', 'manager'):
            with self.subTest(role=role):
                visible = self.env['ir.ui.menu'].with_user(self.people[role])._visible_menu_ids()
                self.assertIn(menu.id, visible)
                self.assertIn(menu.parent_id.id, visible)
        self.assertNotIn(menu.id, self.env['ir.ui.menu'].with_user(self.accountant)._visible_menu_ids())

    # -- analysis --------------------------------------------------------------------------------------------------

    def test_median_and_count_for_each_stage(self):
        """Three stays in review, of one, two and nine hours, and a fourth that goes on."""
        payments = self.make_payments(4)
        self.submit(payments)
        payments[:3].with_user(self.people['reviewer']).action_review_payment()
        self.env.flush_all()
        for payment, hours in zip(payments, (1, 2, 9), strict=False):
            self.env.cr.execute(
                """
                UPDATE payment_approval_history
                   SET approval_date = approval_date - %s * INTERVAL '1 hour'
                 WHERE payment_id = %s AND action_type = 'submit'
                """, [hours, payment.id])
        Analysis = self.env['payment.approval.analysis']
        domain = [('payment_id', 'in', payments.ids)]
        [row] = Analysis.read_group(
            [*domain, ('stage', '=', 'under_review')], ['hours', 'hours_average', 'amount'], ['stage'], lazy=False)
        self.assertAlmostEqual(row['hours'], 2.0, places=2)
        self.assertAlmostEqual(row['hours_average'], 4.0, places=2)
        self.assertEqual(row['__count'], 4)
        self.assertAlmostEqual(row['amount'], 400.0)
        self.assertEqual(Analysis.search_count([*domain, ('left_date', '=', False)]), 4)
        self.assertEqual(Analysis.fields_get(['hours'])['hours']['group_operator'], 'median')

    def test_a_payment_that_came_back_counts_twice(self):
        payment = self.review(self.make_payment())
        self.reject(payment, 'approver', 'Again')
        self.review(payment)
        stays = self.env['payment.approval.analysis'].search([('payment_id', '=', payment.id)])
        self.assertEqual(sorted(stays.mapped('stage')), ['for_approval'] * 2 + ['under_review'] * 2)
        self.assertEqual(stays.filtered(lambda stay: stay.action_type == 'reject').user_id, self.people['approver'])

    def test_own_companies_alone(self):
        payment = self.submit(self.make_payment())
        elsewhere = self.env['res.company'].create({'name': 'Elsewhere'})
        stranger = self.make_user('work_stranger', ROLE % 'manager')
        stranger.write({'company_ids': [(6, 0, elsewhere.ids)], 'company_id': elsewhere.id})
        Analysis = self.env['payment.approval.analysis']
        self.assertTrue(Analysis.with_user(self.people['approver']).search([('payment_id', '=', payment.id)]))
        self.assertFalse(Analysis.with_user(stranger).search([('payment_id', '=', payment.id)]))


@tagged('post_install', '-at_install')
class TestApprovalStaffingNotice(HttpCase):

    def test_notice_above_the_list(self):
        company = self.env.ref('base.main_company')
        self.authenticate('admin', 'admin')
        for role in ('authorizer', 'manager'):
            self.env.ref(ROLE % role).users.filtered(lambda user: user.id > 1).write(
                {'groups_id': [Command.unlink(self.env.ref(ROLE % role).id)]})
        company.sudo().payment_approval_outbound = True
        answer = self.make_jsonrpc_request('/payment_account_enhanced/staffing', {})
        self.assertIn('Payment Authorizer', answer['html'])
        self.assertIn('role="alert"', answer['html'])
        company.with_user(self.env.ref('base.user_root')).write({
            'payment_approval_outbound': False, 'payment_approval_inbound': False})
        self.assertEqual(self.make_jsonrpc_request('/payment_account_enhanced/staffing', {}), {})
