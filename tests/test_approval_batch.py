from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..models.account_payment_approval_answer import REASONS_SHOWN
from .approval_common import ApprovalCommon

STEPS = (
    ('user', 'action_submit_for_review'),
    ('reviewer', 'action_review_payment'),
    ('approver', 'action_approve_payment'),
    ('authorizer', 'action_authorize_payment'),
)


@tagged('post_install', '-at_install')
class TestApprovalBatch(ApprovalCommon):

    def new_payments(self, count, **values):
        payment = self.new_payment(20000.0, **values)
        return payment + payment.browse().concat(*[payment.copy() for _number in range(count - 1)])

    def count_queries(self, method):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_steps_take_a_constant_number_of_queries(self):
        """Rows are inserted in groups of a hundred, so up to a hundred payments the number is the same."""
        self.bring_to(self.new_payment(20000.0), 'approved')
        counts = {}
        for size in (2, 10, 60):
            payments = self.new_payments(size)
            for role, method in STEPS:
                people = self.as_person(payments, role)
                counts.setdefault(method, []).append(self.count_queries(getattr(people, method)))
            self.assertEqual(set(payments.mapped('approval_state')), {'approved'})
        for method, figures in counts.items():
            with self.subTest(method=method, figures=figures):
                self.assertLessEqual(max(figures) - min(figures), 2)
                self.assertLessEqual(max(figures), 45)  # about 15 for the step, the rest for the to-dos of people

    def test_gate_costs_a_constant_number_of_queries(self):
        """Compared with posting where approval is off."""
        extra = []
        for size in (1, 2, 40):
            approved, plain = self.new_payments(size), self.new_payments(size)
            self.bring_to(approved, 'approved')
            gated = self.count_queries(self.as_person(approved, 'manager').action_post)
            self.company.with_user(self.people['manager']).sudo().payment_approval_outbound = False
            stock = self.count_queries(self.as_person(plain, 'manager').action_post)
            self.company.payment_approval_outbound = True
            extra.append(gated - stock)
        _warm_up, small, large = extra
        self.assertLessEqual(small, 28)  # 7 for the gate and the history, the rest for rights and to-dos
        self.assertLessEqual(large, small)

    def test_nothing_is_told_where_all_went_through(self):
        payments = self.new_payments(2)
        for role, method in STEPS:
            self.assertIs(getattr(self.as_person(payments, role), method)(), True)

    def test_each_payment_is_judged_for_itself(self):
        payments = self.new_payments(5)
        self.bring_to(payments[:3], 'for_approval')
        answer = self.as_person(payments, 'approver').action_approve_payment()
        self.assertEqual(payments.mapped('approval_state'), ['for_authorization'] * 3 + ['draft'] * 2)
        self.assertIn('3 of 5', answer['params']['title'])
        self.assertEqual(len(answer['params']['message'].splitlines()), 2)
        self.assertTrue(answer['params']['sticky'], 'Nobody reads reasons in five seconds')

    def test_posting_one_by_one_where_one_fails(self):
        payments = self.bring_to(self.new_payments(3), 'approved')
        payments[1].journal_id.sudo()  # the entry of one of them was cancelled by somebody in the meantime
        self.env.cr.execute("UPDATE account_move SET auto_post = 'at_date', date = '2099-01-01' WHERE id = %s",
                            [payments[1].move_id.id])
        self.env.invalidate_all()
        answer = self.as_person(payments, 'poster').action_post_payment()
        self.assertEqual(payments.mapped('state'), ['posted', 'draft', 'posted'])
        self.assertIn('2 of 3', answer['params']['title'])

    def test_drafts_that_need_no_approval_are_posted_with_the_others(self):
        approved = self.bring_to(self.new_payment(), 'approved')
        self.company.payment_approval_inbound = False
        plain = self.new_payment(payment_type='inbound')
        self.assertTrue(self.as_person(plain, 'manager').can_post)
        self.as_person(approved + plain, 'manager').action_post_payment()
        self.assertEqual((approved + plain).mapped('state'), ['posted', 'posted'])

    def test_posting_goes_on_where_odoo_refuses_one(self):
        """What only posting itself finds out keeps one payment back, not the others."""
        account = self.company_data['default_account_payable'].copy({'code': '211099'})
        partner = self.partner_b.copy({'property_account_payable_id': account.id})
        payments = self.new_payments(3)
        payments[1].partner_id = partner
        self.bring_to(payments, 'approved')
        account.deprecated = True
        answer = self.as_person(payments, 'poster').action_post_payment()
        self.assertEqual(payments.mapped('state'), ['posted', 'draft', 'posted'])
        self.assertIn('2 of 3', answer['params']['title'])
        self.assertIn('deprecated', answer['params']['message'])

    def test_long_list_of_reasons_is_cut(self):
        for more, end in ((2, 'and 2 more'), (0, 'Submit it for review first.')):
            payments = self.new_payments(REASONS_SHOWN + more)
            with self.subTest(more=more), self.assertRaises(UserError) as caught:
                self.as_person(payments, 'approver').action_approve_payment()
            self.assertTrue(caught.exception.args[0].endswith(end))

    def test_one_rate_for_payments_of_one_day(self):
        """Two gold coins are worth a dollar."""
        coins = {'currency_id': self.currency_data['currency'].id, 'date': '2017-06-01'}
        payments = self.new_payment(20000.0, **coins) + self.new_payment(19999.0, **coins)
        self.assertEqual(payments.mapped('is_authorization_required'), [True, False])

    def test_none_went_through_is_an_error(self):
        payments = self.new_payments(3)
        with self.assertRaises(UserError) as caught:
            self.as_person(payments, 'approver').action_approve_payment()
        self.assertEqual(len(caught.exception.args[0].splitlines()), 3)


@tagged('post_install', '-at_install')
class TestApprovalSettings(ApprovalCommon):

    def test_switching_off_takes_a_manager_and_is_recorded(self):
        self.bring_to(self.new_payment(), 'under_review')
        admin = new_test_user(self.env, 'approval_admin', groups='base.group_system,account.group_account_manager',
                              company_id=self.company.id, company_ids=[(6, 0, self.company.ids)])
        company = self.company.with_user(admin)
        for name in ('payment_approval_outbound', 'payment_approval_inbound'):
            with self.subTest(name=name):
                with self.assertRaisesRegex(UserError, 'Payment Manager'):
                    company[name] = False
                with self.assertRaisesRegex(UserError, 'Payment Manager'):
                    company.sudo()[name] = False
        with self.assertRaisesRegex(UserError, 'Payment Manager'):
            self.env['res.config.settings'].with_user(admin).create({'payment_approval_outbound': False}).execute()
        manager = self.people['manager']
        self.company.with_user(manager).sudo().payment_approval_outbound = False
        log = self.env['payment.approval.setting.log'].search([('company_id', '=', self.company.id)], limit=1)
        self.assertRecordValues(log, [{
            'user_id': manager.id, 'setting': 'payment_approval_outbound', 'old_value': 'True', 'new_value': 'False',
            'in_progress': 1,
        }])
        with self.assertRaises(UserError):
            log.sudo().unlink()
        company.payment_approval_outbound = True

    def test_settings_say_what_will_happen(self):
        settings = self.env['res.config.settings'].new({})
        self.assertIn('10,000.00', settings.payment_approval_summary)
        self.assertFalse(settings.payment_approval_notice)
        self.bring_to(self.new_payment(), 'under_review')
        settings.payment_approval_outbound = False
        self.assertIn('1 payments are in approval', settings.payment_approval_notice)
        self.assertEqual(settings.payment_approval_summary, 'Customer receipts need a review.')
        settings.update({'payment_approval_outbound': True, 'payment_approval_inbound': False})
        self.assertNotIn('receipts', settings.payment_approval_summary)

    def test_late_ones_are_found(self):
        payment = self.bring_to(self.new_payment(), 'under_review')
        self.assertFalse(payment.is_approval_late)
        self.sql(
            "UPDATE account_payment SET approval_stage_date = approval_stage_date - interval '4 days' WHERE id = %s",
            payment.id)
        self.assertTrue(payment.is_approval_late)
        self.assertIn(payment, payment.search([('is_approval_late', '=', True)]))
        self.assertNotIn(payment, payment.search([('is_approval_late', '!=', True)]))

    def test_installation_takes_the_stage_from_the_entry(self):
        payments = self.new_payment() + self.new_payment() + self.new_payment()
        self.bring_to(payments[1], 'posted')
        payments[2].action_cancel()
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE account_payment ALTER approval_state DROP NOT NULL")
        self.env.cr.execute("UPDATE account_payment SET approval_state = NULL WHERE id IN %s", [payments._ids])
        self.env['account.payment']._init_approval_state()
        self.env.invalidate_all()
        self.assertEqual(payments.mapped('approval_state'), ['draft', 'posted', 'cancelled'])
