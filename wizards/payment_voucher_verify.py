from odoo import _, api, fields, models
from odoo.tools import format_date, formatLang


class PaymentVoucherVerify(models.TransientModel):
    """Scan or type the code of a voucher, and read whether the posted payment is still the one that was printed."""

    _name = 'payment.voucher.verify'
    _description = 'Verify Voucher'

    code = fields.Char(
        help="Scan the QR code, or type the voucher number and the sixteen digits under the code.")
    verdict = fields.Selection(
        selection=[
            ('empty', "Nothing to Verify"), ('match', "Matches"), ('different', "Differs"),
            ('unposted', "Not Posted"), ('incomplete', "Incomplete Code"), ('unknown', "Unknown"),
        ],
        string="Answer", compute='_compute_verdict')
    message = fields.Text(string="Explanation", compute='_compute_verdict')
    payment_id = fields.Many2one('account.payment', compute='_compute_verdict')
    currency_id = fields.Many2one(related='payment_id.currency_id')
    amount = fields.Monetary(related='payment_id.amount')
    partner_id = fields.Many2one(related='payment_id.partner_id', string="Payee or Payer")
    date = fields.Date(related='payment_id.date')
    memo = fields.Char(related='payment_id.ref', string="Memo")
    override_ids = fields.Many2many(
        'payment.override', string="Changes on Record", compute='_compute_verdict',
        help="What Payment Managers changed on this payment after it was posted.")

    # -------------------------------------------------------------------------
    # COMPUTE
    # -------------------------------------------------------------------------

    @api.depends('code')
    def _compute_verdict(self):
        for wizard in self:
            code = self.env['account.payment']._parse_voucher_code(wizard.code)
            wizard.payment_id = wizard._find_payment(code)
            wizard.verdict, wizard.message = wizard._judge(wizard.payment_id, code)
            wizard.override_ids = self.env['payment.override'].search([
                ('payment_id', 'in', wizard.payment_id.ids)])

    # -------------------------------------------------------------------------
    # ACTIONS
    # -------------------------------------------------------------------------

    def action_verify(self):
        """Show the answer: for keyboards and scanners that end with the Enter key."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'name': _("Verify Voucher"), 'res_model': self._name,
            'res_id': self.id, 'view_mode': 'form', 'target': 'new',
        }

    def action_open_payment(self):
        """Open the payment that the code names."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'account.payment', 'res_id': self.payment_id.id,
            'view_mode': 'form',
        }

    # -------------------------------------------------------------------------
    # HELPERS
    # -------------------------------------------------------------------------

    def _find_payment(self, code):
        """Return the payment of the code among those the user may see: of old duplicates the one that matches."""
        if not code['number']:
            return self.env['account.payment']
        payments = self.env['account.payment'].search([('voucher_number', '=ilike', self._escape(code['number']))])
        matching = payments.filtered(
            lambda payment: code['digest'] and payment._get_voucher_digest().startswith(code['digest']))
        return (matching or payments)[:1]

    def _escape(self, text):
        """Return `text` without wildcards, for a comparison that only ignores the case."""
        return text.replace('\\', '\\\\').replace('%', r'\%').replace('_', r'\_')

    def _judge(self, payment, code):
        """Return the verdict and its explanation."""
        if not code['number']:
            return 'empty', False
        if not payment:
            return 'unknown', _(
                "No payment with voucher number %(number)s is known in your companies. Check the number, and whether "
                "the voucher belongs to a company you have not switched on.", number=code['number'])
        if payment.state != 'posted':
            return 'unposted', _(
                "%(payment)s is not posted (any more): its state is %(state)s. The voucher is not valid.",
                payment=payment.display_name, state=payment._get_voucher_state())
        if not code['digest']:
            return 'incomplete', _(
                "Voucher %(number)s exists, but its number alone proves nothing. Scan the QR code, or type the sixteen "
                "digits under it after the number.", number=payment.voucher_number)
        return self._judge_content(payment, code)

    def _judge_content(self, payment, code):
        """Compare the digest, then name what differs as far as the code and the records tell."""
        differences = payment._get_voucher_differences(code['digest'], code['marks'])
        if payment._get_voucher_digest().startswith(code['digest']) and not differences:
            matching = _(
                "The code matches the posted payment %(payment)s. Compare amount, payee and date below with the paper.",
                payment=payment.display_name)
            return 'match', '\n'.join([matching, *self._get_changes_since_approval(payment)])
        return 'different', '\n'.join([
            _("The payment %(payment)s is not what was printed.", payment=payment.display_name),
            *(self._get_changes_since_approval(payment, code) or self._explain(payment, differences))])

    def _get_changes_since_approval(self, payment, code=None):
        """Return what differs from the approved content, old and new, as a list of at most one sentence.

        :param code: only where this is the code of the approved content
        """
        approved = payment.sudo()._get_approved_content().get(payment.id)
        present = payment._get_content_values()
        if not approved or approved['digest'] == payment._hash_content(present):
            return []
        if code and not approved['digest'].startswith(code['digest']):
            return []
        return [payment._describe_content_changes(approved['content'], present)]

    def _explain(self, payment, differences):
        """Return which parts differ from the marks of the code and what they are now, one line each."""
        if not differences:
            return [_("The code does not tell what differs: compare the paper with the values below.")]
        labels = {**payment._get_content_labels(), 'name': _("Entry Number")}
        return [_("%(field)s: now %(value)s", field=labels[key], value=self._get_present_value(payment, key))
                for key in differences]

    def _get_present_value(self, payment, key):
        """Return the present value of a part of the content as people read it."""
        if key == 'amount':
            return formatLang(self.env, payment.amount, currency_obj=payment.currency_id)
        if key == 'date':
            return format_date(self.env, payment.date)
        if key == 'items':
            return ', '.join(payment.move_id.line_ids.account_id.mapped('display_name'))
        if key == 'bank_account_trusted':
            return _("trusted") if payment.partner_bank_id.sudo().allow_out_payment else _("not trusted")
        if key in ('bank_account_number', 'partner_bank_id'):
            return payment._get_voucher_account() or '-'
        return self._get_present_field_value(payment, key)

    def _get_present_field_value(self, payment, name):
        """Return the present value of a field as people read it."""
        field, value = payment._fields[name], payment[name]
        if field.type == 'many2one':
            return value.sudo().display_name or '-'
        if field.type == 'selection':
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == 'boolean':
            return _("yes") if value else _("no")
        return value or '-'
