"""The dry run says beforehand what the machine does afterwards."""
from odoo import Command
from odoo.tests import Form, tagged

from ..models import payment_approval_machine as machine
from .approval_people import ROLE, ApprovalPeopleCommon


@tagged('post_install', '-at_install')
class TestApprovalDryRun(ApprovalPeopleCommon):

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.env.user.groups_id = [Command.unlink(cls.env.ref(ROLE % role).id) for role in machine.ROLES]

    def ask(self, person='user', **values):
        return self.env['payment.approval.dry.run'].with_user(self.people[person]).create({
            'amount': 100.0, 'partner_id': self.partner_a.id, **values})

    def steps(self, dry_run):
        return [step['step'] for step in dry_run._get_steps()[0]]

    def test_small_large_and_receipt(self):
        self.assertEqual(self.steps(self.ask()), ['Review', 'Approve', 'Post'])
        self.assertEqual(self.steps(self.ask(amount=9999.99)), ['Review', 'Approve', 'Post'])
        self.assertEqual(self.steps(self.ask(amount=10000.0)), ['Review', 'Approve', 'Authorize', 'Post'])
        self.assertEqual(self.steps(self.ask(amount=50000.0, payment_type='inbound')), ['Review', 'Post'])

    def test_names_the_people_of_each_step(self):
        answer = self.ask(amount=20000.0)
        for role in ('reviewer', 'approver', 'authorizer', 'poster'):
            self.assertIn(self.people[role].name, answer.steps)
        self.assertIn('10,000.00', self.ask(amount=10000.0).summary)
        self.assertIn(self.partner_a.name, answer.summary)
        self.assertFalse(answer.warning)

    def test_submitter_is_left_out(self):
        by_approver = self.ask('approver')._get_steps()[0]
        self.assertNotIn(self.people['approver'].name, by_approver[1]['people'])
        self.assertIn(self.people['approver'].name, self.ask(submitter_id=False)._get_steps()[0][1]['people'])

    def test_warns_where_it_would_stop(self):
        self.people['authorizer'].active = False
        self.payment_manager.active = False
        answer = self.ask(amount=20000.0)
        self.assertIn('Authorize', answer.warning)
        self.assertIn('Payment Authorizer', answer.warning)
        self.assertIn('nobody', answer.steps)
        self.assertFalse(self.ask(amount=200.0).warning)

    def test_foreign_currency_at_the_rate_of_the_day(self):
        """Gold coins are worth half a dollar from 2017 on, a third before."""
        coins = {'currency_id': self.currency_data['currency'].id, 'amount': 20000.0}
        self.assertIn('Authorize', self.steps(self.ask(date='2017-06-01', **coins)))
        self.assertNotIn('Authorize', self.steps(self.ask(date='2016-06-01', **coins)))

    def test_receipt_says_so(self):
        self.assertRegex(self.ask(payment_type='inbound').summary, r'^A receipt of .* takes these 2 steps')

    def test_no_approval_needed(self):
        self.switch_off()
        answer = self.ask()
        self.assertIn('needs no approval', answer.summary)
        self.assertFalse(answer.steps)

    def test_says_what_the_machine_does(self):
        """The stages named are the stages a real payment passes, by the people named."""
        for values in ({'amount': 20000.0}, {'amount': 150.0}, {'amount': 150.0, 'payment_type': 'inbound'}):
            steps = self.ask(**values)._get_steps()[0]
            payment = self.submit(self.make_payment(
                **values, partner_type='customer' if values.get('payment_type') == 'inbound' else 'supplier'))
            for step in steps:
                doer = next(user for user in self.people.values() if user.name in step['people'].split(', ')
                            and user not in payment._get_acted_before())
                action = next(name for name, label in machine.ACTIONS if label == step['step'])
                payment.with_user(doer)._run_approval(action)
            self.assertEqual(payment.state, 'posted', values)

    def test_on_a_draft(self):
        payment = self.make_payment(amount=12345.0)
        action = payment.with_user(self.people['user']).action_open_approval_dry_run()
        DryRun = self.env[action['res_model']].with_user(self.people['user']).with_context(**action['context'])
        with Form(DryRun) as form:
            self.assertIn('12,345.00', form.summary)
            self.assertIn('Authorize', form.steps)
            form.amount = 12.0
            self.assertNotIn('Authorize', form.steps)

    def test_on_one_payment_alone(self):
        for payments in (self.env['account.payment'], self.make_payments(2)):
            with self.assertRaises(ValueError):
                payments.action_open_approval_dry_run()

    def test_settings_say_it_in_one_sentence(self):
        settings = self.env['res.config.settings'].with_company(self.company).new({'company_id': self.company.id})
        self.assertRegex(settings.payment_approval_summary, r'10,000\.00 or more need three different people')
