"""The history of approvals: one row per transition, chained by SHA-256 for each payment."""
import hashlib
import json

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..takeover import versions as takeover
from . import payment_approval_machine as machine

GROUNDS = [
    ('user', 'Payment User'),
    ('reviewer', 'Payment Reviewer'),
    ('approver', 'Payment Approver'),
    ('authorizer', 'Payment Authorizer'),
    ('poster', 'Payment Poster'),
    ('manager', 'Payment Manager'),
    ('submitter', 'Submitter'),
    ('odoo', 'Rights in Accounting'),
    ('origin', 'Origin of the Payment'),
    ('system', 'System'),
    ('legacy', 'Earlier Version'),
]
# What the hash covers, in this order. A name is never taken out, or older rows could not be verified any more.
HASHED = (
    'payment_id', 'stage_from', 'stage_to', 'action_type', 'user_id', 'role', 'approval_date', 'comments',
    'company_id', 'amount', 'currency_id', 'digest',
)

_encode = json.JSONEncoder(ensure_ascii=True, separators=(',', ':')).encode  # made once: half the time of a hash


class PaymentApprovalHistory(models.Model):
    _name = 'payment.approval.history'
    _inherit = ['payment.append.only']
    _description = 'Payment Approval History'
    _order = 'id desc'
    _rec_name = 'action_type'

    payment_id = fields.Many2one('account.payment', required=True, ondelete='restrict', index=True)
    company_id = fields.Many2one('res.company', required=True, index=True)
    stage_from = fields.Selection(machine.STATES, string='From', required=True)
    stage_to = fields.Selection(machine.STATES, string='To', required=True)
    action_type = fields.Selection(machine.ACTIONS, string='Action', required=True)
    user_id = fields.Many2one('res.users', string='Person', required=True, ondelete='restrict')
    role = fields.Selection(GROUNDS, string='Acting as', help="The role by which the person took this step.")
    approval_date = fields.Datetime(string='Date', required=True)
    comments = fields.Text()
    amount = fields.Monetary(help="Amount of the payment at that moment.")
    currency_id = fields.Many2one('res.currency')
    digest = fields.Char(help="SHA-256 of the content of the payment at that moment.")
    content = fields.Json(help="The content that the digest covers, for steps that approve it.")
    previous_hash = fields.Char(help="Hash of the row before this one, of the same payment.")
    hash = fields.Char(help="SHA-256 of this row and of the hash of the row before it.")

    def _auto_init(self):
        # EXTENDS base
        takeover.refuse_newer(self.env.cr)
        return super()._auto_init()

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    @api.model
    def _append(self, vals_list):
        """OVERRIDE payment.append.only: chain every row with the one before it of the same payment.

        The caller holds the lock on the payments, so that nobody chains onto the same row.
        """
        last = self._get_last_hashes({vals['payment_id'] for vals in vals_list})
        for vals in vals_list:
            vals['previous_hash'] = last.get(vals['payment_id']) or False
            last[vals['payment_id']] = vals['hash'] = self._hash_values(vals)
        self._insert(vals_list)

    @api.model
    def _insert(self, vals_list):
        """Insert rows by one query, however many they are, where Odoo's ``create`` takes one for each hundred.

        They have no computed fields that are stored, and nothing is checked beyond what the database checks.
        """
        stamps = {'create_uid': SUPERUSER_ID, 'write_uid': SUPERUSER_ID}
        stamps.update(dict.fromkeys(('create_date', 'write_date'), self.env.cr.now()))
        names = [*vals_list[0], *stamps]
        rows = [
            tuple(self._fields[name].convert_to_column(value, self, vals) for name, value in (vals | stamps).items())
            for vals in vals_list
        ]
        self.env.cr.execute(SQL(
            "INSERT INTO payment_approval_history (%s) VALUES %s",
            SQL(', ').join(map(SQL.identifier, names)), SQL(', ').join(rows),
        ))
        payments = self.env['account.payment'].browse([vals['payment_id'] for vals in vals_list])
        payments.invalidate_recordset(['approval_history_ids'])
        payments.modified(['approval_history_ids'])

    @api.model
    def _get_last_hashes(self, payment_ids):
        """:return: dict of payment id: hash of its newest row, in one query; rows never wait to be written"""
        if not payment_ids:
            return {}
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (payment_id) payment_id, hash
              FROM payment_approval_history
             WHERE payment_id IN %s
          ORDER BY payment_id, id DESC
            """,
            [tuple(payment_ids)],
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _hash_values(self, vals):
        """:param vals: values as they go to create(): ids, strings, a datetime, the amount
        :return: the SHA-256 of the row, chained with ``previous_hash``, as hexadecimal text
        """
        row = [_canonical(name, vals.get(name)) for name in HASHED]
        return hashlib.sha256(_encode([vals.get('previous_hash') or '', *row]).encode()).hexdigest()


def _canonical(name, value):
    """The value as text that stays the same when read back from the database."""
    if name == 'amount':
        return f'{value or 0.0:.6f}'
    if name == 'approval_date':
        return fields.Datetime.to_string(value) or ''
    return str(value or '')
