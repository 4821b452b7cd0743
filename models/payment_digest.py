import hashlib
import json

from odoo import _, models
from odoo.tools import float_repr


class AccountPayment(models.Model):
    """One rule for what a payment *is*: the content people approve, and the voucher certifies."""

    _inherit = 'account.payment'

    def _get_content_digest(self):
        """Return the SHA-256 of the payment's content as 64 lower-case hexadecimal digits.

        Equal content gives an equal digest on every server and for every user. Called for each record of a prefetched
        batch it costs no query of its own.
        """
        self.ensure_one()
        return self._hash_content(self._get_content_values())

    def _get_content_values(self):
        """Return the content as a dict of plain values: ids, ISO dates, amounts as decimal strings, '' for nothing.

        Read as superuser, so that the digest does not depend on who asks. Extend it to put more under the digest.
        """
        self.ensure_one()
        payment = self.sudo()
        values = {name: payment[name].id for name in self._get_content_relations()}
        values.update({name: payment[name] or '' for name in ('payment_type', 'partner_type', 'ref')})
        values.update({
            'amount': payment.currency_id._format_digest_amount(payment.amount),
            'date': payment.date.isoformat() if payment.date else '',
            'is_internal_transfer': payment.is_internal_transfer,
            'bank_account_number': payment.partner_bank_id.sanitized_acc_number or '',
            'bank_account_trusted': payment.partner_bank_id.allow_out_payment,
            'items': payment._get_content_items(),
        })
        return values

    def _get_content_relations(self):
        """Return the names of the many2one fields whose ids are content."""
        return (
            'company_id', 'currency_id', 'destination_account_id', 'destination_journal_id', 'journal_id',
            'outstanding_account_id', 'partner_bank_id', 'partner_id', 'payment_method_line_id',
        )

    def _get_content_items(self):
        """Return account, partner and amount of the journal items, which hold the write-offs too, in a fixed order."""
        return sorted(
            [line.account_id.id, line.partner_id.id or 0, line.currency_id._format_digest_amount(line.amount_currency)]
            for line in self.move_id.line_ids
        )

    def _get_content_labels(self):
        """Return what people call each key of `_get_content_values`, in the user's language."""
        extra = {
            'bank_account_number': _("Recipient Bank Account Number"),
            'bank_account_trusted': _("Trust in the Recipient Bank Account"),
            'items': _("Journal Items"),
            'ref': _("Memo"),
        }
        names = [name for name in self._get_content_values() if name in self._fields and name not in extra]
        return {**{name: self._fields[name]._description_string(self.env) for name in names}, **extra}

    def _hash_content(self, values):
        """Return the SHA-256 of `values` in canonical JSON: sorted keys, no spaces, UTF-8."""
        text = json.dumps(values, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


class ResCurrency(models.Model):
    _inherit = 'res.currency'

    def _format_digest_amount(self, amount):
        """Return `amount` as a string with the fixed decimals of this currency, never '-0.00'."""
        amount = 0.0 if self and self.is_zero(amount) else amount or 0.0
        return float_repr(amount, self.decimal_places if self else 2)
