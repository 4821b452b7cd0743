from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.tests import new_test_user

from ..models import payment_approval_machine as machine

MODULE = 'payment_account_enhanced'


class ApprovalCommon(AccountTestInvoicingCommon):
    """One person for each role, who has that role and no other right, and payments in every stage."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.company = cls.company_data['company']
        cls.people = {role: cls.new_person(role) for role in machine.ROLES}
        cls.people['nobody'] = cls.new_person('nobody', 'account.group_account_invoice')
        cls.bank_account = cls.env['res.partner.bank'].create({
            'acc_number': 'GB33BUKB20201555555555', 'partner_id': cls.partner_a.id, 'allow_out_payment': True,
        })

    @classmethod
    def new_person(cls, name, groups=None, **values):
        return new_test_user(
            cls.env, login=f'approval_{name}', groups=groups or f'{MODULE}.group_payment_{name}',
            **{'company_id': cls.company.id, 'company_ids': [(6, 0, cls.company.ids)], **values},
        )

    @classmethod
    def new_payment(cls, amount=100.0, payment_type='outbound', **values):
        return cls.env['account.payment'].create({
            'amount': amount,
            'payment_type': payment_type,
            'partner_type': 'supplier' if payment_type == 'outbound' else 'customer',
            'partner_id': cls.partner_a.id,
            'partner_bank_id': cls.bank_account.id if payment_type == 'outbound' else False,
            'journal_id': cls.company_data['default_journal_bank'].id,
            **values,
        })

    def as_person(self, payments, role):
        return payments.with_user(self.people[role])

    def bring_to(self, payments, state, submitter='user'):
        """Take the ordinary chain up to ``state``, a different person at each step."""
        steps = [
            ('under_review', submitter, 'action_submit_for_review'),
            ('for_approval', 'reviewer', 'action_review_payment'),
            ('for_authorization', 'approver', 'action_approve_payment'),
            ('approved', 'authorizer', 'action_authorize_payment'),
            ('posted', 'poster', 'action_post'),
        ]
        for _stage, role, method in steps:
            todo = payments.filtered(lambda payment: payment.approval_state != state)
            todo = todo.filtered(lambda payment: payment._get_transition(self.action_of(method)))
            if todo:
                getattr(self.as_person(todo, role), method)()
        self.assertEqual(set(payments.mapped('approval_state')), {state})
        return payments

    def sql(self, query, *values):
        """Past every hook, as the owner of the database can."""
        self.env.flush_all()
        self.env.cr.execute(query, values)
        self.env.invalidate_all()

    @staticmethod
    def action_of(method):
        return method.split('_')[1]

    @staticmethod
    def last_row(payment):
        return payment.approval_history_ids.sorted('id')[-1:]

    def history_of(self, payment):
        return [(row.action_type, row.stage_from, row.stage_to) for row in payment.approval_history_ids.sorted('id')]
