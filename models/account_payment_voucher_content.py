from odoo import _, models

from . import payment_approval_machine as machine

SHOWN_ACCOUNT_DIGITS = 4


class AccountPayment(models.Model):
    """What the voucher says beyond the payment's own fields."""

    _inherit = 'account.payment'

    def _get_voucher_account(self):
        """Return the recipient's bank account number with all but its last four characters masked."""
        number = self.sudo().partner_bank_id.sanitized_acc_number or ''
        if len(number) <= SHOWN_ACCOUNT_DIGITS:
            return '*' * len(number)
        return '**** ' + number[-SHOWN_ACCOUNT_DIGITS:]

    def _get_voucher_lang(self):
        """Return the language code of the voucher: the partner's, else the company's, else the user's."""
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.user.lang

    def _get_voucher_approvals(self):
        """Return who did what and when on the way to this posted payment, oldest first.

        :return: list of dicts with `stage` (text), `person` (text) and `date` (datetime, UTC)
        """
        self.ensure_one()
        payment = self.sudo()
        stages = {
            'submit': _("Submitted"), 'review': _("Reviewed"), 'approve': _("Approved"), 'authorize': _("Authorized")}
        steps = [
            (stages[action], payment[person], payment[moment]) for action, (person, moment) in machine.STAMPS.items()]
        if not payment.submitter_id:
            steps.insert(0, (_("Prepared"), payment.create_uid, payment.create_date))
        last = payment.approval_history_ids.sorted('id')[-1:]
        if last.action_type == 'post':
            steps.append((_("Posted"), last.user_id, last.approval_date))
        return [{'stage': stage, 'person': person.name, 'date': moment} for stage, person, moment in steps if person]

    # -------------------------------------------------------------------------
    # PAID DOCUMENTS
    # -------------------------------------------------------------------------

    def _get_voucher_documents(self):
        """Return the documents these payments paid, read from the partial reconciles in one batch.

        :return: dict of payment id: list of dicts with `move`, `currency` (of the document), `total`, `settled` and
            `rest` (in that currency) and `paid` (in the payment's currency)
        """
        documents = {payment.id: {} for payment in self}
        for payment, item, paid, settled in self.sudo()._get_voucher_matches():
            row = documents[payment.id].setdefault(item.move_id, {
                'move': item.move_id, 'currency': item.currency_id, 'items': item.browse(),
                'paid': 0.0, 'settled': 0.0,
            })
            row['items'] |= item
            row['paid'] += paid
            row['settled'] += settled
        return {
            payment_id: [self._finish_voucher_document(row) for row in sorted(
                rows.values(), key=lambda row: (row['move'].invoice_date or row['move'].date, row['move'].name or ''))]
            for payment_id, rows in documents.items()
        }

    def _get_voucher_matches(self):
        """Yield (payment, matched item, amount in the payment's currency, amount in the item's currency)."""
        own_items = self.filtered(lambda payment: not payment.is_internal_transfer).move_id.line_ids
        partials = own_items.matched_debit_ids | own_items.matched_credit_ids
        skipped = partials.exchange_move_id | partials.full_reconcile_id.exchange_move_id
        for partial in partials:
            debit = (partial.debit_move_id, partial.debit_amount_currency)
            credit = (partial.credit_move_id, partial.credit_amount_currency)
            for (own, paid), (item, settled) in ((debit, credit), (credit, debit)):
                if own in own_items and item.move_id not in skipped and not item.move_id.statement_line_id:
                    yield own.move_id.payment_id, item, paid, settled

    def _finish_voucher_document(self, row):
        """Add total and rest: the document's own where it is an invoice, else those of the matched items."""
        move, items = row['move'], row.pop('items')
        if move.is_invoice(include_receipts=True):
            return {**row, 'total': move.amount_total, 'rest': move.amount_residual}
        return {
            **row,
            'total': abs(sum(items.mapped('amount_currency'))),
            'rest': abs(sum(items.mapped('amount_residual_currency'))),
        }
