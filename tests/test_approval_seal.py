from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import payment_approval_seal
from .seal_common import SealCommon


@tagged('post_install', '-at_install')
class TestApprovalSeal(SealCommon):

    def test_sealed_once_and_linked(self):
        _payments, rows = self.make_history()
        self.Seal._cron_seal()
        first = self.seals()
        self.assertEqual((first.number, first.row_count, first.previous_hash), (1, len(rows), False))
        self.assertEqual((first.first_row_id, first.last_row_id), (rows[0].id, rows[-1].id))
        self.assertEqual(set(rows.mapped('seal_number')), {1})
        self.Seal._cron_seal()
        self.assertEqual(self.seals(), first, 'Nothing new, no new seal')
        _payments, more = self.make_history(1)
        self.Seal._cron_seal()
        second = self.seals() - first
        self.assertEqual((second.number, second.previous_hash), (2, first.hash))
        self.assertEqual(set(more.mapped('seal_number')), {2})
        self.assertEqual(self.assertClean().seal_count, 2)

    def test_row_committed_late_with_a_lower_id(self):
        """A row whose transaction ends later gets into a later seal, whatever its id."""
        self.cr.execute("SELECT nextval('payment_approval_history_id_seq')")
        lower_id = self.cr.fetchone()[0]
        _payments, rows = self.make_history()
        self.Seal._cron_seal()
        late = self.new_payment()
        self.bring_to(late, 'under_review')
        self.sql('UPDATE payment_approval_history SET id = %s WHERE payment_id = %s', lower_id, late.id)
        self.assertEqual(self.assertClean().unsealed_count, 1)
        self.Seal._cron_seal()
        first, second = self.seals()
        self.assertEqual((late.approval_history_ids.seal_number, second.row_count), (2, 1))
        self.assertEqual((set(rows.mapped('seal_number')), first.row_count), ({1}, len(rows)))
        self.assertLess(second.last_row_id, first.first_row_id)
        self.assertEqual(self.assertClean().unsealed_count, 0)

    def test_large_histories_make_several_seals(self):
        _payments, rows = self.make_history()
        with patch.object(payment_approval_seal, 'BLOCK', 3):
            self.Seal._cron_seal()
        self.assertEqual(sum(self.seals().mapped('row_count')), len(rows))
        self.assertEqual(self.seals().mapped('row_count')[:-1], [3] * (len(self.seals()) - 1))
        self.assertEqual(self.assertClean().row_count, len(rows))

    def test_history_that_fills_its_seal_makes_no_empty_one(self):
        _payments, rows = self.make_history()
        with patch.object(payment_approval_seal, 'BLOCK', len(rows)):
            self.Seal._cron_seal()
        self.assertEqual(self.seals().mapped('row_count'), [len(rows)])

    def test_a_seal_takes_the_same_queries_for_any_number_of_rows(self):
        for _time in range(2):
            self.make_history(1)
            self.env.flush_all()
            few = self.count_queries(self.Seal._cron_seal)
        self.make_history(12)
        self.env.flush_all()
        self.assertEqual(self.count_queries(self.Seal._cron_seal), few)

    def count_queries(self, function):
        before = self.cr.sql_log_count
        function()
        return self.cr.sql_log_count - before

    def test_nobody_writes_seals(self):
        self.make_history()
        self.Seal._cron_seal()
        for user in (self.people['manager'], self.env.ref('base.user_root')):
            seal = self.seals().with_user(user).sudo()
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, 'never changed or deleted'):
                seal.row_count = 1
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, 'never changed or deleted'):
                seal.unlink()
            with self.subTest(user=user.login), self.assertRaisesRegex(UserError, 'never changed or deleted'):
                seal.copy()

    def test_auditors_read_seals_of_their_companies(self):
        self.make_history()
        self.Seal._cron_seal()
        self.assertTrue(self.seals().with_user(self.auditor).read(['number', 'hash']))
        other = self.company_data_2['company']
        stranger = self.new_person('stranger', 'account.group_account_readonly', company_id=other.id,
                                   company_ids=[(6, 0, other.ids)])
        self.assertFalse(self.Seal.with_user(stranger).search([('company_id', '=', self.company.id)]))
        self.assertEqual(self.verify(stranger).row_count, 0)
