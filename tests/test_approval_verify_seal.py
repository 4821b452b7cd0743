from datetime import datetime

from odoo.tests import tagged

from .seal_common import HISTORY, SEAL, SealedCommon


@tagged('post_install', '-at_install')
class TestVerifySeals(SealedCommon):
    """Whatever is done to the seals past the system is found; rows of an older version are no fault."""

    def three_seals(self):
        for _number in range(2):
            self.make_history(1)
            self.Seal._cron_seal()
        self.assertClean()
        return self.seals()

    def test_deleted_seal(self):
        seals = self.three_seals()
        for number, (seal_id, row_id) in enumerate([(seal.id, seal.first_row_id) for seal in seals], 1):
            with self.subTest(seal=number), self.env.cr.savepoint() as savepoint:
                self.sql(f'DELETE FROM {SEAL} WHERE id = %s', seal_id)
                if number == 3:
                    self.assertFound('seal that covers the row is missing', row_id)
                else:
                    self.assertFound(f'1 seals before seal {number + 1} are missing')
                savepoint.rollback()

    def test_deleted_seal_and_its_marks(self):
        first = self.three_seals()[1]
        self.sql(f'UPDATE {HISTORY} SET seal_number = NULL WHERE company_id = %s AND seal_number = 2', self.company.id)
        self.sql(f'DELETE FROM {SEAL} WHERE id = %s', first.id)
        self.Seal._cron_seal()
        self.assertFound('1 seals before seal 3 are missing')

    def test_deleted_seal_and_a_link_past_it(self):
        first, second, third = self.three_seals()
        self.sql(f'UPDATE {HISTORY} SET seal_number = NULL WHERE company_id = %s AND seal_number = 2', self.company.id)
        self.sql(f'DELETE FROM {SEAL} WHERE id = %s', second.id)
        self.sql(f'UPDATE {SEAL} SET number = 2, previous_hash = %s WHERE id = %s', first.hash, third.id)
        self.assertFound('Seal 2 was changed')
        self.reseal(third)
        self.sql(f'UPDATE {HISTORY} SET seal_number = 2 WHERE company_id = %s AND seal_number = 3', self.company.id)
        self.assertClean()  # the last seal rewritten with all that follows: only the server's log can tell

    def test_relinked_seal(self):
        first, second, third = self.three_seals()
        self.sql(f'UPDATE {SEAL} SET previous_hash = %s WHERE id = %s', first.hash, third.id)
        self.assertFound('Seal 3 is not linked')
        self.reseal(third)
        self.assertFound('Seal 3 is not linked')

    def test_changed_seal(self):
        second = self.three_seals()[1]
        changes = {
            'date': datetime(2020, 1, 1), 'row_count': 99, 'first_row_id': 1, 'last_row_id': 1, 'rows_hash': '0' * 64,
            'hash': '0' * 64, 'manifest': f'{self.chain[0].id} {self.payment.id} {"0" * 64}', 'number': 99,
        }
        for name, value in changes.items():
            with self.subTest(column=name), self.env.cr.savepoint() as savepoint:
                self.sql(f'UPDATE {SEAL} SET {name} = %s WHERE id = %s', value, second.id)
                self.assertFound('Seal 2 was changed|Seal 3 is not linked|are missing')
                savepoint.rollback()

    def test_seal_rewritten_with_its_rows(self):
        """Rows, chain and seal are made to fit again: the next seal tells."""
        seals = self.three_seals()
        row = self.chain[-1]
        self.sql(f'UPDATE {HISTORY} SET amount = 7 WHERE id = %s', row.id)
        old = row.hash
        self.rehash(row)
        manifest = seals[0].manifest.replace(old, row.hash)
        self.sql(f'UPDATE {SEAL} SET manifest = %s, rows_hash = %s WHERE id = %s',
                 manifest, self.Seal._hash_manifest(manifest), seals[0].id)
        self.reseal(seals[0])
        self.assertFound('Seal 2 is not linked to the seal before it')

    # -- rows of an older version ---------------------------------------------------------------------------------

    def make_legacy(self, payment, **values):
        """A row as an older version of this addon left it."""
        return self.insert_copy(self.chain[0], **{
            'payment_id': payment.id, 'seal_number': None, 'previous_hash': None, 'hash': None, 'digest': None,
            'content': None, 'role': None, **values})

    def test_rows_of_an_older_version_at_the_head(self):
        payment = self.new_payment()
        legacy = self.make_legacy(payment) | self.make_legacy(payment)
        self.assertClean()
        self.bring_to(payment, 'approved')
        self.assertClean()
        self.Seal._cron_seal()
        self.assertEqual(legacy.mapped('seal_number'), [2, 2])
        self.assertClean()
        with self.env.cr.savepoint() as savepoint:
            self.sql(f'UPDATE {HISTORY} SET amount = 7 WHERE id = %s', legacy[1].id)
            self.assertFound('not the one that seal 2 covers', legacy[1].id, payment)
            savepoint.rollback()
        self.sql(f'DELETE FROM {HISTORY} WHERE id = %s', legacy[0].id)
        self.assertFound('row is missing. Seal 2', legacy[0].id, payment)

    def test_rows_without_hash_after_the_head(self):
        row = self.make_legacy(self.payment)
        self.assertFound('has no hash', row.id, self.payment)
