"""Payments held for approval keep the documents they were registered for, and pay them when they are posted."""
from odoo import _, api, fields, models
from odoo.tools.misc import formatLang


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    settlement_ids = fields.One2many(
        'payment.settlement', 'payment_id', string='Documents to Pay', readonly=True, copy=False,
    )

    waiting_settlement_ids = fields.One2many(
        'payment.settlement', compute='_compute_waiting_settlement_ids', string='Documents Waiting to be Paid',
    )

    @api.depends('approval_state', 'settlement_ids')
    def _compute_waiting_settlement_ids(self):
        """Of payments that are not posted, what they are to pay: the form of a posted payment asks for nothing.

        By the state of approval, which follows that of the entry: records that depend on the state of an entry would
        have Odoo look up all that hangs on it, once more each time an entry is posted.
        """
        posted = self.filtered(lambda payment: payment.approval_state == 'posted')
        posted.waiting_settlement_ids = False
        for payment in self - posted:
            payment.waiting_settlement_ids = payment.settlement_ids

    def _hold_for_approval(self, lines_by_payment):
        """Submit payments that were just registered, and remember what they are to pay.

        Whoever may register payments may submit these: the right was judged by Register Payment itself.

        :param lines_by_payment: dict of payment: (journal items to reconcile, forced rate or 0.0)
        """
        self.env['payment.settlement']._append([
            {
                'payment_id': payment.id,
                'line_id': line.id,
                'currency_id': line.currency_id.id,
                'residual': line.amount_residual_currency,
                'rate': rate,
            }
            for payment, (lines, rate) in lines_by_payment.items() for line in lines
        ])
        self._take_step('submit', _("Registered on %(documents)s", documents=', '.join(
            self.env['account.move.line'].union(*[lines for lines, _rate in lines_by_payment.values()])
            .sudo().move_id.mapped('name'))))

    def _settle_documents(self):
        """Reconcile posted payments with what they were registered for, as Register Payment would have done at once."""
        for payment in self.sudo().filtered('settlement_ids'):
            rows = payment.settlement_ids.filtered(lambda row: (
                row.line_id.parent_state == 'posted' and row.line_id.partner_id == payment.partner_id  # noqa: B023
            ))
            short = rows.filtered(lambda row: row._is_short())
            payment._reconcile_with(rows.line_id, rows[:1].rate)
            if missing := (payment.settlement_ids - rows) | short:
                payment._report_credit_left(missing)

    def _reconcile_with(self, lines, rate):
        """Reconcile the items of this payment with open ones, account by account."""
        types = self._get_valid_payment_account_types()
        own = self.move_id.line_ids.filtered(lambda line: line.account_type in types and not line.reconciled)
        context = {'forced_rate_from_register_payment': rate} if rate else {}
        for account in own.account_id:
            (own | lines).with_context(**context).filtered(
                lambda line: line.account_id == account and not line.reconciled  # noqa: B023
            ).reconcile()

    def _report_credit_left(self, rows):
        """Say in the chatter what was paid otherwise, and what of this payment stays as credit of the partner."""
        types = self._get_valid_payment_account_types()
        left = self.move_id.line_ids.filtered(lambda line: line.account_type in types and not line.reconciled)
        amount = abs(sum(left.mapped('amount_residual_currency')))
        if self.currency_id.is_zero(amount):
            return
        self._message_log(body=_(
            "%(documents)s was paid otherwise while this payment waited for approval: %(amount)s of it stays as credit "
            "of %(partner)s. Reconcile it with another document.",
            documents=', '.join(rows.move_id.mapped('display_name')),
            amount=formatLang(self.env, amount, currency_obj=self.currency_id),
            partner=self.partner_id.display_name,
        ))
