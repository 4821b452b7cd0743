from odoo import _, models
from odoo.exceptions import UserError

from .posting_guard import NAMES_SHOWN

REPORT = 'payment_account_enhanced.action_report_payment_voucher'


class AccountPayment(models.Model):
    """Printing: posted payments alone; the first print is the original, every other one a copy, each on record."""

    _inherit = 'account.payment'

    def action_print_payment_voucher(self):
        """Return the report action that prints the vouchers of these payments as one PDF.

        :raises UserError: where one of them is not posted
        """
        self._check_voucher_printable()
        return self.env.ref(REPORT).report_action(self, config=False)

    def _check_voucher_printable(self):
        """Refuse to make vouchers for nothing, for payments the user may not read, and for unposted payments."""
        if not self:
            raise UserError(_("No payment was chosen. Choose the posted payments whose vouchers you want to print."))
        self.check_access_rights('read')
        self.check_access_rule('read')
        refused = self.filtered(lambda payment: payment.state != 'posted')
        if refused:
            raise UserError(_(
                "No voucher can be printed for %(payments)s: a voucher certifies a posted payment. Post the payments "
                "first, or leave those that are drafts or cancelled out of your selection.",
                payments=refused._get_voucher_refused_names()))

    def _get_voucher_refused_names(self):
        """Return the first names of the set with their states, for a message."""
        names = [f'{payment.display_name} ({payment._get_voucher_state()})' for payment in self[:NAMES_SHOWN]]
        if len(self) > NAMES_SHOWN:
            names.append(_("%(count)s more", count=len(self) - NAMES_SHOWN))
        return ', '.join(names)

    def _get_voucher_file_name(self):
        """Return the name of the voucher's file, without extension."""
        number = (self.voucher_number or self.name or '').replace('/', '-')
        return _("Voucher %(number)s", number=number)

    def _get_voucher_state(self):
        """Return the state of the payment as people read it."""
        return dict(self._fields['state']._description_selection(self.env)).get(self.state, self.state)

    def _register_voucher_print(self):
        """Count and log one print of each payment.

        Every user who may read the payments may print them, so that this goes past `write`, which guards the counter.

        :return: dict of payment id: number of this print; 1 is the original
        """
        self._assign_voucher_numbers()
        self.flush_recordset(['voucher_print_count'])
        self.env.cr.execute("""
            UPDATE account_payment SET voucher_print_count = COALESCE(voucher_print_count, 0) + 1
             WHERE id IN %s RETURNING id, voucher_print_count
        """, [tuple(self.ids)])
        counts = dict(self.env.cr.fetchall())
        payments = self.browse(counts)
        self.env.cache.update(payments, self._fields['voucher_print_count'], counts.values())
        payments.modified(['voucher_print_count'])
        payments._message_log_batch(bodies={
            payment.id: payment._get_voucher_print_message(counts[payment.id]) for payment in payments
        })
        return counts

    def _get_voucher_print_message(self, count):
        """Return the chatter line of print number `count`."""
        number = self.sudo().voucher_number
        if count == 1:
            return _("Voucher %(number)s printed: the original.", number=number)
        return _("Voucher %(number)s printed again: copy %(copy)s.", number=number, copy=count - 1)
