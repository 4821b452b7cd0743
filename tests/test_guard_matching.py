"""The matching of a payment: made by reconciling, undone by unreconciling, and nothing else."""
from odoo import Command
from odoo.tests import tagged

from .common import PAYMENT_LOCKED, RECONCILED_LOCKED, PaymentCommon


@tagged('post_install', '-at_install')
class TestGuardMatching(PaymentCommon):
    """What a client can do to the records that hold the matching, beside reconciling and unreconciling."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.posted = cls.make_posted()
        cls.reconciled = cls.make_reconciled()
        cls.open_item = cls.posted._seek_for_lines()[1]
        cls.matched_item = cls.reconciled._seek_for_lines()[1]
        cls.partial = cls.matched_item.matched_debit_ids | cls.matched_item.matched_credit_ids
        cls.bill_item = cls.make_bill(500.0).line_ids.filtered(lambda line: line.account_id == cls.open_item.account_id)

    def make_partial(self, acting, **values):
        return acting.env['account.partial.reconcile'].create({
            'debit_move_id': self.open_item.id, 'credit_move_id': self.bill_item.id, 'amount': 60.0,
            'debit_amount_currency': 60.0, 'credit_amount_currency': 60.0, **values})

    def make_full(self, acting, items, partials):
        return acting.env['account.full.reconcile'].create({
            'reconciled_line_ids': [Command.set(items.ids)], 'partial_reconcile_ids': [Command.set(partials.ids)]})

    # -- written over ---------------------------------------------------------------------------------------------

    def test_matching_is_not_rewritten(self):
        """A reconciliation is made and undone; its amounts and sides are not written over."""
        for values in ({'amount': 1.0}, {'debit_amount_currency': 1.0}, {'credit_amount_currency': 1.0},
                       {'debit_move_id': self.posted._seek_for_lines()[1].id},
                       {'credit_move_id': self.posted._seek_for_lines()[1].id}, {'full_reconcile_id': False}):
            with self.subTest(values=values):
                for door in (
                    lambda acting, values=values: self.partial.with_env(acting.env).write(values),
                    lambda acting, values=values: acting.move_id.line_ids.sudo().write(
                        {'matched_debit_ids': [Command.update(self.partial.id, values)]}),
                ):
                    self.assertRefusedToAll(RECONCILED_LOCKED, self.reconciled, door)

    def test_matching_without_payments_is_rewritten_as_in_odoo(self):
        """Cash basis and exchange differences write to the matching of documents."""
        documents = self.make_bill() | self.make_bill(move_type='in_refund')
        self.match_items(documents)
        partial = documents.line_ids.matched_debit_ids
        partial.with_user(self.accountant).write({'max_date': partial.max_date, 'amount': partial.amount})
        self.assertTrue(partial.exists())

    def test_matching_flags_are_not_the_matching(self):
        """The lock reads the partial reconciles: a flag written by a client makes nothing unreconciled."""
        for user in (self.accountant, self.payment_manager):
            self.assertRefused(
                RECONCILED_LOCKED, self.reconciled, self.acting(self.reconciled, user).write,
                {'is_reconciled': False, 'is_matched': False})
        self.cr.execute(
            'UPDATE account_payment SET is_reconciled = false WHERE id = %s', [self.reconciled.id])
        self.env.invalidate_all()
        self.assertRefused(
            RECONCILED_LOCKED, self.reconciled, self.acting(self.reconciled, self.payment_manager).write, {'ref': 'x'})

    def test_number_of_a_matching_is_kept(self):
        """Odoo checks that a number fits its matching, but lets a client take it away, or write another one."""
        partly = self.make_reconciled(bill_amount=40.0)
        for payment, numbers in ((self.reconciled, (False, '')), (partly, (False, 'P999999'))):
            for number in numbers:
                with self.subTest(number=number):
                    self.assertRefusedToAll(
                        RECONCILED_LOCKED, payment, lambda acting, number=number:
                        acting.move_id.line_ids.filtered('matching_number').with_context(
                            skip_matching_number_check=True).write({'matching_number': number}))

    def test_number_for_a_matching_to_come_is_free(self):
        """Items that are not matched yet may be marked for it, as an import does."""
        self.open_item.with_user(self.accountant).write({'matching_number': 'I7'})
        self.assertEqual(self.open_item.matching_number, 'I7')

    def test_number_for_a_matching_to_come_carries_nothing_along(self):
        self.assertRefusedToEveryoneElse(
            PAYMENT_LOCKED, self.posted, lambda acting:
            self.open_item.with_env(acting.env).write({'matching_number': 'I8', 'date_maturity': '2031-01-01'}))

    # -- exchange differences -------------------------------------------------------------------------------------

    def test_exchange_difference_is_the_entry_of_its_matching(self):
        """Undoing a matching reverses this entry, and the voucher leaves it out: no other one is put in its place."""
        documents = self.make_bill() | self.make_bill(move_type='in_refund')
        of_documents = self.match_items(documents).matched_debit_ids
        bill, group = self.partial.credit_move_id.move_id, self.matched_item.full_reconcile_id
        for payment, matching, entry in (
            (self.reconciled, self.partial, bill),
            (self.reconciled, self.partial, self.posted.move_id),
            (self.reconciled, group, bill),
            (self.posted, of_documents, self.posted.move_id),
            (self.posted, of_documents.full_reconcile_id, self.posted.move_id),
        ):
            with self.subTest(matching=matching, entry=entry.name):
                self.assertRefusedToAll(
                    RECONCILED_LOCKED, payment, lambda acting, matching=matching, entry=entry:
                    matching.with_env(acting.env).write({'exchange_move_id': entry.id}))
        self.assertRefusedToAll(
            RECONCILED_LOCKED, self.posted, lambda acting: self.make_partial(acting, exchange_move_id=bill.id))

    def test_exchange_difference_is_kept(self):
        """Nor is it taken away: then undoing the matching would not reverse it."""
        currency = self.currency_data['currency']
        payment = self.make_posted(amount=600.0, currency_id=currency.id)
        bill = self.make_bill(600.0, currency_id=currency.id, invoice_date='2016-02-01', date='2016-02-01')
        partial = self.match_items(payment.move_id | bill).matched_debit_ids.filtered('exchange_move_id')
        other = self.make_entry(post=True, journal_id=partial.exchange_move_id.journal_id.id)
        for entry in (self.env['account.move'], other):
            self.assertRefusedToAll(
                RECONCILED_LOCKED, payment, lambda acting, entry=entry:
                partial.with_env(acting.env).write({'exchange_move_id': entry.id}))

    def test_exchange_difference_of_documents_is_free(self):
        documents = self.make_bill() | self.make_bill(move_type='in_refund')
        partial = self.match_items(documents).matched_debit_ids.with_user(self.accountant)
        partial.write({'exchange_move_id': documents[0].id})
        self.assertEqual(partial.exchange_move_id, documents[0])

    # -- made by hand ---------------------------------------------------------------------------------------------

    def test_matching_takes_no_more_than_is_open(self):
        """A matching that a client creates by itself is no way to change what is open on a payment."""
        other_account = self.bill_item.move_id.line_ids - self.bill_item
        for values in (
            {'amount': 200.0},
            {'amount': -60.0},
            {'debit_amount_currency': 200.0},
            {'debit_amount_currency': -60.0},
            {'debit_move_id': self.bill_item.id, 'credit_move_id': self.open_item.id},
            {'credit_move_id': other_account[0].id},
        ):
            with self.subTest(values=values):
                self.assertRefusedToAll(
                    RECONCILED_LOCKED, self.posted, lambda acting, values=values: self.make_partial(acting, **values))

    def test_matching_takes_no_more_from_a_receipt(self):
        receipt = self.make_posted(payment_type='inbound', partner_type='customer')
        invoice = self.make_bill(500.0, move_type='out_invoice')
        credit = receipt._seek_for_lines()[1]
        debit = invoice.line_ids.filtered(lambda line: line.account_id == credit.account_id)
        for values in ({'amount': 200.0}, {'amount': -60.0}, {'credit_amount_currency': 200.0},
                       {'credit_amount_currency': -60.0}):
            with self.subTest(values=values):
                self.assertRefusedToAll(
                    RECONCILED_LOCKED, receipt, lambda acting, values=values: self.make_partial(
                        acting, **{'debit_move_id': debit.id, 'credit_move_id': credit.id, **values}))

    def test_matching_of_what_is_open(self):
        """Within what is open it is a matching as any other."""
        self.make_partial(self.acting(self.posted, self.accountant))
        self.assertEqual(self.open_item.amount_residual, 40.0)

    def test_matching_takes_nothing_to_and_fro(self):
        """What one matching takes and another gives back leaves as much open as before, but is no reconciliation."""
        counterpart = self.partial.credit_move_id
        one = {'amount': 1.0, 'debit_amount_currency': 1.0, 'credit_amount_currency': 1.0}
        to = {'debit_move_id': self.matched_item.id, 'credit_move_id': counterpart.id, **one}
        fro = {'debit_move_id': counterpart.id, 'credit_move_id': self.matched_item.id, **one}
        with_itself = {**to, 'credit_move_id': self.matched_item.id}
        for values in ([with_itself], [to, fro]):
            with self.subTest(values=values):
                self.assertRefusedToAll(
                    RECONCILED_LOCKED, self.reconciled, lambda acting, values=values:
                    acting.env['account.partial.reconcile'].create(values))

    def test_matching_of_nothing(self):
        """Odoo matches items of 0.00, and so may a client; but nothing joins what is matched in full."""
        nothing = {'amount': 0.0, 'debit_amount_currency': 0.0, 'credit_amount_currency': 0.0}
        self.assertRefusedToAll(
            RECONCILED_LOCKED, self.reconciled, lambda acting: self.make_partial(
                acting, debit_move_id=self.matched_item.id, **nothing))
        self.make_partial(self.acting(self.posted, self.accountant), **nothing)
        self.assertEqual(self.open_item.amount_residual, 100.0)

    def test_group_holds_what_is_matched(self):
        """A client marks nothing as fully matched that is not, leaves no bill out, takes nothing out of its group."""
        partly = self.make_reconciled(bill_amount=40.0)._seek_for_lines()[1]
        settled = self.make_reconciled(bill_amount=500.0)._seek_for_lines()[1]
        for payment, items, partials in (
            (self.posted, self.open_item, self.partial),
            (self.reconciled, self.bill_item, self.partial),
            (partly.payment_id, partly | partly.matched_credit_ids.credit_move_id, partly.matched_credit_ids),
            (self.reconciled, self.matched_item, self.partial),
            (settled.payment_id, settled, settled.matched_credit_ids),
            (settled.payment_id, settled, self.partial.browse()),
        ):
            with self.subTest(payment=payment.name):
                self.assertRefusedToAll(
                    RECONCILED_LOCKED, payment, lambda acting, items=items, partials=partials:
                    self.make_full(acting, items, partials))

    def test_group_is_joined_and_left_by_matching_alone(self):
        """The items and matchings of documents are no payment's, but they are in its group."""
        group, counterpart = self.matched_item.full_reconcile_id, self.partial.credit_move_id
        documents = self.make_bill() | self.make_bill(move_type='in_refund')
        other_partial = self.match_items(documents).matched_debit_ids
        for door in (
            lambda acting: self.bill_item.with_env(acting.env).write({'full_reconcile_id': group.id}),
            lambda acting: counterpart.with_env(acting.env).write({'full_reconcile_id': False}),
            lambda acting: self.bill_item.move_id.with_env(acting.env).write({
                'line_ids': [Command.create({
                    'full_reconcile_id': group.id, 'account_id': self.bill_item.account_id.id, 'balance': 0.0})]}),
            lambda acting: other_partial.with_env(acting.env).write({'full_reconcile_id': group.id}),
            lambda acting: self.partial.with_env(acting.env).write({'full_reconcile_id': False}),
            lambda acting: self.make_partial(
                acting, debit_move_id=other_partial.debit_move_id.id, amount=0.0, full_reconcile_id=group.id),
            lambda acting: group.with_env(acting.env).write({'reconciled_line_ids': [Command.link(self.bill_item.id)]}),
            lambda acting: group.with_env(acting.env).write({'partial_reconcile_ids': [Command.clear()]}),
        ):
            self.assertRefusedToAll(RECONCILED_LOCKED, self.reconciled, door)

    def test_group_of_linked_items(self):
        """Whichever command names the items."""
        items = self.open_item | self.bill_item
        for commands in ([Command.set(items.ids)], [*map(Command.link, items.ids)]):
            self.assertRefusedToAll(
                RECONCILED_LOCKED, self.posted, lambda acting, commands=commands:
                acting.env['account.full.reconcile'].create(
                    {'reconciled_line_ids': commands, 'partial_reconcile_ids': []}))

    def test_group_that_stays_the_same(self):
        """A client may send what is there already."""
        group, counterpart = self.matched_item.full_reconcile_id, self.partial.credit_move_id
        for member in (counterpart, self.partial):
            member.with_user(self.accountant).write({'full_reconcile_id': group.id})
            self.assertEqual(member.full_reconcile_id, group)

    def test_groups_without_payments_are_as_in_odoo(self):
        documents = self.make_bill() | self.make_bill(move_type='in_refund')
        items = self.match_items(documents)
        self.assertTrue(items.full_reconcile_id.with_user(self.accountant).unlink())
        group = self.make_full(documents.with_user(self.accountant), items, items.matched_debit_ids)
        self.assertEqual(items.full_reconcile_id, group)

    def test_group_is_not_deleted_alone(self):
        """Undone is a matching with its parts: without the group, they would stay behind."""
        group = self.matched_item.full_reconcile_id
        self.assertTrue(group)
        self.assertRefusedToAll(
            RECONCILED_LOCKED, self.reconciled, lambda acting: group.with_env(acting.env).unlink())
