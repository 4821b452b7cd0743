from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon


@tagged('post_install', '-at_install')
class TestCompaniesBranches(ApprovalCommon):
    """A company with two branches that share its chart of accounts, and a company of its own with its own chart."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.other = cls.company_data_2['company']
        cls.branch, cls.second_branch = cls.env['res.company'].create([
            {'name': name, 'parent_id': cls.company.id} for name in ('North', 'South')])
        cls.env.cr.precommit.run()  # Odoo gives branches their accounts there
        cls.env.user.company_ids += cls.branch + cls.second_branch
        cls.registry.clear_cache()

    def person_of(self, role, *companies):
        """A person with this role, who has access to these companies, the first one before them."""
        allowed = self.env['res.company'].union(*companies)
        name = f'{role}_{"_".join(map(str, allowed.ids))}'
        return self.env['res.users'].search([('login', '=', f'approval_{name}')]) or self.new_person(
            name,
            'account.group_account_user' if role == 'accountant' else f'payment_account_enhanced.group_payment_{role}',
            company_id=companies[0].id, company_ids=[Command.set(allowed.ids)])

    def act(self, payment, role, *companies):
        """The payment as such a person has it before them, with all these companies active."""
        person = self.person_of(role, *companies)
        return payment.with_user(person).with_context(allowed_company_ids=person.company_ids.ids)

    def branch_payment(self, branch=None, **values):
        """A vendor payment of a branch, made in the journal of the company above it."""
        branch = branch or self.branch
        payment = self.env['account.payment'].with_company(branch).create({
            'amount': 100.0, 'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': self.partner_a.id,
            'partner_bank_id': self.bank_account.id, 'journal_id': self.company_data['default_journal_bank'].id,
            'company_id': branch.id, **values})
        self.assertRecordValues(payment, [{'company_id': branch.id}])
        self.assertEqual(payment.journal_id.company_id, self.company)
        return payment

    def take(self, payment, *companies):
        """The whole chain by people of these companies."""
        for role, method in (('user', 'action_submit_for_review'), ('reviewer', 'action_review_payment'),
                             ('approver', 'action_approve_payment'), ('poster', 'action_post_payment')):
            getattr(self.act(payment, role, *companies), method)()
        self.assertEqual(set(payment.mapped('approval_state')), {'posted'})

    def test_branch_payment_goes_through_the_chain_of_its_branch(self):
        payment = self.branch_payment()
        self.take(payment, self.branch)
        self.assertEqual(payment.approval_history_ids.company_id, self.branch)
        self.assertTrue(payment.voucher_number)

    def test_company_above_takes_part_with_the_branch_active(self):
        payment = self.branch_payment()
        self.take(payment, self.company, self.branch)

    def test_person_of_another_branch_sees_and_moves_nothing(self):
        payment = self.branch_payment()
        self.act(payment, 'user', self.branch).action_submit_for_review()
        for companies in ((self.second_branch,), (self.other,), (self.company,)):
            with self.subTest(companies=companies), self.assertRaises(AccessError):
                self.act(payment, 'reviewer', *companies).action_review_payment()
        self.assertEqual(payment.approval_state, 'under_review')
        reader = self.person_of('reviewer', self.second_branch, self.other)
        self.assertFalse(self.env['payment.approval.history'].with_user(reader).search([
            ('payment_id', '=', payment.id)]))

    def test_settings_are_those_of_the_branch(self):
        """Each branch has its own settings: switched off above, approval stays on below, and the other way round."""
        manager = self.act(self.branch, 'manager', self.company, self.branch).env.user
        manager.groups_id += self.env.ref('base.group_system')
        self.company.with_user(manager).payment_approval_outbound = False
        with self.assertRaises(UserError):
            self.branch_payment().action_post()
        self.company.with_user(manager).payment_approval_outbound = True
        self.branch.with_user(manager).payment_approval_outbound = False
        payment = self.branch_payment()
        payment.action_post()
        self.assertEqual(payment.state, 'posted')
        with self.assertRaises(UserError):
            self.new_payment().action_post()

    def test_threshold_is_that_of_the_branch(self):
        self.branch.payment_authorization_threshold = 50.0
        self.assertTrue(self.branch_payment().is_authorization_required)
        self.assertFalse(self.branch_payment(self.second_branch).is_authorization_required)
        self.assertFalse(self.new_payment().is_authorization_required)

    def test_one_action_on_payments_of_several_companies(self):
        """With several companies active, one press of a button judges each payment by its own company."""
        own, north = self.new_payment(), self.branch_payment()
        apart = self.env['account.payment'].with_company(self.other).create({
            'amount': 100.0, 'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': self.partner_a.id,
            'journal_id': self.company_data_2['default_journal_bank'].id})
        together = own + north + apart
        everywhere = (self.company, self.branch, self.other)
        self.take(together[0] + together[1], *everywhere)
        self.act(apart, 'user', self.other).action_submit_for_review()
        reviewer = self.person_of('reviewer', *everywhere)
        apart.with_user(reviewer).with_context(allowed_company_ids=everywhere[0].ids + apart.company_id.ids)\
            .action_review_payment()
        self.assertEqual(apart.approval_state, 'for_approval')
        self.assertEqual(len(set(together.mapped('voucher_number'))), 3)

    def test_payment_in_one_company_by_somebody_of_another(self):
        """Somebody of company B who has access to company A acts in A by the same role; without access, not at all."""
        payment = self.new_payment()
        with self.assertRaises(AccessError):
            self.act(payment, 'user', self.other).action_submit_for_review()
        self.act(payment, 'user', self.other, self.company).action_submit_for_review()
        self.assertEqual(payment.submitter_id.company_id, self.other)
        self.assertEqual(payment.approval_history_ids.company_id, self.company)

    def test_register_payment_in_a_branch(self):
        bill = self.env['account.move'].with_company(self.branch).create({
            'move_type': 'in_invoice', 'invoice_date': '2024-02-01', 'partner_id': self.partner_a.id,
            'company_id': self.branch.id,
            'invoice_line_ids': [Command.create({'name': 'Rent', 'price_unit': 100.0, 'tax_ids': []})]})
        bill.action_post()
        accountant = self.person_of('accountant', self.branch)
        self.env['account.payment.register'].with_user(accountant).with_context(
            active_model='account.move', active_ids=bill.ids).create({}).action_create_payments()
        payment = self.env['payment.settlement'].search([('move_id', '=', bill.id)]).payment_id
        self.assertRecordValues(payment, [{'approval_state': 'under_review', 'company_id': self.branch.id}])
        for role, method in (('reviewer', 'action_review_payment'), ('approver', 'action_approve_payment'),
                             ('poster', 'action_post_payment')):
            getattr(self.act(payment, role, self.branch), method)()
        self.assertIn(bill.payment_state, ('paid', 'in_payment'))

    def test_guard_holds_across_companies(self):
        """A Payment Manager of another company is nobody here: without access to the company nothing is reset."""
        payment = self.branch_payment()
        self.take(payment, self.branch)
        with self.assertRaises(AccessError):
            self.act(payment, 'manager', self.other).action_draft()
        with self.assertRaises(UserError):
            self.act(payment, 'accountant', self.company, self.branch).action_draft()
        manager = self.act(payment, 'manager', self.company, self.branch)
        manager.env.user.groups_id += self.env.ref('account.group_account_user')
        manager.action_draft()
        self.assertEqual(payment.approval_state, 'draft')

    def test_staffing_counts_the_people_of_the_branch(self):
        """People who have access to the company above alone do not count for the branch."""
        self.assertTrue(self.branch._get_staffing_gaps())
        for role in ('user', 'reviewer', 'approver', 'authorizer', 'poster'):
            self.person_of(role, self.company, self.branch)
        self.assertFalse(self.branch._get_staffing_gaps())
