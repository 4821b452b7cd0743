"""Money that moved online is posted at once; a transaction that does not fit the payment opens nothing."""
from odoo.exceptions import UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon


@tagged('post_install', '-at_install')
class TestApprovalOriginOnline(ApprovalCommon):
    """Of Odoo's module account_payment, which comes with account."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.bank = cls.company_data['default_journal_bank']
        cls.provider = cls.new_provider(cls.bank)
        cls.booked = cls.new_transaction()
        payment = cls.new_payment(payment_type='inbound', payment_transaction_id=cls.booked.id)
        cls.booked.payment_id = payment
        payment.with_user(cls.people['nobody']).action_post()

    @classmethod
    def new_provider(cls, journal):
        provider = cls.env['payment.provider'].create({'name': 'Online', 'company_id': cls.company.id})
        cls.env['account.payment.method.line'].create({
            'name': 'Online', 'payment_provider_id': provider.id, 'journal_id': journal.id,
            'payment_method_id': cls.env.ref('account.account_payment_method_manual_in').id})
        provider.invalidate_recordset()
        return provider

    @classmethod
    def new_transaction(cls, **values):
        count = cls.env['payment.transaction'].search_count([])
        return cls.env['payment.transaction'].create({
            'provider_id': cls.provider.id, 'reference': f'Online {count}', 'amount': 100.0, 'state': 'done',
            'payment_method_id': cls.env['payment.method'].with_context(active_test=False).search([], limit=1).id,
            'currency_id': cls.company.currency_id.id, 'partner_id': cls.partner_a.id, **values})

    def refund(self, **values):
        return {'amount': -100.0, 'operation': 'refund', 'source_transaction_id': self.booked.id, **values}

    def assertPasses(self, passes, payment_type, transaction, **payment):
        payment = self.new_payment(
            payment_type=payment_type, payment_transaction_id=self.new_transaction(**transaction).id, **payment)
        post = self.as_person(payment, 'nobody').action_post
        if not passes:
            self.assertRaises(UserError, post)
        else:
            post()
            self.assertEqual((self.last_row(payment).role, self.last_row(payment).comments), ('origin', 'online'))
        self.assertEqual(payment.approval_state, 'posted' if passes else 'draft')

    def test_what_came_in_is_posted_at_once(self):
        self.assertEqual(self.provider.journal_id, self.bank)
        self.assertPasses(True, 'inbound', {})
        self.assertPasses(True, 'inbound', {'amount': 0.5}, amount=0.5)

    def test_what_does_not_fit_waits(self):
        contact = self.partner_a.copy({'parent_id': self.partner_a.id})
        self.assertPasses(True, 'inbound', {'partner_id': contact.id})
        gold = self.currency_data['currency']
        for transaction, payment in (
            ({'state': 'pending'}, {}),
            ({'amount': 99.0}, {}),
            ({'amount': -100.0}, {}),
            ({'amount': 0.0}, {'amount': 0.0}),
            ({'currency_id': gold.id}, {}),
            ({'partner_id': self.partner_b.id}, {}),
            ({'payment_id': self.booked.payment_id.id}, {}),
            ({'provider_id': self.new_provider(self.company_data['default_journal_cash']).id}, {}),
            ({}, {'amount': 101.0}),
            ({}, {'currency_id': gold.id}),
        ):
            with self.subTest(transaction=transaction, payment=payment):
                self.assertPasses(False, 'inbound', transaction, **payment)

    def test_refund_of_what_came_in_is_posted_at_once(self):
        self.assertPasses(True, 'outbound', self.refund())

    def test_money_does_not_leave_by_a_made_up_refund(self):
        unbooked = self.new_transaction()
        for values in (
            {'operation': 'online_direct'},
            {'source_transaction_id': unbooked.id},
            {'source_transaction_id': False},
            {'amount': 100.0},
        ):
            with self.subTest(values=values):
                self.assertPasses(False, 'outbound', self.refund(**values))

    def test_no_more_goes_back_than_came_in(self):
        self.assertPasses(True, 'outbound', self.refund(amount=-60.0), amount=60.0)
        self.assertPasses(True, 'outbound', self.refund(amount=-40.0), amount=40.0)
        self.assertPasses(False, 'outbound', self.refund(amount=-1.0), amount=1.0)

    def test_finished_refunds_alone_count(self):
        self.new_transaction(**self.refund(state='error'))
        self.new_transaction(**self.refund(operation='online_direct'))
        self.assertPasses(True, 'outbound', self.refund())
