"""The lock of posted and reconciled payments."""
from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .posting_guard import CREATION, NAMES_SHOWN, OVERRIDE, PAIRING, is_uninstalling


class AccountPayment(models.Model):
    _name = 'account.payment'
    _inherit = ['account.payment', 'payment.posting.guard']

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        payments = super(AccountPayment, self._guard_with_pass(CREATION)).create(vals_list).with_env(self.env)
        if any(move.state == 'posted' for move in payments.move_id):
            raise UserError(_(
                "Posted payments cannot be modified: a payment starts as a draft with a journal entry of its own. "
                "Create it without the state \"Posted\" and without a posted entry, then post it.",
            ))
        return payments

    def write(self, vals):
        # EXTENDS account
        if 'move_id' in vals and self.sudo()._guard_changes(vals, ['move_id']):
            self._guard_refuse_link()
        for records, values in self._guard_split(vals):
            super(AccountPayment, records).write(values)
            records._guard_follow()
        return True

    @api.ondelete(at_uninstall=True)
    def _unlink_except_posted_once(self):
        """A number that was posted stays in the books."""
        if is_uninstalling(self.env):
            return
        posted_once = self.sudo().filtered(lambda payment: payment.posted_before or payment.state == 'posted')
        if posted_once:
            raise UserError(_(
                "Posted payments cannot be deleted: %(payments)s has been posted once, and its number stays in the "
                "books. Reverse it, or have a Payment Manager reset it to draft and cancel it.",
                payments=posted_once._guard_names(),
            ))

    def _synchronize_to_moves(self, changed_fields):
        # EXTENDS account
        # A field that is free here may be brought over to the entry by its addon, such as the number of a check.
        # Odoo makes all items anew for it, at the rate of today: those of a locked payment stay as they are.
        brought = set(self._get_trigger_fields_to_synchronize()).intersection(changed_fields)
        free_alone = brought and brought.isdisjoint(self._guard_protected_names())
        payments = self - self._guard_locked() if free_alone else self
        # What was permitted goes through: Odoo makes a write-off anew, and keeps posted items from being deleted.
        if self._guard_has_pass(OVERRIDE):
            payments = payments.with_context(force_delete=True)
        super(AccountPayment, payments)._synchronize_to_moves(changed_fields)

    # ------------------------------------------------------------------
    # Guard
    # ------------------------------------------------------------------

    @api.model
    def _guard_protected_fields(self):
        # EXTENDS payment.posting.guard
        own = {
            'amount_company_currency_signed', 'destination_journal_id', 'is_matched', 'is_reconciled', 'move_id',
            'outstanding_account_id', 'paired_internal_transfer_payment_id', 'payment_method_id',
            'payment_method_line_id', 'payment_token_id', 'payment_transaction_id', 'source_payment_id',
        }
        entry = self.env['account.move']._guard_protected_fields()
        protected = entry.union(own, self._get_trigger_fields_to_synchronize(), super()._guard_protected_fields())
        return protected.intersection(self._fields) - self._guard_free_fields()

    @api.model
    def _guard_free_fields(self):
        # EXTENDS payment.posting.guard
        return super()._guard_free_fields() | self.env['account.move']._guard_free_fields() | {
            'check_amount_in_words', 'check_number',
        }

    def _guard_payments(self):
        # OVERRIDE payment.posting.guard
        return self.sudo()

    @api.model
    def _guard_label(self, name):
        # EXTENDS payment.posting.guard
        return _("Memo") if name == 'ref' else super()._guard_label(name)

    def _guard_locked(self):
        """The payments among these whose content is locked: the posted ones."""
        return self.filtered(lambda payment: payment.sudo().move_id.state == 'posted')

    def _guard_touched(self, vals):
        # EXTENDS payment.posting.guard
        touched = super()._guard_touched(vals)
        return touched - {'paired_internal_transfer_payment_id'} if self._guard_has_pass(PAIRING) else touched

    def _guard_authorize(self, labels=False, sources=False):
        """Permit a change of locked payments, or refuse it: the rule of the guard.

        :param labels: the fields that would change, as the person knows them
        :param sources: those among them that are computed and not stored: nobody changes these
        :raise UserError: for reconciled payments and sources always; for posted ones unless a Payment Manager acts
        """
        if reconciled := self._guard_reconciled():
            raise UserError(_(
                "Cannot modify reconciled payment details: %(payments)s (refused: %(fields)s). "
                "Unreconcile first; then a Payment Manager can change the payment.",
                payments=reconciled._guard_names(), fields=labels or _("Journal Items"),
            ))
        if sources:
            raise UserError(_(
                "Posted payments cannot be modified: %(payments)s (refused: %(fields)s). Odoo computes this from other "
                "fields; change those instead.",
                payments=self._guard_names(), fields=sources,
            ))
        if not self._guard_is_manager():
            raise UserError(_(
                "Posted payments cannot be modified: %(payments)s (refused: %(fields)s). "
                "Ask a Payment Manager to change it or to reset it to draft, or reverse it with a new payment.",
                payments=self._guard_names(), fields=labels or _("Journal Items"),
            ))

    def _guard_authorize_reset(self):
        """Permit taking posted payments out of the posted state, or refuse it.

        :raise UserError: for reconciled payments always; for posted ones unless a Payment Manager acts
        """
        if reconciled := self._guard_reconciled():
            raise UserError(_(
                "Posted payments cannot be reset to draft or cancelled while they are reconciled: %(payments)s. "
                "Unreconcile first; then a Payment Manager can reset or cancel the payment.",
                payments=reconciled._guard_names(),
            ))
        if self and not self._guard_is_manager():
            raise UserError(_(
                "Posted payments cannot be reset to draft or cancelled: %(payments)s. "
                "Ask a Payment Manager to do it, or reverse the payment with a new one.",
                payments=self._guard_names(),
            ))

    def _guard_refuse_link(self):
        raise UserError(_(
            "Posted payments cannot be modified: %(payments)s keeps the journal entry that was created with it. "
            "A link between a payment and another entry, or an entry of another payment, cannot be made.",
            payments=self._guard_names(),
        ))

    def _guard_reconciled(self):
        """The payments among these that are matched, even partly: read from the partial reconciles, in one query."""
        if not self:
            return self
        entries = self.sudo().move_id
        entries._flush_matched()
        self.env.cr.execute(SQL(
            "SELECT entry.id FROM account_move entry WHERE entry.id IN %s AND %s",
            tuple(entries.ids), entries._get_matched_sql(),
        ))
        matched = {move_id for (move_id,) in self.env.cr.fetchall()}
        return self.filtered(lambda payment: payment.sudo().move_id.id in matched)

    def _guard_names(self):
        """The names of these payments for a message: the first few, and how many more."""
        names = [payment.sudo().name or payment.display_name for payment in self[:NAMES_SHOWN]]
        if len(self) > NAMES_SHOWN:
            names.append(_("and %(count)s more", count=len(self) - NAMES_SHOWN))
        return ', '.join(names)

    def _create_paired_internal_transfer_payment(self):
        # EXTENDS account
        super(AccountPayment, self._guard_with_pass(PAIRING))._create_paired_internal_transfer_payment()
