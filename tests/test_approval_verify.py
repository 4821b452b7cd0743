import hashlib
from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models import payment_approval_seal
from .seal_common import HISTORY, SealedCommon


@tagged('post_install', '-at_install')
class TestVerifyHistory(SealedCommon):
    """Whatever is done to the rows past the system is found, and the row is named."""

    def test_untouched_history_is_whole(self):
        result = self.assertClean()
        self.assertEqual((result.row_count, result.seal_count, result.unsealed_count), (len(self.rows), 1, 0))
        self.assertIn(self.seals().hash, result.newest_seals)
        new = self.new_payment()
        self.bring_to(new, 'under_review')
        result = self.assertClean()
        self.assertEqual((result.unsealed_count, result.unsealed_since), (1, new.approval_history_ids.approval_date))

    def test_whatever_the_road_the_history_is_whole(self):
        """Rejected, recalled, reset, cancelled payments, and the stages between."""
        manager = self.people['manager']
        self.payment.with_user(manager).action_draft()
        self.bring_to(self.payment, 'approved')
        rejected, recalled, cancelled = (self.new_payment(20000.0) for _number in range(3))
        self.bring_to(rejected | recalled, 'for_authorization')
        self.as_person(rejected, 'authorizer')._run_approval('reject', 'Wrong amount')
        self.as_person(recalled, 'user').action_recall_payment()
        self.bring_to(cancelled, 'under_review')
        cancelled.action_cancel()
        self.assertClean()
        self.Seal._cron_seal()
        self.assertClean()

    def test_amounts_are_hashed_as_money(self):
        """Six digits, as no currency has more: what floats add to them behind these makes no other row."""
        hashes = {self.chain._hash_values({'amount': amount}) for amount in (0.3, 0.1 + 0.2)}
        self.assertEqual(len(hashes), 1)
        self.assertNotIn(self.chain._hash_values({'amount': 0.300001}), hashes)

    def test_hash_is_the_same_for_ever(self):
        """What is hashed, written out: rows of today must be verified by the addon of tomorrow."""
        text = (
            '["0a","7","draft","under_review","submit","2","user","2026-01-31 10:00:00","Caf\\u00e9",'
            '"1","100.250000","3","0b"]')
        self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), self.chain._hash_values({
            'payment_id': 7, 'stage_from': 'draft', 'stage_to': 'under_review', 'action_type': 'submit', 'user_id': 2,
            'role': 'user', 'approval_date': datetime(2026, 1, 31, 10), 'comments': 'Café', 'company_id': 1,
            'amount': 100.25, 'currency_id': 3, 'digest': '0b', 'previous_hash': '0a'}))

    def test_hash_of_what_is_missing_is_the_same_for_ever(self):
        text = '["","","","","","","","","","","0.000000","",""]'
        self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), self.chain._hash_values({}))

    def test_times_are_hashed_to_the_second(self):
        hashes = {self.chain._hash_values({'approval_date': datetime(2026, 1, 31, 10, 0, 0, part)}) for part in (0, 7)}
        self.assertEqual(len(hashes), 1)

    def test_changed_value(self):
        changes = {
            'payment_id': self.payments[1].id, 'stage_from': 'approved', 'stage_to': 'cancelled',
            'action_type': 'reset', 'user_id': 1, 'role': 'manager', 'approval_date': datetime(2020, 1, 1),
            'comments': 'all well',
            'company_id': self.company_data_2['company'].id, 'amount': 7.0, 'currency_id': self.env.ref('base.BTN').id,
            'digest': '0' * 64, 'content': '{"amount": "7.00"}',
        }
        hashed = payment_approval_seal.HASHED
        self.assertFalse({*hashed} - {*changes}, 'A hashed column is not tried')
        row = self.chain[1]
        for name, value in changes.items():
            with self.subTest(column=name), self.env.cr.savepoint() as savepoint:
                self.sql(f'UPDATE {HISTORY} SET {name} = %s WHERE id = %s', value, row.id)
                self.assertFound('was changed after|before this one is missing|replaced|mark of seal 1', row.id)
                savepoint.rollback()

    def test_changed_value_with_a_new_hash(self):
        for row in self.chain:
            with self.subTest(row=row.action_type), self.env.cr.savepoint() as savepoint:
                self.sql(f'UPDATE {HISTORY} SET amount = 7 WHERE id = %s', row.id)
                self.rehash(row)
                self.assertFound('not the one that seal 1 covers', row.id, self.payment)
                savepoint.rollback()

    def test_changed_hash(self):
        self.sql(f'UPDATE {HISTORY} SET hash = %s WHERE id = %s', '0' * 64, self.chain[1].id)
        self.assertFound('replaced|changed', self.chain[1].id, self.payment)

    def test_removed_hash(self):
        self.sql(f'UPDATE {HISTORY} SET hash = NULL WHERE id = %s', self.chain[0].id)
        self.assertFound('replaced|has no hash', self.chain[0].id, self.payment)

    def test_removed_hashes_of_a_whole_chain(self):
        self.sql(f'UPDATE {HISTORY} SET hash = NULL, previous_hash = NULL WHERE payment_id = %s', self.payment.id)
        self.assertFound('replaced|has no hash', self.chain[0].id, self.payment)

    def test_deleted_rows(self):
        chain = self.chain
        cases = {'first': chain[:1], 'middle': chain[1:2], 'last': chain[-1:], 'all': chain}
        for what, rows in cases.items():
            with self.subTest(deleted=what), self.env.cr.savepoint() as savepoint:
                row_id = rows[0].id
                self.sql(f'DELETE FROM {HISTORY} WHERE id IN %s', tuple(rows.ids))
                result = self.assertFound('row is missing. Seal 1', row_id, self.payment)
                missing = [line.row_id for line in result.line_ids if 'is missing. Seal' in line.reason]
                self.assertEqual(missing, rows.ids)
                savepoint.rollback()

    def test_deleted_rows_that_no_seal_covers(self):
        payment = self.new_payment()
        self.bring_to(payment, 'approved')
        chain = payment.approval_history_ids.sorted('id')
        cases = {
            'first': (chain[:1], chain[1].id, 'before this one is missing'),
            'middle': (chain[1:2], chain[2].id, 'before this one is missing'),
            'last': (chain[-1:], chain[-2].id, 'rows after this one are missing'),
            'all': (chain, None, 'whole history of the payment is missing'),
        }
        for what, (rows, row_id, reason) in cases.items():
            with self.subTest(deleted=what), self.env.cr.savepoint() as savepoint:
                self.sql(f'DELETE FROM {HISTORY} WHERE id IN %s', tuple(rows.ids))
                self.assertFound(reason, row_id, payment)
                savepoint.rollback()

    def test_deleted_payment_with_its_history(self):
        name = f'Payment {self.payment.id}'
        self.sql(f'DELETE FROM {HISTORY} WHERE payment_id = %s', self.payment.id)
        self.sql('DELETE FROM account_move WHERE id = %s', self.payment.move_id.id)
        result = self.assertFound('row is missing. Seal 1', self.chain[0].id)
        self.assertEqual(result.line_ids[0].name, name)

    def test_swapped_rows(self):
        first, second = self.chain[1:3].ids
        self.sql(f'UPDATE {HISTORY} SET id = -1 WHERE id = %s', first)
        self.sql(f'UPDATE {HISTORY} SET id = %s WHERE id = %s', first, second)
        self.sql(f'UPDATE {HISTORY} SET id = %s WHERE id = -1', second)
        self.assertFound('not the one that seal 1 covers', first, self.payment)

    def test_swapped_rows_that_no_seal_covers(self):
        payment = self.new_payment()
        self.bring_to(payment, 'approved')
        first, second = payment.approval_history_ids.sorted('id')[:2].ids
        self.sql(f'UPDATE {HISTORY} SET id = -1 WHERE id = %s', first)
        self.sql(f'UPDATE {HISTORY} SET id = %s WHERE id = %s', first, second)
        self.sql(f'UPDATE {HISTORY} SET id = %s WHERE id = -1', second)
        self.assertFound('before this one is missing', first, payment)

    def test_inserted_row(self):
        new = self.insert_copy(self.chain[-1], seal_number=None)
        self.assertFound('before this one is missing', new.id, self.payment)

    def test_inserted_row_that_says_it_was_sealed(self):
        new = self.insert_copy(self.chain[-1], previous_hash=self.chain[-1].hash)
        self.rehash(new)
        self.assertFound('added after it', new.id, self.payment)

    def test_inserted_row_of_a_step_that_was_not_taken(self):
        """Well hashed and chained: the payment itself tells."""
        payment = self.new_payment()
        self.bring_to(payment, 'for_approval')
        last = self.last_row(payment)
        new = self.insert_copy(last, previous_hash=last.hash, action_type='approve', stage_to='approved')
        self.rehash(new)
        self.assertFound('newest row leads to "Approved", but the payment\'s stage is "For Approval"', new.id, payment)

    def test_stage_changed_without_a_step(self):
        payment = self.new_payment()
        self.bring_to(payment, 'for_approval')
        self.sql("UPDATE account_payment SET approval_state = 'approved' WHERE id = %s", payment.id)
        self.assertFound('stage was changed without a step', self.last_row(payment).id, payment)

    def test_mark_taken_away(self):
        self.sql(f'UPDATE {HISTORY} SET seal_number = NULL WHERE id = %s', self.chain[1].id)
        self.assertFound('mark of seal 1', self.chain[1].id, self.payment)
        self.Seal._cron_seal()
        self.assertFound('mark of seal 1', self.chain[1].id, self.payment)

    # -- the result -----------------------------------------------------------------------------------------------

    def test_the_first_of_many_is_named(self):
        self.sql(f'UPDATE {HISTORY} SET amount = 7 WHERE id IN %s', tuple(self.rows[2:].ids))
        result = self.assertFound('was changed after', self.rows[2].id)
        self.assertEqual(len(result.line_ids), len(self.rows) - 2)
        self.assertIn(str(self.rows[2].approval_date), result.summary)

    def test_only_those_who_read_accounting_verify(self):
        nobody = self.new_person('employee', 'base.group_user')
        with self.assertRaises(AccessError):
            self.env['payment.history.verify'].with_user(nobody).create({})
        self.assertEqual(self.verify(self.people['nobody']).state, 'clean')

    def test_other_companies_are_left_out(self):
        self.sql(f'UPDATE {HISTORY} SET amount = 7 WHERE id = %s', self.chain[0].id)
        other = self.company_data_2['company']
        stranger = self.new_person('stranger', 'account.group_account_readonly', company_id=other.id,
                                   company_ids=[(6, 0, other.ids)])
        self.assertEqual(self.verify(stranger).state, 'clean')
        Verify = self.env['payment.history.verify'].with_user(stranger)
        with self.assertRaises(AccessError):
            Verify.with_context(allowed_company_ids=self.company.ids).create({}).action_verify()

    def test_queries_do_not_grow_with_the_rows(self):
        few = self.count_queries()
        self.make_history(12)
        self.Seal._cron_seal()
        self.make_history(12)
        self.assertLessEqual(self.count_queries(), few)

    def count_queries(self):
        wizard = self.env['payment.history.verify'].with_user(self.auditor).create({})
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        wizard.action_verify()
        self.env.flush_all()
        return self.cr.sql_log_count - before
