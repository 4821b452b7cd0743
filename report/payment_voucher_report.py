from functools import partial

from odoo import api, models

from .bidi import mark_directions

# The two builds of wkhtmltopdf scale a page differently: this is 10 points on paper with either.
FONT_SIZES = {True: '12.5px', False: '17px'}


class PaymentVoucherReport(models.AbstractModel):
    """Values of the voucher. Each rendering, on paper or on screen, is a print: checked, counted and logged."""

    _name = 'report.payment_account_enhanced.report_payment_voucher'
    _description = 'Payment Voucher'

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return what the templates need; raises UserError unless every payment is posted."""
        payments = self.env['account.payment'].browse(dict.fromkeys(docids or ()))
        payments._check_voucher_printable()
        copies = self._get_copies(payments)
        documents = payments._get_voucher_documents()
        patched = self.env['ir.actions.report']._is_wkhtmltopdf_patched()
        return {
            'doc_ids': payments.ids,
            'doc_model': payments._name,
            'docs': payments.sudo(),
            'copies': copies,
            'documents': documents,
            'patched': patched,
            'size': FONT_SIZES[patched],
            'mark': partial(mark_directions, patched=patched),
        }

    def _get_copies(self, payments):
        """Return a dict of payment id: 0 for the original, else the number of the copy."""
        return {payment_id: count - 1 for payment_id, count in payments._register_voucher_print().items()}


class PaymentVoucherCopyReport(models.AbstractModel):
    """The same for vouchers sent by e-mail: always a copy, so that composing a message never uses up the original."""

    _name = 'report.payment_account_enhanced.report_payment_voucher_copy'
    _inherit = 'report.payment_account_enhanced.report_payment_voucher'
    _description = 'Payment Voucher (Copy)'

    def _get_copies(self, payments):
        # OVERRIDE
        payments._assign_voucher_numbers()
        return dict.fromkeys(payments.ids, True)
