from odoo import Command, fields
from odoo.tests import new_test_user, tagged

from .common import PaymentCommon


@tagged('post_install', '-at_install')
class TestOrdinaryWorkFlows(PaymentCommon):
    """Registering, reversing, transferring, foreign currencies, cash basis, cron and online payments."""

    def as_accountant(self, record):
        return self.acting(record, self.accountant)

    def register(self, bills, **values):
        wizard = self.as_accountant(self.env['account.payment.register']).with_context(
            active_model='account.move', active_ids=bills.ids).create({'payment_date': '2024-03-01', **values})
        return wizard._create_payments()

    def test_callers_get_the_answers_of_odoo(self):
        """Whoever writes and deletes is told that it was done; whoever posts, what was posted."""
        payment, entry, line = self.make_payment(), self.make_entry(), self.make_statement_line()
        reconciled, method_line = self.make_reconciled(), payment.payment_method_line_id
        partial = reconciled.move_id.line_ids.matched_credit_ids | reconciled.move_id.line_ids.matched_debit_ids
        bank_account = self.env['res.partner.bank'].create({'acc_number': '1234567', 'partner_id': self.partner_a.id})
        answers = [
            payment.write({'ref': 'Memo'}), payment.move_id.write({'narration': 'Note'}),
            payment.move_id.line_ids.write({'name': 'Label'}), line.write({'payment_ref': 'Label'}),
            partial.write({'max_date': '2024-03-01'}), method_line.write({'name': 'By hand'}),
            bank_account.write({'sequence': 3}), payment.message_subscribe(self.partner_b.ids),
            payment.unlink(), entry.line_ids.unlink(), line.unlink(), partial.unlink(), self.make_entry().unlink(),
            self.make_payment().move_id.write({'state': 'cancel'}),
        ]
        self.assertEqual(answers, [True] * len(answers))
        drafts = self.make_entry() + self.make_entry()
        self.assertEqual(drafts._post(), drafts)

    # -- register payment -----------------------------------------------------------------------------------------

    def test_register_one(self):
        bill = self.make_bill()
        payment = self.register(bill)
        self.assertRecordValues(payment, [{'state': 'posted', 'amount': 100.0, 'is_reconciled': True}])
        self.assertFalse(bill.amount_residual)

    def test_register_many(self):
        bills = self.make_bill(10.0) | self.make_bill(20.0) | self.make_bill(30.0)
        payments = self.register(bills, group_payment=False)
        self.assertEqual(sorted(payments.mapped('amount')), [10.0, 20.0, 30.0])
        self.assertEqual(set(payments.mapped('state')), {'posted'})
        self.assertFalse(any(bills.mapped('amount_residual')))

    def test_register_grouped(self):
        bills = self.make_bill(10.0) | self.make_bill(20.0)
        payment = self.register(bills, group_payment=True)
        self.assertRecordValues(payment, [{'state': 'posted', 'amount': 30.0}])
        self.assertFalse(any(bills.mapped('amount_residual')))

    def test_register_with_write_off(self):
        bill = self.make_bill()
        payment = self.register(
            bill, amount=95.0, payment_difference_handling='reconcile', writeoff_label='Discount',
            writeoff_account_id=self.company_data['default_account_revenue'].id)
        self.assertEqual(len(payment.move_id.line_ids), 3)
        self.assertFalse(bill.amount_residual)
        self.assertContentKept(payment, self.as_accountant(payment).write, {'amount': 95.0})

    def test_register_a_part(self):
        bill = self.make_bill()
        self.register(bill, amount=30.0)
        self.assertEqual(bill.amount_residual, 70.0)
        self.register(bill, amount=70.0)
        self.assertFalse(bill.amount_residual)

    def test_register_customer_payment(self):
        invoice = self.make_bill(move_type='out_invoice')
        payment = self.register(invoice)
        self.assertRecordValues(payment, [{'state': 'posted', 'payment_type': 'inbound', 'is_reconciled': True}])

    def test_invoicing_user_registers(self):
        """Billing rights are enough, as in Odoo."""
        bill = self.make_bill()
        wizard = self.acting(self.env['account.payment.register'], self.invoicing_user).with_context(
            active_model='account.move', active_ids=bill.ids).create({})
        self.assertEqual(wizard._create_payments().state, 'posted')

    # -- post, reverse, transfer ----------------------------------------------------------------------------------

    def test_post_by_every_road(self):
        """Payment button, entry button, written state and the wizard of the entries post a draft payment."""
        roads = (
            lambda payment: payment.action_post(),
            lambda payment: payment.move_id.action_post(),
            lambda payment: payment.move_id.write({'state': 'posted'}),
            lambda payment: payment.env['validate.account.move'].with_context(
                active_model='account.move', active_ids=payment.move_id.ids).create({}).validate_move(),
        )
        for road in roads:
            payment = self.as_accountant(self.make_payment())
            road(payment)
            self.assertEqual(payment.state, 'posted')

    def test_reverse_payment_entry(self):
        payment = self.make_posted()
        reversal = self.as_accountant(self.env['account.move.reversal']).with_context(
            active_model='account.move', active_ids=payment.move_id.ids).create({
                'journal_id': self.bank_journal.id, 'date': '2024-03-05'})
        action = self.assertContentKept(payment, reversal.refund_moves)
        reverse = self.env['account.move'].browse(action['res_id'])
        self.assertEqual(reverse.reversed_entry_id, payment.move_id)

    def test_reverse_invoice(self):
        """The credit note of a paid invoice leaves the payment alone."""
        invoice, payment = self.make_bill(move_type='out_invoice'), None
        payment = self.register(invoice)
        reversal = self.as_accountant(self.env['account.move.reversal']).with_context(
            active_model='account.move', active_ids=invoice.ids).create({
                'journal_id': invoice.journal_id.id, 'date': '2024-03-05'})
        action = self.assertContentKept(payment, reversal.modify_moves)
        self.assertTrue(action['res_id'])

    def test_internal_transfer(self):
        transfer = self.as_accountant(self.make_transfer(post=False))
        transfer.action_post()
        pair = transfer.paired_internal_transfer_payment_id
        self.assertRecordValues(pair, [{
            'state': 'posted', 'payment_type': 'inbound', 'amount': 100.0, 'journal_id': self.cash_journal.id,
            'paired_internal_transfer_payment_id': transfer.id}])
        self.assertTrue(transfer.is_reconciled)

    def test_internal_transfers_in_a_batch(self):
        transfers = self.as_accountant(self.make_transfer(post=False) | self.make_transfer(post=False))
        transfers.action_post()
        self.assertEqual(len(transfers.paired_internal_transfer_payment_id), 2)

    # -- currencies and taxes -------------------------------------------------------------------------------------

    def test_exchange_difference(self):
        """A bill in a foreign currency, paid at another rate: the difference is posted, and reversed again."""
        currency = self.currency_data['currency']
        self.env['res.currency.rate'].create({
            'name': '2024-02-20', 'rate': 4.0, 'currency_id': currency.id, 'company_id': self.company.id})
        bill = self.make_bill(currency_id=currency.id)
        payment = self.as_accountant(self.make_posted(currency_id=currency.id))
        self.assertContentKept(payment, self.match_items, payment.move_id | bill)
        partials = payment.move_id.line_ids.matched_credit_ids | payment.move_id.line_ids.matched_debit_ids
        self.assertTrue(partials.exchange_move_id)
        self.assertContentKept(payment, payment.move_id.line_ids.remove_move_reconcile)
        self.assertFalse(payment.is_reconciled)

    def test_cash_basis_taxes(self):
        """Taxes due on payment: their entries are made when the bill is matched, and reversed when it is not."""
        self.company.tax_exigibility = True
        self.tax_purchase_a.write({
            'tax_exigibility': 'on_payment',
            'cash_basis_transition_account_id': self.safe_copy(self.company_data['default_account_assets']).id})
        bill = self.make_bill(invoice_line_ids=[
            Command.create({'name': 'Rent', 'price_unit': 100.0, 'tax_ids': [Command.set(self.tax_purchase_a.ids)]})])
        payment = self.as_accountant(self.make_posted(amount=bill.amount_total))
        self.assertContentKept(payment, self.match_items, payment.move_id | bill)
        cash_basis = bill.tax_cash_basis_created_move_ids
        self.assertEqual(cash_basis.mapped('state'), ['posted'])
        self.assertContentKept(payment, payment.move_id.line_ids.remove_move_reconcile)
        self.assertEqual(len(cash_basis.reversal_move_id), 1)

    # -- nobody at the screen -------------------------------------------------------------------------------------

    def test_auto_post_cron(self):
        """The nightly job runs as OdooBot and posts what is due."""
        payment = self.make_payment(date=fields.Date.today())
        payment.move_id.auto_post = 'at_date'
        self.env['account.move'].with_user(self.odoobot)._autopost_draft_entries()
        self.assertEqual(payment.state, 'posted')

    def test_online_provider(self):
        """A customer pays online: a portal user, or nobody, creates and posts through sudo()."""
        portal = new_test_user(self.env, login='guard_portal', groups='base.group_portal')
        public = self.env.ref('base.public_user')
        for user in (portal, public):
            invoice = self.make_bill(move_type='out_invoice')
            payment = self.env['account.payment'].with_user(user).sudo().with_company(self.company).create({
                'amount': 100.0, 'payment_type': 'inbound', 'partner_id': self.partner_a.id,
                'journal_id': self.bank_journal.id, 'date': '2024-03-01', 'ref': 'Online'})
            payment.action_post()
            self.match_items(payment.move_id | invoice.with_env(payment.env))
            payment.write({'is_move_sent': True})
            self.assertRecordValues(payment, [{'state': 'posted', 'is_reconciled': True}])
