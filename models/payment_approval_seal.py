"""Seals over the approval history: blocks of rows, each linked to the block before of the same company.

What a seal covers is stated row by row and is exact: rows are committed in another order than their ids are drawn, so a
range of ids would promise rows that nobody had seen. The sealer takes what is committed and carries no mark yet, lists
each row in the seal, and marks it. A row committed later, whatever its id, goes into a later seal. Nobody who approves
waits for this: new rows are inserted, the sealer locks only rows that are committed, and those are never written again.
"""
import hashlib
import json
import logging

from odoo import api, fields, models
from odoo.tools import SQL, sql

from .payment_approval_history import HASHED

_logger = logging.getLogger(__name__)

BLOCK = 5000  # rows in one seal at most: what sealing and verifying hold in memory at once
UNHASHED = '-'  # before the hash of a row that came from an older version, without a hash of its own
ROW_COLUMNS = SQL(', ').join(
    SQL.identifier('history', name) for name in ('id', 'seal_number', 'previous_hash', 'hash', *HASHED))
# What the hash of a seal covers, in this order. A name is never taken out, or older seals could not be verified.
SEALED = ('company_id', 'number', 'first_row_id', 'last_row_id', 'row_count', 'rows_hash', 'date')


class PaymentApprovalSeal(models.Model):
    _name = 'payment.approval.seal'
    _inherit = ['payment.append.only']
    _description = 'Payment Approval Seal'
    _order = 'company_id, number desc'
    _rec_name = 'number'

    company_id = fields.Many2one('res.company', required=True, ondelete='restrict', index=True)
    number = fields.Integer(required=True, help="Counts the seals of a company from 1 on.", group_operator=None)
    date = fields.Datetime(string='Sealed on', required=True)
    first_row_id = fields.Integer(required=True, group_operator=None)
    last_row_id = fields.Integer(required=True, group_operator=None)
    row_count = fields.Integer(string='Rows', required=True)
    manifest = fields.Text(
        required=True, prefetch=False,
        help="Each covered row on a line of its own: its id, the id of its payment, its hash.",
    )
    rows_hash = fields.Char(required=True, help="SHA-256 of the list of covered rows.")
    previous_hash = fields.Char(help="Hash of the seal before this one, of the same company.")
    hash = fields.Char(required=True, help="SHA-256 of this seal and of the hash of the seal before it.")

    _sql_constraints = [
        ('number_unique', 'UNIQUE(company_id, number)', "A company has one seal of each number."),
    ]

    # ------------------------------------------------------------------
    # Sealing
    # ------------------------------------------------------------------

    @api.model
    def _cron_seal(self):
        """Seal all rows that no seal covers yet, company by company.

        Two sealers at once do not harm: both lock the same rows, and the database refuses the second one, whose
        request or job then starts again.
        """
        self.env.cr.execute("SELECT DISTINCT company_id FROM payment_approval_history WHERE seal_number IS NULL")
        for company_id in sorted(company_id for (company_id,) in self.env.cr.fetchall()):
            last_id = 0
            while last_id is not None:
                last_id = self._seal_block(company_id, last_id)

    @api.model
    def _seal_block(self, company_id, after_id):
        """Seal rows of a company after that id, BLOCK of them at most.

        :return: id of the last one where there may be more, else None
        """
        rows = self._take_rows(company_id, after_id)
        if not rows:
            return None
        seal = self._append([self._prepare_seal(company_id, rows)])
        self.env.cr.execute(SQL(
            "UPDATE payment_approval_history SET seal_number = %s WHERE id IN %s",
            seal.number, tuple(row['id'] for row in rows),
        ))
        self.env['payment.approval.history'].invalidate_model(['seal_number'])
        # The log lies outside of the database: who rewrites all seals there does not reach it.
        _logger.info("Approval history of company %s: seal %s over %s rows, %s",
                     company_id, seal.number, len(rows), seal.hash)
        return rows[-1]['id'] if len(rows) == BLOCK else None

    @api.model
    def _take_rows(self, company_id, after_id):
        """Committed rows without a seal, as dicts, locked until the end of the transaction."""
        self.env.cr.execute(SQL(
            """
            SELECT %s
              FROM payment_approval_history history
             WHERE history.seal_number IS NULL AND history.company_id = %s AND history.id > %s
          ORDER BY history.id
             LIMIT %s
               FOR NO KEY UPDATE
            """,
            ROW_COLUMNS, company_id, after_id, BLOCK,
        ))
        return self.env.cr.dictfetchall()

    @api.model
    def _prepare_seal(self, company_id, rows):
        previous = self.sudo().search([('company_id', '=', company_id)], order='number desc', limit=1)
        manifest = '\n'.join(self._get_manifest_line(row) for row in rows)
        vals = {
            'company_id': company_id,
            'number': previous.number + 1,
            'date': fields.Datetime.now(),
            'first_row_id': rows[0]['id'],
            'last_row_id': rows[-1]['id'],
            'row_count': len(rows),
            'manifest': manifest,
            'rows_hash': self._hash_manifest(manifest),
            'previous_hash': previous.hash,
        }
        return {**vals, 'hash': self._hash_seal(vals)}

    # ------------------------------------------------------------------
    # Hashes
    # ------------------------------------------------------------------

    @api.model
    def _get_manifest_line(self, row):
        """What a seal says of a row: its id, that of the payment, and its hash; without one, that of its content."""
        fingerprint = row['hash'] or UNHASHED + self.env['payment.approval.history']._hash_values(row)
        return f'{row["id"]} {row["payment_id"]} {fingerprint}'

    @api.model
    def _hash_manifest(self, manifest):
        return hashlib.sha256(manifest.encode()).hexdigest()

    @api.model
    def _hash_seal(self, vals):
        """:param vals: values as they go to create() or come from the database
        :return: the SHA-256 of the seal, chained with ``previous_hash``, as hexadecimal text
        """
        values = [str(vals[name]) for name in SEALED]
        return hashlib.sha256(json.dumps([vals['previous_hash'] or '', *values]).encode()).hexdigest()


class PaymentApprovalHistory(models.Model):
    _inherit = 'payment.approval.history'

    # A number, not a relation: the database would check each row against the seals again, for a third of the time.
    seal_number = fields.Integer(
        string='Seal', readonly=True, group_operator=None,
        help="Number of the seal of the company that covers this row; set once, by the sealer. Empty until then.",
    )

    def init(self):
        result = super().init()
        sql.create_index(
            self.env.cr, 'payment_approval_history_unsealed_index', self._table, ['company_id', 'id'],
            where='seal_number IS NULL',
        )
        return result
