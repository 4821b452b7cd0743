"""The lock of payment entries, and the reset guard of posted entries of any kind."""
from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .posting_guard import OVERRIDE, STATEMENT_LINE, is_uninstalling


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = ['account.move', 'payment.posting.guard']

    reset_blocked_reason = fields.Char(
        compute='_compute_reset_blocked_reason',
        help="Why the person may not reset or cancel the posted entry, and who can.",
    )
    payment_is_locked = fields.Boolean(
        compute='_compute_payment_lock', string='Payment is Locked',
        help="Set where the server would refuse to change the entry, because the content of its payment is locked.",
    )
    payment_lock_reason = fields.Char(compute='_compute_payment_lock', string='Why the Payment is Locked')

    # ------------------------------------------------------------------
    # Computes
    # ------------------------------------------------------------------

    @api.depends('payment_lock_facts')
    @api.depends_context('uid')
    def _compute_reset_blocked_reason(self):
        manager = self._guard_is_manager()
        for move in self:
            facts = move.sudo().payment_lock_facts
            move.reset_blocked_reason = False
            if facts and facts['matched'] and move._origin._guard_payments():
                move.reset_blocked_reason = _("This payment is reconciled. Unreconcile it before it can be reset.")
            elif facts and not manager:
                move.reset_blocked_reason = _(
                    "Only a Payment Manager%(managers)s can reset or cancel a posted entry.",
                    managers=facts['managers'],
                )

    @api.depends('payment_id.is_locked')
    @api.depends_context('uid', 'lang', 'tz')
    def _compute_payment_lock(self):
        for move in self:
            payment = move._guard_payments()
            move.payment_is_locked = payment.is_locked
            move.payment_lock_reason = payment.lock_reason

    @api.depends('reset_blocked_reason')
    @api.depends_context('uid')
    def _compute_show_reset_to_draft_button(self):
        # EXTENDS account
        super()._compute_show_reset_to_draft_button()
        self.filtered('reset_blocked_reason').show_reset_to_draft_button = False

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        moves = super().create(vals_list)
        if any(move.state == 'posted' for move in moves):
            raise UserError(_(
                "Posted journal entries cannot be created: an entry starts as a draft. "
                "Create it without the state \"Posted\", then post it.",
            ))
        moves._guard_check_payment_link()
        return moves

    def write(self, vals):
        # EXTENDS account
        moves = self._guard_state_change(vals) if 'state' in vals else self
        if vals.get('state') == 'posted':
            vals = {**vals, 'posted_before': True}
        if 'posted_before' in vals and not vals['posted_before']:
            self._guard_check_posted_before()
        for records, values in moves._guard_split(vals):
            super(AccountMove, records).write(values)
            records._guard_follow()
        if 'payment_id' in vals:
            self._guard_check_payment_kept()
            self._guard_check_payment_link()
        return True

    def unlink(self):
        # EXTENDS account
        return super(AccountMove, self._guard_unlink()).unlink()

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def button_draft(self):
        # EXTENDS account
        return super(AccountMove, self._guard_leave_posted('reset')).button_draft()

    def button_cancel(self):
        # EXTENDS account
        return super(AccountMove, self._guard_leave_posted('cancel')).button_cancel()

    # ------------------------------------------------------------------
    # Guard
    # ------------------------------------------------------------------

    @api.model
    def _guard_protected_fields(self):
        # EXTENDS payment.posting.guard
        own = {
            'always_tax_exigible', 'amount_residual', 'amount_residual_signed', 'amount_tax', 'amount_tax_signed',
            'amount_total', 'amount_total_in_currency_signed', 'amount_total_signed', 'amount_untaxed',
            'amount_untaxed_signed', 'auto_post', 'auto_post_origin_id', 'auto_post_until', 'commercial_partner_id',
            'company_id', 'currency_id', 'date', 'fiscal_position_id', 'inalterable_hash',
            'invoice_cash_rounding_id', 'invoice_date', 'invoice_date_due', 'invoice_line_ids',
            'invoice_payment_term_id', 'is_storno', 'journal_id', 'line_ids', 'move_type', 'name',
            'partner_bank_id', 'partner_id', 'partner_shipping_id', 'payment_id', 'payment_ids',
            'payment_reference', 'payment_state', 'posted_before', 'quick_edit_total_amount', 'ref',
            'reversed_entry_id', 'secure_sequence_number', 'sequence_number', 'sequence_prefix',
            'statement_line_id', 'tax_cash_basis_origin_move_id', 'tax_cash_basis_rec_id',
        }
        protected = own.union(self._get_integrity_hash_fields(), super()._guard_protected_fields())
        return protected.intersection(self._fields) - self._guard_free_fields()

    @api.model
    def _guard_free_fields(self):
        # EXTENDS payment.posting.guard
        return super()._guard_free_fields() | {
            'access_token', 'delivery_date', 'incoterm_location', 'invoice_incoterm_id', 'invoice_origin',
            'invoice_partner_display_name', 'invoice_pdf_report_file', 'invoice_source_email', 'invoice_user_id',
            'is_move_sent', 'narration', 'preferred_payment_method_id', 'qr_code_method', 'reversal_move_id',
            'send_and_print_values', 'statement_line_ids', 'tax_cash_basis_created_move_ids', 'to_check',
            'transaction_ids', 'ubl_cii_xml_file',
        }

    def _guard_payments(self):
        # OVERRIDE payment.posting.guard
        return self.sudo().payment_id

    def _guard_leave_posted(self, action):
        """Judge the posted entries among these that are to leave the posted state, and put it on record.

        :param action: the kind of override to record: 'reset' or 'cancel'
        :return: these records, with the pass for what follows when there was something to permit
        :raise UserError: when the person may not reset them
        """
        posted = self.filtered(lambda move: move.state == 'posted')
        if not posted or self._guard_has_pass(OVERRIDE):
            return self
        posted._guard_payments()._guard_authorize_reset()
        if not self._guard_is_manager():
            posted._guard_refuse_leaving(action)
        self.env['payment.override'].sudo()._record_leaving_posted(posted, action)
        return self._guard_with_pass(OVERRIDE)

    def _guard_refuse_leaving(self, action):
        entries = ', '.join(self.mapped('display_name'))
        if action in ('delete', 'delete_item'):
            raise UserError(_(
                "Posted journal entries cannot be deleted, nor their items: %(entries)s. Reverse the entry instead; "
                "its number stays in the books.", entries=entries,
            ))
        raise UserError(_(
            "Posted journal entries cannot be reset to draft or cancelled: %(entries)s. "
            "Ask a Payment Manager to do it, or reverse the entry.", entries=entries,
        ))

    def _guard_state_change(self, vals):
        """Judge a state that is written directly, as a button would be judged.

        :return: these records, with the pass for what follows when there was something to permit
        """
        if vals['state'] == 'posted':
            entering = self.filtered(lambda move: move.state != 'posted')
            entering._guard_check_posted_content(vals)
            entering._guard_payments()._guard_finish_proposals()
            return self
        leaving = self.filtered(lambda move: move.state == 'posted' and move.payment_id)
        if leaving._guard_changes(vals, self._guard_touched(vals)):
            leaving._guard_refuse_mixed_write(vals)
        return self._guard_leave_posted('cancel' if vals['state'] == 'cancel' else 'reset')

    def _guard_check_posted_content(self, vals):
        """Nothing is slipped into a payment in the very write that posts it."""
        names = self._guard_protected_names().intersection(vals) - {'posted_before'}
        if names and self.filtered('payment_id'):
            raise UserError(_(
                "Posted payments cannot be modified: %(payments)s would be posted and changed at once "
                "(refused: %(fields)s). Change it first, then post it.",
                payments=self._guard_payments()._guard_names(), fields=self._guard_labels(names),
            ))

    def _guard_check_posted_before(self):
        """A payment that was posted once stays known as posted once: its number must not become deletable."""
        if posted_once := self.filtered('posted_before')._guard_payments():
            raise UserError(_(
                "Posted payments cannot be modified: %(payments)s was posted once, and that cannot be taken back. "
                "Its number stays in the books; cancel the payment instead of deleting it.",
                payments=posted_once._guard_names(),
            ))

    def _guard_check_payment_link(self):
        """An entry says that it belongs to a payment only where the payment says so, too."""
        if wrong := self.sudo().filtered(lambda move: move.payment_id and move.payment_id.move_id != move):
            wrong.payment_id._guard_refuse_link()

    def _guard_check_payment_kept(self):
        """The entry of a payment is not left without it."""
        if orphaned := self.sudo().filtered(lambda move: not move.payment_id).payment_ids:
            orphaned._guard_refuse_link()

    def _guard_unlink(self):
        """Posted entries are not deleted, and entries of payments that were posted once never are.

        Judged before the items go: core deletes them first.

        :return: these entries, with the pass for what follows when there was something to permit
        """
        if is_uninstalling(self.env):
            return self
        self._guard_payments()._unlink_except_posted_once()
        return self if self._guard_has_pass(STATEMENT_LINE) else self._guard_leave_posted('delete')

    def _guard_delete_items(self):
        """Items of posted entries are not deleted, whatever key the context carries; those of statement lines are
        made anew by their line."""
        if self._guard_has_pass(OVERRIDE) or self._guard_has_pass(STATEMENT_LINE):
            return
        posted = self.filtered(lambda move: move.state == 'posted')
        (posted - posted.sudo().statement_line_ids.move_id)._guard_leave_posted('delete_item')
