"""The group of items that are matched in full: it follows from their matching, and from nothing else."""
from odoo import Command, _, api, models
from odoo.exceptions import UserError

from .posting_guard import GuardPass

# A key of its own: what is undone within a permitted change goes on with the pass of that change.
UNRECONCILING_KEY = 'payment_unreconciling_pass'
UNRECONCILING = GuardPass('a matching that is undone, and its group with it')


class AccountFullReconcile(models.Model):
    _inherit = 'account.full.reconcile'

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        for vals in vals_list:
            items = self._get_linked('account.move.line', vals.get('reconciled_line_ids'))
            items._check_matched_in_full(
                self._get_linked('account.partial.reconcile', vals.get('partial_reconcile_ids')))
        return super().create(vals_list)

    def unlink(self):
        # EXTENDS account
        if self.env.context.get(UNRECONCILING_KEY) is not UNRECONCILING:
            self._check_kept()
        return super().unlink()

    @api.model
    def _get_linked(self, model, commands):
        """The records that these commands link, of the two kinds that Odoo takes here; in superuser mode."""
        ids = {command[1] for command in commands or () if command[0] == Command.LINK}
        ids.update(*(command[2] for command in commands or () if command[0] == Command.SET))
        return self.env[model].sudo().browse(ids)

    def _get_matched_payments(self):
        return self.reconciled_line_ids.payment_id

    def _check_kept(self):
        if payments := self.sudo()._get_matched_payments():
            raise UserError(_(
                "Cannot modify reconciled payment details: which items %(payments)s is matched with follows from their "
                "reconciliation. Reconcile or unreconcile them instead.",
                payments=payments._guard_names(),
            ))


class PaymentMatchingMember(models.AbstractModel):
    """What is in a group by its own field: a client that writes the field would have more in the group, or less."""

    _name = 'payment.matching.member'
    _description = 'Part of a Matching in Full'

    @api.model_create_multi
    def create(self, vals_list):
        if group_ids := {vals['full_reconcile_id'] for vals in vals_list if vals.get('full_reconcile_id')}:
            self.env['account.full.reconcile'].browse(group_ids)._check_kept()
        return super().create(vals_list)

    def write(self, vals):
        if 'full_reconcile_id' in vals:
            group = self.env['account.full.reconcile'].browse(vals['full_reconcile_id'])
            moved = self.sudo().filtered(lambda record: record.full_reconcile_id != group)
            if moved:
                (moved.full_reconcile_id | group)._check_kept()
        return super().write(vals)


class AccountPartialReconcile(models.Model):
    _name = 'account.partial.reconcile'
    _inherit = ['account.partial.reconcile', 'payment.matching.member']


class AccountMoveLine(models.Model):
    _name = 'account.move.line'
    _inherit = ['account.move.line', 'payment.matching.member']

    def _check_matched_in_full(self, partials):
        """These items are to be a group, made of these matchings.

        :raise UserError: where payments are among them, and something is open, or they have other matchings, or are
            matched with items that would be left out
        """
        matched = partials.debit_move_id | partials.credit_move_id
        payments = (self | matched).payment_id
        if payments and (
                partials != self.matched_debit_ids | self.matched_credit_ids
                or matched - self
                or not all(map(AccountMoveLine._is_settled, self))):
            raise UserError(_(
                "Cannot modify reconciled payment details: %(payments)s cannot be marked as matched in full with these "
                "items. Reconcile its journal items instead; Odoo then does it by itself.",
                payments=payments._guard_names(),
            ))

    def _is_settled(self):
        """Whether nothing is open on the item, in its own currency or in that of the company."""
        return self.company_currency_id.is_zero(self.amount_residual) \
            or self.currency_id.is_zero(self.amount_residual_currency)
