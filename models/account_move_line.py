"""The lock of the items of posted payments."""
from odoo import api, models

from .posting_guard import OVERRIDE, is_uninstalling


class AccountMoveLine(models.Model):
    _name = 'account.move.line'
    _inherit = ['account.move.line', 'payment.posting.guard']

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        self._guard_authorize_entries({vals['move_id'] for vals in vals_list if vals.get('move_id')}, 'add_item')
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS account
        if vals.get('move_id'):
            self._guard_join(vals['move_id'])
        return all([super(AccountMoveLine, records).write(values) for records, values in self._guard_split(vals)])

    def unlink(self):
        # EXTENDS account
        self._guard_delete()
        return super().unlink()

    # ------------------------------------------------------------------
    # Guard
    # ------------------------------------------------------------------

    @api.model
    def _guard_protected_fields(self):
        # EXTENDS payment.posting.guard
        own = {
            'account_root_id', 'amount_residual', 'amount_residual_currency', 'company_currency_id', 'company_id',
            'credit', 'date', 'date_maturity', 'debit', 'discount', 'discount_amount_currency', 'discount_balance',
            'discount_date', 'display_type', 'full_reconcile_id', 'group_tax_id', 'invoice_date', 'journal_id',
            'matched_credit_ids', 'matched_debit_ids', 'matching_number', 'move_id', 'move_name', 'name',
            'parent_state', 'payment_id', 'price_subtotal', 'price_total', 'price_unit', 'product_id',
            'product_uom_id', 'quantity', 'reconcile_model_id', 'reconciled', 'ref', 'statement_id',
            'statement_line_id', 'tax_base_amount', 'tax_group_id', 'tax_repartition_line_id', 'tax_tag_invert',
        }
        core = self._get_lock_date_protected_fields().values()
        protected = own.union(*core, self._get_integrity_hash_fields(), super()._guard_protected_fields())
        return protected.intersection(self._fields) - self._guard_free_fields()

    @api.model
    def _guard_free_fields(self):
        # EXTENDS payment.posting.guard
        return super()._guard_free_fields() | {
            'analytic_distribution', 'analytic_line_ids', 'blocked', 'sequence',
        }

    def _guard_payments(self):
        # OVERRIDE payment.posting.guard
        return self.sudo().move_id.payment_id

    def _guard_touched(self, vals):
        # EXTENDS payment.posting.guard
        touched = super()._guard_touched(vals)
        # Odoo writes the number of a matching in SQL. Without a matching it is taken off, or stands for one to come.
        if 'matching_number' in touched and not (self.sudo().matched_debit_ids or self.sudo().matched_credit_ids):
            return touched - {'matching_number'}
        return touched

    def _guard_join(self, move_id):
        """Judge items that are to belong to another entry. The stored entry counts: a list that is written through
        the payment stands in the cache before the items are asked."""
        locked = self.env['account.move'].browse(move_id)._guard_payments()._guard_locked()
        if not locked or not self.ids:
            return
        self.env.cr.execute(
            "SELECT FROM account_move_line WHERE id IN %s AND move_id != %s LIMIT 1", [tuple(self.ids), move_id],
        )
        if self.env.cr.rowcount:
            self._guard_authorize_entries([move_id], 'add_item')

    def _guard_delete(self):
        """Items of posted entries stay. Judged before core answers: its own check gives way to a key of the context."""
        if is_uninstalling(self.env):
            return
        self._guard_authorize_entries(self.move_id.filtered('payment_id').ids, 'delete_item')
        self.move_id.filtered(lambda move: not move.payment_id)._guard_delete_items()

    @api.model
    def _guard_authorize_entries(self, move_ids, action):
        """Permit items to be added to or taken from these entries, or refuse it.

        :param move_ids: ids of the entries whose items would change
        :param action: the kind of override to record: 'add_item' or 'delete_item'
        """
        if self._guard_has_pass(OVERRIDE):
            return
        payments = self.env['account.move'].browse(move_ids)._guard_payments()._guard_locked()
        if payments:
            payments._guard_authorize()
            self.env['payment.override'].sudo()._record_action(payments.move_id, action)
