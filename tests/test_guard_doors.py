from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import (
    ENTRY_NO_RESET,
    PAYMENT_LOCKED,
    PAYMENT_NO_RESET,
    RECONCILED_LOCKED,
    PaymentCommon,
)

NO_RESET = (PAYMENT_NO_RESET, ENTRY_NO_RESET)


@tagged('post_install', '-at_install')
class TestGuardDoors(PaymentCommon):
    """The other ways to a posted payment: its state, its links, copies of it, creation beside it, imports, wizards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.posted = cls.make_posted()
        cls.reconciled = cls.make_reconciled()

    # -- state ----------------------------------------------------------------------------------------------------

    def test_reset_and_cancel(self):
        """Buttons and written states, on the payment and on its entry."""
        doors = (
            lambda acting: acting.action_draft(),
            lambda acting: acting.action_cancel(),
            lambda acting: acting.move_id.button_draft(),
            lambda acting: acting.move_id.button_cancel(),
            lambda acting: acting.write({'state': 'draft'}),
            lambda acting: acting.write({'state': 'cancel'}),
            lambda acting: acting.move_id.write({'state': 'draft'}),
            lambda acting: acting.move_id.write({'state': 'cancel'}),
            lambda acting: acting.web_save({'state': 'draft'}, {'id': {}}),
            lambda acting: acting.move_id.web_save({'state': 'draft'}, {'id': {}}),
            lambda acting: acting.move_id.update({'state': 'draft'}),
            lambda acting: acting.move_id.write({'payment_ids': [Command.update(acting.id, {'state': 'draft'})]}),
        )
        for number, door in enumerate(doors):
            with self.subTest(door=number):
                self.assertRefusedToEveryoneElse(NO_RESET, self.posted, door)
                self.assertRefusedToAll((*NO_RESET, RECONCILED_LOCKED), self.reconciled, door)

    def test_state_together_with_content(self):
        """A state does not carry content along: neither out of the posted state nor into it, for anybody."""
        openings = (*NO_RESET, PAYMENT_LOCKED, RECONCILED_LOCKED)
        for values in ({'state': 'draft', 'ref': 'x'}, {'state': 'cancel', 'date': '2024-04-01'}):
            for door in (
                lambda acting, values=values: acting.write(values),
                lambda acting, values=values: acting.move_id.write(values),
            ):
                self.assertRefusedToAll(openings, self.posted, door)
        self.assertRefusedToAll(openings, self.posted, lambda acting: acting.write({'state': 'draft', 'amount': 5.0}))

    def test_parent_state_of_items(self):
        """The copy of the state that items keep is not a way to make them look draft."""
        self.assertRefusedToEveryoneElse(
            PAYMENT_LOCKED, self.posted, lambda acting: acting.move_id.line_ids.write({'parent_state': 'draft'}))

    # -- links ----------------------------------------------------------------------------------------------------

    def test_links_to_other_records(self):
        """Entry, payment, pair and statement line of a posted payment stay what they are."""
        other, statement_line = self.make_payment(), self.make_statement_line()
        item = self.posted._seek_for_lines()[0]
        doors = (
            lambda acting: acting.write({'move_id': other.move_id.id}),
            lambda acting: acting.write({'paired_internal_transfer_payment_id': other.id}),
            lambda acting: acting.move_id.write({'payment_id': other.id}),
            lambda acting: acting.move_id.write({'payment_id': False}),
            lambda acting: acting.move_id.write({'statement_line_id': statement_line.id}),
            lambda acting: acting.write({'statement_line_id': statement_line.id}),
            lambda acting: acting.move_id.write({'statement_line_ids': [Command.link(statement_line.id)]}),
            lambda acting: statement_line.with_env(acting.env).sudo().write({'move_id': acting.move_id.id}),
            lambda acting: item.with_env(acting.env).write({'payment_id': other.id}),
            lambda acting: item.with_env(acting.env).write({'statement_line_id': statement_line.id}),
        )
        for number, door in enumerate(doors):
            with self.subTest(door=number):
                self.assertRefusedToEveryoneElse(PAYMENT_LOCKED, self.posted, door, named=False)

    def test_pair_of_a_transfer(self):
        """A posted transfer keeps its pair."""
        transfer, other = self.make_transfer(), self.make_payment()
        for value in (False, other.id):
            self.assertRefusedToAll(
                RECONCILED_LOCKED, transfer,
                lambda acting, value=value: acting.write({'paired_internal_transfer_payment_id': value}))

    # -- creation -------------------------------------------------------------------------------------------------

    def test_items_created_on_a_posted_payment(self):
        """By themselves, copied from another entry, or moved there."""
        entry, account = self.posted.move_id, self.company_data['default_account_expense']
        values = {'name': 'Fee', 'account_id': account.id, 'balance': 0.0}
        draft_item = self.make_entry().line_ids[0]
        doors = (
            lambda acting: acting.env['account.move.line'].create({**values, 'move_id': entry.id}),
            lambda acting: acting.env['account.move.line'].web_save({**values, 'move_id': entry.id}, {'id': {}}),
            lambda acting: draft_item.with_env(acting.env).copy({'move_id': entry.id}),
            lambda acting: draft_item.with_env(acting.env).write({'move_id': entry.id}),
            lambda acting: acting.move_id.line_ids[0].copy(),
        )
        for number, door in enumerate(doors):
            with self.subTest(door=number):
                self.assertRefusedToEveryoneElse(PAYMENT_LOCKED, self.posted, door)
                self.assertRefusedToEveryoneElse(
                    RECONCILED_LOCKED, self.reconciled,
                    lambda acting: acting.move_id.line_ids[0].copy())

    def test_no_items_are_moved_to_a_posted_payment(self):
        """A write on nothing does nothing, as in Odoo."""
        items = self.env['account.move.line'].with_user(self.accountant)
        self.assertTrue(items.write({'move_id': self.posted.move_id.id}))

    def test_items_created_with_a_default_entry(self):
        """A default of the context is no way around the entry that an item is created on."""
        before = self.fingerprint(self.posted)
        create = self.env['account.move.line'].with_user(self.accountant).with_context(
            default_move_id=self.posted.move_id.id).create
        # Odoo itself stumbles over an item without an entry, before it looks at the defaults.
        with self.assertRaises(KeyError):
            create({'name': 'Fee', 'account_id': self.company_data['default_account_expense'].id, 'balance': 0.0})
        self.assertEqual(self.fingerprint(self.posted), before)

    def test_payments_created_upon_a_posted_entry(self):
        """An entry that is posted already does not become a payment, even if nothing of it would change."""
        entry = self.make_entry(post=True, journal_id=self.bank_journal.id)
        values = {'amount': 30.0, 'move_id': entry.id, 'payment_type': 'outbound', 'partner_type': 'supplier'}
        for user in (self.accountant, self.payment_manager):
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, PAYMENT_LOCKED):
                self.env['account.payment'].with_user(user).create(values)

    def test_payments_created_posted(self):
        """A payment starts as a draft, whatever the values and the defaults say."""
        values = {'amount': 5.0, 'journal_id': self.bank_journal.id, 'partner_id': self.partner_a.id}
        for user in (self.accountant, self.payment_manager):
            payments = self.env['account.payment'].with_user(user)
            for create in (
                lambda payments=payments: payments.create({**values, 'state': 'posted'}),
                lambda payments=payments: payments.with_context(default_state='posted').create(values),
                lambda payments=payments: payments.web_save({**values, 'state': 'posted'}, {'id': {}}),
                lambda user=user: self.posted.with_user(user).copy({'state': 'posted'}),
                lambda user=user: self.posted.move_id.with_user(user).copy({'state': 'posted'}),
            ):
                with self.assertRaises(UserError):
                    create()

    def test_entries_created_posted(self):
        """An entry starts as a draft, too, where a default says otherwise."""
        for user in (self.accountant, self.payment_manager):
            moves = self.env['account.move'].with_user(user).with_company(self.company)
            with self.assertRaisesRegex(UserError, "cannot be created: an entry starts as a draft"):
                moves.with_context(default_state='posted').create({'move_type': 'entry'})

    def test_draft_is_posted_by_a_write_of_its_state_alone(self):
        """What is written beside the state would be posted unseen."""
        draft = self.make_payment()
        with self.assertRaisesRegex(UserError, "would be posted and changed at once.*refused: Date"):
            draft.move_id.with_user(self.accountant).write({'state': 'posted', 'date': '2024-04-01'})
        self.assertEqual(draft.state, 'draft')

    def test_copies(self):
        """A copy is a draft with an entry and a number of its own, and leaves the original alone."""
        acting = self.acting(self.posted, self.accountant)
        for default in ({}, {'posted_before': True}, {'payment_reference': 'Again'}):
            copied = self.assertContentKept(self.posted, acting.copy, default)
            self.assertEqual(copied.state, 'draft')
            self.assertNotEqual(copied.move_id, self.posted.move_id)
        self.assertRefusedToAll(
            (PAYMENT_LOCKED, 'Journal Entry'), self.posted,
            lambda acting: acting.copy({'move_id': acting.move_id.id}), named=False)
        self.assertRefusedToEveryoneElse(
            PAYMENT_LOCKED, self.posted, lambda acting: acting.copy({'line_ids': [Command.set(acting.line_ids.ids)]}))
        self.assertRefusedToAll(
            PAYMENT_LOCKED, self.posted, lambda acting: acting.move_id.copy({'payment_id': acting.id}))
