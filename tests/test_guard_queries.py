import logging
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PaymentCommon

_logger = logging.getLogger(__name__)
# The reconciliation, the company that the manager's groups are read in, the currency of an amount.
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
        """Queries of ``function(records)`` as a new request does it, nothing read before; and undone after."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.refused = False
        self.cr.execute('SAVEPOINT guard_queries')
        before = self.cr.sql_log_count
        try:
            function(records)
            self.env.flush_all()
        except UserError:
            self.refused = True
        finally:
            count = self.cr.sql_log_count - before
            self.env.clear()
            self.cr.execute('ROLLBACK TO SAVEPOINT guard_queries')
            self.cr.execute('RELEASE SAVEPOINT guard_queries')
        return count

    def without_guard(self, function, records):
        """The same with the guard's judgement taken out: a write goes straight to Odoo."""
        guard, entry = type(self.env['payment.posting.guard']), type(self.env['account.move'])
        with patch.object(guard, '_guard_split', lambda self, vals: [(self, vals)]), \
                patch.object(entry, '_guard_state_change', lambda self, vals: self), \
                patch.object(entry, '_guard_leave_posted', lambda self, action: self):
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
                self.assertFalse(self.refused)
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
                self.assertTrue(self.refused)
            _logger.info('guard queries: refusal, %s of 1, 10, 200 posted payments: %s', name, counts)
            self.assertEqual(len(set(counts)), 1, f'{name}: {counts}')
            self.assertLessEqual(counts[0] - self.reading(name), REFUSAL_LIMIT, name)

    def reading(self, name):
        """Queries that only bring the records and their items in, which any write does first."""
        payment = self.acting(self.posted[:1], self.accountant)
        readers = {
            'payment': lambda payments: payments.move_id.mapped('state'),
            'entry': lambda payments: payments.move_id.mapped('state'),
            'items': lambda payments: payments.move_id.line_ids.mapped('name'),
            'reset': lambda payments: payments.move_id.mapped('state'),
        }
        return self.count(payment, readers[name])

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
