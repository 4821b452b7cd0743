import logging
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PaymentCommon

_logger = logging.getLogger(__name__)
# Filling the caches of the person's groups and of the record rules is not the guard's: it happens once a process.
REFUSAL_LIMIT = 3


@tagged('post_install', '-at_install')
class TestGuardQueries(PaymentCommon):
    """What the guard costs: nothing on drafts, and the same for one locked payment as for two hundred."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.drafts = cls.make_payment()
        for _number in range(9):
            cls.drafts |= cls.make_payment()
        cls.posted = cls.env['account.payment'].create([
            {'amount': 10.0, 'partner_id': cls.partner_a.id, 'journal_id': cls.bank_journal.id, 'ref': 'Office rent'}
            for _number in range(200)])
        cls.posted.action_post()

    def count(self, records, function):
        """Queries of ``function(records)`` with the records' own values read before, and undone after."""
        self.env.flush_all()
        self.env.invalidate_all()
        records.read(['ref', 'state'])
        records.move_id.read(['ref', 'state'])
        records.move_id.line_ids.read(['name', 'move_id'])
        records.env.user.has_group('account.group_account_user')
        before = self.cr.sql_log_count
        try:
            with self.cr.savepoint(flush=False):
                function(records)
                self.env.flush_all()
                raise UserError('undo')
        except UserError:
            return self.cr.sql_log_count - before
        finally:
            self.env.invalidate_all()

    def without_guard(self, function, records):
        """The same with the guard's judgement taken out: a write goes straight to Odoo."""
        guard = type(self.env['payment.posting.guard'])
        patches = [
            patch.object(guard, '_guard_split', lambda self, vals: [(self, vals)]),
            patch.object(type(self.env['account.move']), '_guard_state_change', lambda self, vals: self),
        ]
        with patches[0], patches[1]:
            return self.count(records, function)

    def test_drafts_cost_nothing(self):
        """Writing drafts takes not one query more than without the guard: payment, entry, items, one or ten."""
        writes = (
            ('payment', lambda payments: payments.write({'ref': 'Other memo'})),
            ('amount', lambda payments: payments.write({'amount': 70.0})),
            ('entry', lambda payments: payments.move_id.write({'ref': 'Other memo'})),
            ('items', lambda payments: payments.move_id.line_ids.write({'name': 'Other label'})),
            ('cancel', lambda payments: payments.action_cancel()),
        )
        for name, write in writes:
            for drafts in (self.drafts[:1], self.drafts):
                drafts = self.acting(drafts, self.accountant)
                self.count(drafts, write)
                plain, guarded = self.without_guard(write, drafts), self.count(drafts, write)
                _logger.info('guard queries: %s of %d drafts: %d, without guard %d', name, len(drafts), guarded, plain)
                self.assertEqual(guarded, plain, f'{name} of {len(drafts)} drafts')

    def test_refusal_does_not_grow(self):
        """Refusing 1, 10 and 200 posted payments takes the same few queries."""
        writes = (
            ('payment', lambda payments: payments.write({'ref': 'Other memo'})),
            ('entry', lambda payments: payments.move_id.write({'ref': 'Other memo'})),
            ('items', lambda payments: payments.move_id.line_ids.write({'name': 'Other label'})),
            ('reset', lambda payments: payments.action_draft()),
        )
        for name, write in writes:
            counts = []
            for size in (1, 10, 200):
                payments = self.acting(self.posted[:size], self.accountant)
                self.count(payments, write)
                counts.append(self.count(payments, write))
            _logger.info('guard queries: refusal, %s of 1, 10, 200 posted payments: %s', name, counts)
            self.assertEqual(len(set(counts)), 1, f'{name}: {counts}')
            self.assertLessEqual(counts[0], REFUSAL_LIMIT, name)

    def test_unchanged_values_do_not_grow(self):
        """Values that change nothing are judged without a query for each payment."""
        counts = []
        for size in (1, 10, 200):
            payments = self.acting(self.posted[:size], self.accountant)
            self.count(payments, lambda payments: payments.write({'ref': 'Office rent'}))
            counts.append(self.count(payments, lambda payments: payments.write({'ref': 'Office rent'})))
        _logger.info('guard queries: unchanged memo of 1, 10, 200 posted payments: %s', counts)
        self.assertEqual(len(set(counts)), 1, counts)

    def test_posting_does_not_grow(self):
        """The guard adds no query for each payment to a batch of postings."""
        counts = []
        for size in (2, 10):
            drafts = self.acting(self.drafts[:size], self.accountant)
            self.count(drafts, lambda payments: payments.action_post())
            plain = self.without_guard(lambda payments: payments.action_post(), drafts)
            counts.append(self.count(drafts, lambda payments: payments.action_post()) - plain)
        _logger.info('guard queries: posting 2 and 10 drafts, more than without the guard: %s', counts)
        self.assertEqual(counts[0], counts[1])
