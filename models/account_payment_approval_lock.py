"""Approval fields are written by the machine alone, and content stands still while a payment is in approval."""
from odoo import _, api, models
from odoo.exceptions import UserError

from . import payment_approval_machine as machine

APPROVAL_KEY = 'payment_approval_pass'
POSTING_KEY = 'payment_posting_pass'


class ApprovalPass:
    """Opens one write of approval fields: these values, on these payments, and nothing else.

    It travels in the context, where code that runs within the write sees it too; so it names what it opens. A client
    can send any context, but never an instance of this class.
    """

    __slots__ = ('ids', 'vals')

    def __init__(self, ids, vals):
        self.ids = frozenset(ids)
        self.vals = dict(vals)

    def opens(self, ids, vals):
        return self.ids.issuperset(ids) and all(name in self.vals and self.vals[name] == vals[name] for name in vals)


class PostingPass:
    """Says that the gate has judged these entries, and which of their payments pass by their origin."""

    __slots__ = ('move_ids', 'origins', 'payment_ids')

    def __init__(self, move_ids, payment_ids=(), origins=None):
        self.move_ids = frozenset(move_ids)
        self.payment_ids = frozenset(payment_ids)
        self.origins = dict(origins or {})

    @property
    def approved_ids(self):
        """Ids of the payments that pass by approval, not by origin."""
        return self.payment_ids - set(self.origins)

    @classmethod
    def of(cls, records):
        """The pass in the context of these records, or an empty one."""
        carried = records.env.context.get(POSTING_KEY)
        return carried if type(carried) is cls else cls(())


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account: whatever a client, an import or a default says, approval starts at the beginning
        clean = {**dict.fromkeys(self._get_approval_fields(), False), 'approval_state': 'draft'}
        return super().create([{**vals, **clean} for vals in vals_list])

    def write(self, vals):
        # EXTENDS account
        fields_written = {name: vals[name] for name in self._get_approval_fields() if name in vals}
        if fields_written and not self._is_approval_write_open(fields_written):
            self._check_approval_fields_unchanged(fields_written)
            vals = {name: value for name, value in vals.items() if name not in fields_written}
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_except_submitted(self):
        """A payment that was ever submitted keeps its number and its history; the database keeps it, too."""
        if submitted := self.sudo()._filter_with_history():
            raise UserError(_(
                "%(payments)s cannot be deleted: it has been submitted for approval, and its number and history stay "
                "on record. Cancel it instead.", payments=submitted._guard_names(),
            ))

    # ------------------------------------------------------------------
    # Approval fields
    # ------------------------------------------------------------------

    @api.model
    def _get_approval_fields(self):
        """Names of the stored fields that transitions alone write."""
        stamps = [name for pair in machine.STAMPS.values() for name in pair]
        return ('approval_state', 'approval_stage_date', 'approval_returned', *stamps)

    def _is_approval_write_open(self, vals):
        carried = self.env.context.get(APPROVAL_KEY)
        return type(carried) is ApprovalPass and carried.opens(self.ids, vals)

    def _write_approval(self, vals):
        """Write approval fields of payments whose transition was judged."""
        if vals.get('approval_state') in machine.IN_PROGRESS:
            self.sudo()._guard_finish_proposals()
        self.sudo().with_context(**{APPROVAL_KEY: ApprovalPass(self.ids, vals)}).write(vals)

    def _check_approval_fields_unchanged(self, vals):
        """Refuse values that differ from the stored ones. Clients send unchanged values again: those pass.

        :raise UserError: for everyone, in every mode: approval moves by its steps alone
        """
        if changes := self._guard_changes(vals, sorted(vals)):
            raise UserError(_(
                "%(payments)s: \"%(fields)s\" cannot be written directly. Approval moves by its steps alone: submit, "
                "review, approve, authorize, post, reject or recall the payment.",
                payments=self.browse().concat(*changes)._guard_names(),
                fields=self._guard_labels({name for names in changes.values() for name in names}),
            ))

    def _filter_with_history(self):
        """The payments among these that have a row in the approval history, in one query."""
        groups = self.ids and self.env['payment.approval.history'].sudo()._read_group(
            [('payment_id', 'in', self.ids)], ['payment_id'])
        return self & self.browse().concat(*[payment for [payment] in groups])

    # ------------------------------------------------------------------
    # Frozen content
    # ------------------------------------------------------------------

    @api.depends('approval_state')
    @api.depends_context('uid')
    def _compute_lock_reason(self):
        # EXTENDS payment_account_enhanced
        super()._compute_lock_reason()
        frozen = self._origin._filter_frozen()
        for payment in self.filtered(lambda payment: payment._origin in frozen):
            payment.is_locked = True
            payment.lock_reason = payment._get_frozen_reason()

    def _filter_frozen(self):
        """The payments among these that are between submission and posting, and not being posted right now."""
        posting = PostingPass.of(self).payment_ids
        return self.filtered(lambda payment: (
            payment.sudo().approval_state in machine.IN_PROGRESS
            and payment.sudo().move_id.state == 'draft' and payment.id not in posting
        ))

    def _guard_locked(self):
        # EXTENDS payment_account_enhanced: content is frozen from submission to posting
        return super()._guard_locked() | self._filter_frozen()

    def _guard_authorize(self, labels=False, sources=False):
        # EXTENDS payment_account_enhanced: frozen for everyone, a Payment Manager rejects it to draft first
        if frozen := self._filter_frozen():
            raise UserError(_(
                "%(payments)s is in approval, its content stands still (refused: %(fields)s). %(reason)s",
                payments=frozen._guard_names(), fields=labels or _("Journal Items"),
                reason=frozen[0]._get_frozen_reason(),
            ))
        super()._guard_authorize(labels, sources)

    def _get_frozen_reason(self):
        return _(
            "People approve what they see: nobody changes it until it is posted. To change it, %(submitter)s recalls "
            "it, or somebody who may act at this stage rejects it; then it is a draft again.",
            submitter=self.sudo()._get_submitter().name,
        )
