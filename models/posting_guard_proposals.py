"""What Odoo proposes on a draft is not proposed anew once the payment is locked."""
from odoo import api, models

from .posting_guard import CREATION, OVERRIDE


class PostingGuard(models.AbstractModel):
    """Stored fields that are computed as a proposal for people to take or to change.

    The proposal of today may be another one: the vendor has another account, the journal another method. Odoo computes
    it when its trigger is written, and also when a client calls the public method ``modified``. On a locked payment
    the stored value stays, unless a Payment Manager changes what it is proposed from.
    """

    _inherit = 'payment.posting.guard'

    _guard_proposed = frozenset()  # on the class, too: whatever is computed asks for it

    @api.model
    def _guard_proposed_fields(self):
        """Names of the fields that are proposed on drafts; other addons add theirs by extending the method."""
        return frozenset()

    @api.model
    def _setup_complete(self):
        # EXTENDS base
        super()._setup_complete()
        type(self)._guard_proposed = self._guard_proposed_fields().intersection(self._fields)

    def _compute_field_value(self, field):
        # EXTENDS base
        records = self
        if field.name in self._guard_proposed and any(self._ids) and not self._guard_is_proposing():
            records -= self._guard_locked()
        if records:
            super(PostingGuard, records)._compute_field_value(field)

    def _guard_is_proposing(self):
        return self._guard_has_pass(OVERRIDE) or self._guard_has_pass(CREATION)

    def _guard_follow(self):
        """Within a permitted change, let the proposals follow it now: later they stay as they are."""
        if self._guard_has_pass(OVERRIDE):
            self._guard_payments()._guard_finish_proposals()


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    @api.model
    def _guard_proposed_fields(self):
        # EXTENDS payment.posting.guard
        return super()._guard_proposed_fields() | {
            'currency_id', 'destination_account_id', 'is_internal_transfer', 'outstanding_account_id',
            'partner_bank_id', 'partner_id', 'payment_method_line_id',
        }

    def _guard_finish_proposals(self):
        """Compute what is still to be proposed on these payments and their entries, before they are locked."""
        for records in (self, self.move_id):
            records._recompute_recordset(records._guard_proposed)


class AccountMove(models.Model):
    _inherit = 'account.move'

    @api.model
    def _guard_proposed_fields(self):
        # EXTENDS payment.posting.guard
        return super()._guard_proposed_fields() | {
            'commercial_partner_id', 'company_id', 'currency_id', 'date', 'fiscal_position_id', 'invoice_date_due',
            'invoice_payment_term_id', 'journal_id', 'partner_bank_id', 'partner_shipping_id',
        }
