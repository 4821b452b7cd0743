from odoo import Command
from odoo.tests import tagged

from .common import NO_DELETE, PAYMENT_LOCKED, RECONCILED_LOCKED, PaymentCommon

# The last one is how Odoo says "this module is being uninstalled": only OdooBot, who does that, may say it.
CORE_KEYS = {'force_delete': True, 'dynamic_unlink': True, 'skip_invoice_sync': True, '_force_unlink': True}
REFUSALS = (*NO_DELETE, PAYMENT_LOCKED, RECONCILED_LOCKED)


@tagged('post_install', '-at_install')
class TestGuardDelete(PaymentCommon):
    """A payment that was posted once is never deleted: by nobody, in no state, through no door."""

    def delete_doors(self):
        """Functions that delete a payment, or its entry under it."""
        return {
            'payment': lambda acting: acting.unlink(),
            'payment, keys of Odoo': lambda acting: self.with_core_keys(acting).unlink(),
            'entry': lambda acting: acting.move_id.unlink(),
            'entry, keys of Odoo': lambda acting: self.with_core_keys(acting).move_id.unlink(),
            'list of the entry': lambda acting: acting.move_id.write({'payment_ids': [Command.delete(acting.id)]}),
        }

    def with_core_keys(self, acting):
        keys = dict(CORE_KEYS, _force_unlink=acting.env.user != self.odoobot)
        return acting.with_context(**keys)

    def assertNeverDeleted(self, payment):
        for door, delete in self.delete_doors().items():
            with self.subTest(door=door):
                self.assertRefusedToAll(REFUSALS, payment, delete)

    def test_posted(self):
        self.assertNeverDeleted(self.make_posted())

    def test_reconciled(self):
        self.assertNeverDeleted(self.make_reconciled())

    def test_reset_to_draft(self):
        """The audit trail keeps its number."""
        self.assertNeverDeleted(self.make_reset())

    def test_reset_and_cancelled(self):
        payment = self.make_reset()
        payment.action_cancel()
        self.assertNeverDeleted(payment)

    def test_batch_with_one_posted_once(self):
        """One payment that may not be deleted keeps the whole batch."""
        draft, reset = self.make_payment(), self.make_reset()
        self.assertRefused(REFUSALS, reset, (draft | reset).with_user(self.accountant).unlink)
        self.assertTrue(draft.exists())

    def test_items_of_posted_payment(self):
        """Not item by item either, nor all items at once."""
        payment = self.make_posted()
        items = payment.move_id.line_ids
        for lines in (items[0], items):
            # Odoo's own refusal gives way to a key of the context; the guard's does not.
            for context in ({}, CORE_KEYS):
                self.assertRefusedToEveryoneElse(
                    PAYMENT_LOCKED, payment,
                    lambda acting, lines=lines, context=context: lines.with_env(acting.env).with_context(
                        **context).unlink())

    def test_entry_of_a_statement_line(self):
        """Its line may be deleted, and takes it along; the items give way to their line, the entry to nothing else."""
        statement_line = self.make_statement_line()
        entry = statement_line.move_id
        self.assertRefusedToEveryoneElse(NO_DELETE, entry, lambda acting: acting.with_context(**CORE_KEYS).unlink())
        statement_line.with_user(self.accountant).unlink()
        self.assertFalse(entry.exists())

    def test_entry_goes_with_its_addon(self):
        """What OdooBot removes together with an addon is not kept by a record of it."""
        payment = self.make_posted()
        payment.move_id.with_user(self.odoobot).with_context(**CORE_KEYS).unlink()
        self.assertFalse(payment.exists())

    def test_posted_before_untrue(self):
        """The mark "posted once" is not taken off to delete afterwards: not from the payment, nor its entry."""
        payment = self.make_reset()
        for record in (payment, payment.move_id):
            self.assertRefusedToAll(
                ('Posted journal entries cannot be marked', PAYMENT_LOCKED), payment,
                lambda acting, record=record: record.with_env(acting.env).write({'posted_before': False}))

    def test_posted_before_untrue_in_another_way(self):
        """Together with other values, through lists and forms, with the number taken off."""
        payment = self.make_reset()
        for values in ({'posted_before': False, 'ref': 'x'}, {'posted_before': 0}, {'posted_before': None},
                       {'posted_before': False, 'name': '/'}, {'posted_before': False, 'state': 'cancel'}):
            acting = self.acting(payment, self.accountant)
            for write in (acting.write, acting.move_id.write,
                          lambda values, acting=acting: acting.web_save(values, {'id': {}}),
                          lambda values, acting=acting: acting.move_id.write(
                              {'payment_ids': [Command.update(acting.id, values)]})):
                with self.subTest(values=values):
                    # Odoo writes the name first, so the message knows no name any more.
                    self.assertRefused(
                        ('Posted journal entries', PAYMENT_LOCKED), payment, write, values, named='name' not in values)

    def test_name_taken_off(self):
        """A payment without a number is as little deletable as before."""
        payment = self.make_reset()
        payment.with_user(self.accountant).move_id.name = '/'
        self.assertRefusedToAll(REFUSALS, payment, lambda acting: acting.unlink())

    def test_posted_by_a_written_state(self):
        """A state written by RPC posts a payment as much as the button does."""
        payment = self.make_payment()
        payment.with_user(self.accountant).move_id.write({'state': 'posted'})
        self.assertTrue(payment.posted_before)
        self.assertNeverDeleted(payment)
        payment.action_draft()
        self.assertNeverDeleted(payment)

    def test_another_entry_then_delete(self):
        """A payment keeps its entry: it does not move away from the number that is to be kept."""
        payment, other = self.make_reset(), self.make_entry(journal_id=self.bank_journal.id)
        entry = payment.move_id
        for user in (self.accountant, self.payment_manager):
            self.assertRefused(
                PAYMENT_LOCKED, payment, payment.with_user(user).write, {'move_id': other.id}, named=False)
            self.assertRefused(
                PAYMENT_LOCKED, payment, other.with_user(user).write, {'payment_ids': [Command.link(payment.id)]},
                named=False)
        self.assertRefused((*REFUSALS, PAYMENT_LOCKED), payment, entry.with_user(self.accountant).unlink)

    def test_entry_without_its_payment(self):
        """The entry is not declared to be nobody's, to be deleted afterwards."""
        payment = self.make_reset()
        for value in (False, self.make_payment().id):
            self.assertRefusedToAll(
                PAYMENT_LOCKED, payment, lambda acting, value=value: acting.move_id.write({'payment_id': value}),
                named=not value)

    def test_never_posted_may_be_marked_so(self):
        draft = self.make_payment()
        draft.move_id.with_user(self.accountant).write({'posted_before': False})
        self.assertFalse(draft.posted_before)

    def test_never_posted_is_deleted_as_ever(self):
        """Drafts and cancelled drafts that were never posted go, as in Odoo."""
        for payment in (self.make_payment(), self.make_cancelled()):
            entry = payment.move_id
            payment.with_user(self.accountant).unlink()
            self.assertFalse(payment.exists())
            self.assertFalse(entry.exists())
