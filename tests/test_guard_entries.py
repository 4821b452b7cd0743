from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ENTRY_NO_RESET, NO_DELETE, PaymentCommon

FORCED = {'force_delete': True, 'dynamic_unlink': True}


@tagged('post_install', '-at_install')
class TestGuardEntries(PaymentCommon):
    """Posted entries of any kind are not reset, cancelled or deleted, nor does anybody write their state."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entries = {
            'bill': cls.make_bill(),
            'invoice': cls.make_bill(move_type='out_invoice'),
            'refund': cls.make_bill(move_type='in_refund'),
            'miscellaneous': cls.make_entry(post=True),
            'paid bill': cls.make_bill(),
        }
        cls.match_items(cls.entries['paid bill'] | cls.make_posted().move_id)

    def assertEntriesRefuse(self, opening, function):
        for kind, entry in self.entries.items():
            with self.subTest(kind=kind):
                self.assertRefusedToEveryoneElse(opening, entry, function)

    def test_reset(self):
        self.assertEntriesRefuse(ENTRY_NO_RESET, lambda acting: acting.button_draft())

    def test_cancel(self):
        self.assertEntriesRefuse(ENTRY_NO_RESET, lambda acting: acting.button_cancel())

    def test_written_state(self):
        for state in ('draft', 'cancel'):
            self.assertEntriesRefuse(ENTRY_NO_RESET, lambda acting, state=state: acting.write({'state': state}))
            self.assertEntriesRefuse(
                ENTRY_NO_RESET, lambda acting, state=state: acting.web_save({'state': state}, {'id': {}}))

    def test_written_state_beside_other_values(self):
        self.assertEntriesRefuse(ENTRY_NO_RESET, lambda acting: acting.write({'state': 'draft', 'ref': 'x'}))

    def test_written_state_through_a_list(self):
        reversal = self.make_entry()
        self.assertEntriesRefuse(
            ENTRY_NO_RESET, lambda acting: reversal.with_env(acting.env).write(
                {'reversal_move_id': [Command.update(acting.id, {'state': 'draft'})]}))

    def test_delete(self):
        self.assertEntriesRefuse(NO_DELETE, lambda acting: acting.unlink())
        self.assertEntriesRefuse(NO_DELETE, lambda acting: acting.with_context(**FORCED).unlink())

    def test_delete_what_a_written_state_posted(self):
        """An entry is posted when its state says so, whoever wrote it."""
        entry = self.make_entry()
        entry.with_user(self.accountant).write({'state': 'posted'})
        for delete in (entry.with_user(self.accountant), entry.with_user(self.accountant).with_context(**FORCED)):
            self.assertRefused(NO_DELETE, entry, delete.unlink, named=False)

    def test_delete_all_items(self):
        """An entry without items is as good as deleted: Odoo's own keys, sent by a client, open nothing."""
        for kind, entry in self.entries.items():
            with self.subTest(kind=kind):
                before = self.fingerprint(entry)
                with self.assertRaises(UserError):
                    entry.with_user(self.accountant).line_ids.with_context(
                        **FORCED, skip_account_move_synchronization=True).unlink()
                self.assertEqual(self.fingerprint(entry), before)

    def test_batch(self):
        """One posted entry among drafts is enough for the refusal."""
        entry, draft = self.entries['bill'], self.make_entry()
        self.assertRefused(ENTRY_NO_RESET, entry, (draft | entry).with_user(self.accountant).write, {'state': 'cancel'})
        self.assertEqual(draft.state, 'draft')

    def test_batch_that_changes_drafts_alone(self):
        """The posted payment among them has the value already: nothing of it changes, so nothing is refused."""
        moves = (self.make_posted(ref='Office rent') | self.make_payment(ref='Heating')).move_id
        moves.with_user(self.accountant).write({'ref': 'Office rent'})
        self.assertEqual(moves.mapped('ref'), ['Office rent', 'Office rent'])

    def test_batch_does_not_convert_the_posted_payment_anew(self):
        """Its amount is written again as it is; the rate of today is another one."""
        currency = self.currency_data['currency']
        posted, draft = (make(currency_id=currency.id) for make in (self.make_posted, self.make_payment))
        currency.rate_ids.rate = 7.0
        self.assertContentKept(posted, (posted | draft).with_user(self.accountant).write, {'amount': posted.amount})

    def test_statement_line_does_not_take_a_posted_entry(self):
        """Statement lines are deleted with their entry; so none gets the entry of somebody else to delete it."""
        statement_line = self.make_statement_line()
        for kind, entry in self.entries.items():
            with self.subTest(kind=kind):
                before = self.fingerprint(entry)
                for act in (
                    lambda env, entry=entry: statement_line.with_env(env).write({'move_id': entry.id}),
                    lambda env, entry=entry: entry.with_env(env).write({'statement_line_id': statement_line.id}),
                    lambda env, entry=entry: entry.with_env(env).write(
                        {'statement_line_ids': [Command.link(statement_line.id)]}),
                    lambda env, entry=entry: env['account.bank.statement.line'].create({
                        'move_id': entry.id, 'journal_id': self.bank_journal.id, 'amount': 1.0, 'payment_ref': 'x'}),
                    lambda env, entry=entry: env['account.bank.statement.line'].with_context(
                        default_move_id=entry.id).create({
                            'journal_id': self.bank_journal.id, 'amount': 1.0, 'payment_ref': 'x'}).unlink(),
                ):
                    with self.assertRaises(UserError):
                        act(statement_line.with_user(self.accountant).env)
                    self.assertEqual(self.fingerprint(entry), before)

    def test_payment_does_not_take_a_posted_entry(self):
        """A payment is deleted with its entry; so none is made on, or moved to, a posted entry."""
        draft = self.make_payment()
        for kind, entry in self.entries.items():
            for user in (self.accountant, self.payment_manager):
                with self.subTest(kind=kind, user=user.login):
                    before = self.fingerprint(entry)
                    env = draft.with_user(user).env
                    for act in (
                        lambda env, entry=entry: draft.with_env(env).write({'move_id': entry.id}),
                        lambda env, entry=entry: entry.with_env(env).write({'payment_id': draft.id}),
                        lambda env, entry=entry: entry.with_env(env).write(
                            {'payment_ids': [Command.link(draft.id)]}),
                        lambda env, entry=entry: entry.with_env(env).write({'payment_ids': [Command.create({
                            'amount': 1.0, 'journal_id': self.bank_journal.id})]}),
                        lambda env, entry=entry: env['account.payment'].create({
                            'move_id': entry.id, 'amount': 1.0, 'journal_id': self.bank_journal.id}),
                        lambda env, entry=entry: env['account.payment'].with_context(default_move_id=entry.id).create({
                            'amount': 1.0, 'journal_id': self.bank_journal.id}),
                    ):
                        with self.assertRaises(UserError):
                            act(env)
                            env.flush_all()
                        self.assertEqual(self.fingerprint(entry), before)
