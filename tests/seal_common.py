from ..models import payment_approval_seal
from .approval_common import ApprovalCommon

HISTORY = 'payment_approval_history'
SEAL = 'payment_approval_seal'


class SealCommon(ApprovalCommon):

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.auditor = cls.new_person('auditor', 'account.group_account_readonly')
        cls.Seal = cls.env['payment.approval.seal']

    def make_history(self, count=2):
        """Posted payments with a whole chain of steps each; returns them and their rows by id."""
        payments = self.env['account.payment'].concat(*[self.new_payment() for _number in range(count)])
        self.bring_to(payments, 'posted')
        return payments, payments.approval_history_ids.sorted('id')

    def seals(self):
        return self.Seal.search([('company_id', '=', self.company.id)], order='number')

    def verify(self, user=None):
        """The result as an auditor gets it."""
        self.env.flush_all()
        wizard = self.env['payment.history.verify'].with_user(user or self.auditor).create({})
        wizard.action_verify()
        return wizard

    def assertClean(self):
        result = self.verify()
        self.assertEqual((result.state, result.line_ids.mapped('reason')), ('clean', []))
        return result

    def assertFound(self, reason, row=None, payment=None):
        """The verification names, first of all, this row of this payment, for this reason."""
        result = self.verify()
        self.assertEqual(result.state, 'broken', 'Tampering was not found')
        first = result.line_ids[0]
        self.assertRegex(first.reason, reason)
        if row:
            self.assertEqual(first.row_id, row)
        if payment:
            self.assertEqual(first.name, payment.voucher_number)
            self.assertIn(payment.voucher_number, result.summary)
        self.assertTrue(first.date)
        return result

    # -- past the system, in SQL, as the owner of the database can

    def rehash(self, row):
        vals = row._convert_to_write({name: row[name] for name in (*payment_approval_seal.HASHED, 'previous_hash')})
        self.sql(f'UPDATE {HISTORY} SET hash = %s WHERE id = %s', row._hash_values(vals), row.id)

    def insert_copy(self, row, **values):
        columns = [name for name in row._fields if row._fields[name].store and name not in ('id', *values)]
        self.sql(
            f'INSERT INTO {HISTORY} ({", ".join([*columns, *values])}) '
            f'SELECT {", ".join([*columns, *["%s"] * len(values)])} FROM {HISTORY} WHERE id = %s RETURNING id',
            *values.values(), row.id,
        )
        return row.browse(self.cr.fetchone())

    def reseal(self, seal):
        names = (*payment_approval_seal.SEALED, 'previous_hash')
        vals = seal._convert_to_write({name: seal[name] for name in names})
        self.sql(f'UPDATE {SEAL} SET hash = %s WHERE id = %s', seal._hash_seal(vals), seal.id)


class SealedCommon(SealCommon):
    """Two posted payments whose steps are under one seal, and the chain of the first."""

    def setUp(self):
        super().setUp()
        self.payments, self.rows = self.make_history()
        self.Seal._cron_seal()
        self.payment = self.payments[0]
        self.chain = self.payment.approval_history_ids.sorted('id')
