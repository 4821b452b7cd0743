"""Register Payment under approval ends where Odoo's own Register Payment would have ended at once."""
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PaymentCommon


@tagged('post_install', '-at_install')
class TestApprovalRegister(PaymentCommon):

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        role = 'payment_account_enhanced.group_payment_%s'
        cls.reviewer = cls.make_user('register_reviewer', role % 'reviewer')
        cls.approver = cls.make_user('register_approver', role % 'approver')
        cls.poster = cls.make_user('register_poster', role % 'poster')
        cls.early_term = cls.env['account.payment.term'].create({
            'name': '2% in 10 days', 'early_discount': True, 'discount_percentage': 2, 'discount_days': 10,
        })

    # -- helpers ---------------------------------------------------------------------------------------------------

    def bill(self, amount=1000.0, move_type='in_invoice', **values):
        move = self.init_invoice(
            move_type, partner=self.partner_a, invoice_date=fields.Date.to_date('2024-03-01'), amounts=[amount],
            currency=values.pop('currency', None), taxes=values.pop('taxes', None),
        )
        move.write(values)
        move.action_post()
        return move

    def register(self, bills, **values):
        """Register a payment as the invoicing user, who has no payment role."""
        wizard = self.env['account.payment.register'].with_user(self.invoicing_user).with_context(
            active_model='account.move', active_ids=bills.ids,
        ).create({'payment_date': '2024-03-05', 'journal_id': self.bank_journal.id, **values})
        return wizard._create_payments()

    def take_through(self, payments):
        """Review, approve and post by people who did not register the payments."""
        payments.with_user(self.reviewer).action_review_payment()
        outbound = payments.filtered(lambda payment: payment.payment_type == 'outbound')
        if outbound:
            outbound.with_user(self.approver).action_approve_payment()
        payments.with_user(self.poster).action_post_payment()

    def chatter(self, payment):
        return '\n'.join(str(body) for body in payment.message_ids.mapped('body'))

    def outcome(self, bills, payments):
        """What the books say afterwards: items, what is open on them, and their matchings."""
        self.env.invalidate_all()
        lines = (bills + payments.move_id).line_ids.sorted(
            lambda line: (line.move_id.move_type, line.account_id.code, line.balance, line.id))
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        return {
            'items': [
                (line.account_id.code, line.balance, line.amount_currency, line.amount_residual, line.reconciled)
                for line in lines
            ],
            'matchings': sorted(
                (partial.amount, partial.debit_amount_currency, partial.credit_amount_currency,
                 sum(partial.exchange_move_id.line_ids.mapped('debit')))
                for partial in partials
            ),
            'bills': [(bill.payment_state, bill.amount_residual) for bill in bills],
            'taxes due': sorted(
                (line.account_id.code, line.balance, line.amount_currency)
                for line in bills.tax_cash_basis_created_move_ids.line_ids
            ),
        }

    def assertSameAsStock(self, make_bills, **values):
        """Register the same twice, without and with approval, and compare the books at the end."""
        self.switch_approval(outbound=False, inbound=False)
        stock_bills = make_bills()
        stock_payments = self.register(stock_bills, **values)
        self.assertEqual(set(stock_payments.mapped('state')), {'posted'})
        self.switch_approval(outbound=True, inbound=True)
        bills = make_bills()
        payments = self.register(bills, **values)
        self.assertEqual(set(payments.mapped('approval_state')), {'under_review'})
        self.assertEqual(set(bills.mapped('payment_state')), {'not_paid'})
        self.take_through(payments)
        self.assertEqual(set(payments.mapped('state')), {'posted'})
        self.assertFalse(payments.waiting_settlement_ids, 'A posted payment waits for nothing')
        self.assertEqual(self.outcome(bills, payments), self.outcome(stock_bills, stock_payments))
        return bills, payments

    # -- the same as stock -----------------------------------------------------------------------------------------

    def test_one_bill_in_full(self):
        bills, _payments = self.assertSameAsStock(self.bill)
        self.assertEqual(bills.payment_state, bills._get_invoice_in_payment_state())

    def test_one_invoice_of_a_customer(self):
        self.assertSameAsStock(lambda: self.bill(move_type='out_invoice'))

    def test_part_of_a_bill(self):
        bills, _payments = self.assertSameAsStock(self.bill, amount=400.0)
        self.assertEqual(bills.payment_state, 'partial')

    def test_write_off(self):
        self.assertSameAsStock(
            self.bill, amount=990.0, payment_difference_handling='reconcile', writeoff_label='Rounding',
            writeoff_account_id=self.company_data['default_account_revenue'].id,
        )

    def test_two_bills_in_one_payment(self):
        _bills, payments = self.assertSameAsStock(lambda: self.bill() + self.bill(500.0), group_payment=True)
        self.assertEqual(len(payments), 1)

    def test_two_bills_in_two_payments(self):
        _bills, payments = self.assertSameAsStock(lambda: self.bill() + self.bill(500.0), group_payment=False)
        self.assertEqual(len(payments), 2)

    def test_early_payment_discount(self):
        bills, _payments = self.assertSameAsStock(lambda: self.bill(invoice_payment_term_id=self.early_term.id))
        self.assertEqual(bills.amount_residual, 0.0)

    def test_foreign_currency_with_exchange_difference(self):
        def foreign_bill():
            return self.bill(currency=self.currency_data['currency'])
        self.env['res.currency.rate'].create({
            'name': '2024-03-04', 'rate': 2.5, 'currency_id': self.currency_data['currency'].id,
            'company_id': self.company.id,
        })
        bills, payments = self.assertSameAsStock(foreign_bill)
        self.assertTrue((bills.line_ids.matched_debit_ids | bills.line_ids.matched_credit_ids).exchange_move_id)
        self.assertEqual(payments.currency_id, self.currency_data['currency'])

    def test_difference_on_the_exchange_account(self):
        self.assertSameAsStock(
            lambda: self.bill(currency=self.currency_data['currency']), currency_id=self.company.currency_id.id,
            amount=480.0, payment_difference_handling='reconcile',
            writeoff_account_id=self.company.expense_currency_exchange_account_id.id,
        )

    def test_tax_on_cash_basis_at_the_rate_of_the_day(self):
        """A foreign bill paid in the currency of the company: the tax becomes due at the rate of the payment."""
        self.company.tax_exigibility = True
        tax = self.company_data['default_tax_purchase'].copy({
            'name': 'Due when paid', 'tax_exigibility': 'on_payment',
            'cash_basis_transition_account_id': self.company_data['default_account_tax_purchase'].copy().id,
        })
        bills, payments = self.assertSameAsStock(
            lambda: self.bill(currency=self.currency_data['currency'], taxes=tax),
            currency_id=self.company.currency_id.id)
        self.assertTrue(self.outcome(bills, payments)['taxes due'])

    # -- while it waits --------------------------------------------------------------------------------------------

    def test_says_so_before_the_click(self):
        self.switch_approval(outbound=True, inbound=False)
        wizard = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=self.bill().ids).new({})
        self.assertIn('submitted for review', wizard.approval_notice)
        wizard = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=self.bill(move_type='out_invoice').ids).new({})
        self.assertFalse(wizard.approval_notice)

    def test_says_so_where_the_document_stays_on_the_screen(self):
        self.switch_approval(outbound=True, inbound=False)
        wizard = self.env['account.payment.register'].with_user(self.invoicing_user).with_context(
            active_model='account.move', active_ids=self.bill().ids, dont_redirect_to_payments=True)
        answer = wizard.create({'journal_id': self.bank_journal.id}).action_create_payments()
        self.assertIn('paid when the payment has been approved', answer['params']['message'])

    def test_bill_shows_what_waits_and_the_next_wizard_warns(self):
        self.switch_approval(outbound=True, inbound=True)
        bill = self.bill()
        self.assertEqual(bill.waiting_payment_count, 0)
        payment = self.register(bill)
        bill.invalidate_recordset()
        self.assertEqual(bill.waiting_payment_count, 1)
        action = bill.action_open_waiting_payments()
        self.assertEqual((action['res_id'], action['context']), (payment.id, {'create': False}))
        second = self.register(bill)
        bill.invalidate_recordset()
        self.assertEqual(bill.waiting_payment_count, 2)
        self.assertEqual(bill.action_open_waiting_payments()['domain'], [('id', 'in', (payment | second).ids)])
        wizard = self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=bill.ids).create({})
        self.assertIn(payment.voucher_number, wizard.waiting_notice)

    def test_new_document_is_not_looked_for(self):
        lines = self.env['account.move'].new({'move_type': 'in_invoice'}).line_ids
        with self.assertQueryCount(0):
            self.assertFalse(lines._get_waiting_payments())

    def test_documents_to_pay_cannot_be_written(self):
        self.switch_approval(outbound=True, inbound=True)
        payment = self.register(self.bill())
        other = self.bill(5.0).line_ids.filtered(lambda line: line.account_type == 'liability_payable')
        row = {'payment_id': payment.id, 'line_id': other.id, 'currency_id': payment.currency_id.id}
        for attempt in (
            lambda: self.env['payment.settlement'].sudo().create(row),
            lambda: payment.settlement_ids.sudo().write({'line_id': other.id}),
            lambda: payment.settlement_ids.sudo().unlink(),
            lambda: payment.sudo().write({'settlement_ids': [(0, 0, row)]}),
        ):
            with self.assertRaises(UserError):
                attempt()

    # -- paid otherwise meanwhile ----------------------------------------------------------------------------------

    def test_bill_paid_otherwise_leaves_a_credit_and_says_so(self):
        self.switch_approval(outbound=True, inbound=True)
        bill = self.bill()
        waiting = self.register(bill)
        self.switch_approval(outbound=False, inbound=False)
        self.register(bill, amount=700.0)
        self.take_through(waiting)
        self.assertEqual(bill.amount_residual, 0.0)
        payable = waiting.move_id.line_ids.filtered(lambda line: line.account_type == 'liability_payable')
        self.assertEqual(payable.amount_residual, 700.0)
        self.assertRegex(self.chatter(waiting), r'700\.00 of it stays as credit')

    def test_bill_paid_otherwise_in_part_leaves_nothing_to_say(self):
        self.switch_approval(outbound=True, inbound=True)
        bill = self.bill()
        waiting = self.register(bill, amount=500.0)
        self.switch_approval(outbound=False, inbound=False)
        self.register(bill, amount=300.0)
        self.take_through(waiting)
        self.assertEqual(bill.amount_residual, 200.0)
        self.assertNotIn('stays as credit', self.chatter(waiting))

    def test_bill_reset_meanwhile_leaves_a_credit(self):
        self.switch_approval(outbound=True, inbound=True)
        bill = self.bill()
        waiting = self.register(bill)
        bill.button_draft()
        self.take_through(waiting)
        self.assertEqual(waiting.state, 'posted')
        self.assertIn('stays as credit', self.chatter(waiting))

    def test_only_the_bill_that_was_reset_is_named(self):
        self.switch_approval(outbound=True, inbound=True)
        bills = self.bill() + self.bill(500.0)
        waiting = self.register(bills, group_payment=True)
        bills[0].button_draft()
        self.take_through(waiting)
        self.assertEqual(bills[1].amount_residual, 0.0)
        [said] = [body for body in waiting.message_ids.mapped('body') if 'was paid otherwise' in body]
        self.assertIn(bills[0].display_name, said)
        self.assertNotIn(bills[1].name, said)

    def test_partner_changed_after_rejection_is_not_matched_with_the_old_bill(self):
        bill, _payment = self.post_changed_after_rejection({'partner_id': self.partner_b.id})
        self.assertEqual(bill.payment_state, 'not_paid')

    def test_account_changed_after_rejection_is_not_matched_with_the_old_bill(self):
        account = self.company_data['default_account_payable'].copy()
        bill, payment = self.post_changed_after_rejection({'destination_account_id': account.id})
        self.assertEqual((payment.state, bill.payment_state), ('posted', 'not_paid'))

    def post_changed_after_rejection(self, values):
        """A payment that is registered, rejected, changed, submitted again and posted, and its bill."""
        self.switch_approval(outbound=True, inbound=True)
        bill = self.bill()
        payment = self.register(bill)
        payment.with_user(self.reviewer)._run_approval('reject', 'wrong')
        payment.write(values)
        payment.with_user(self.reviewer).action_submit_for_review()
        self.reviewer = self.make_user('register_reviewer_2', 'payment_account_enhanced.group_payment_reviewer')
        self.take_through(payment)
        return bill, payment
