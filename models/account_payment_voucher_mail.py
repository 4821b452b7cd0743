import base64

from odoo import models

RECEIPT_TEMPLATE = 'account.mail_template_data_payment_receipt'
COPY_REPORT = 'payment_account_enhanced.action_report_payment_voucher_copy'


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def _process_attachments_for_template_post(self, mail_template):
        # EXTENDS mail: the payment form's own "Send receipt by email" brings the voucher along, once posted
        attachments = super()._process_attachments_for_template_post(mail_template)
        if mail_template != self.env.ref(RECEIPT_TEMPLATE, raise_if_not_found=False):
            return attachments
        report = self.env.ref(COPY_REPORT)
        for payment in self.filtered(lambda payment: payment.state == 'posted'):
            content, extension = self.env['ir.actions.report']._render_qweb_pdf(report, payment.ids)
            name = f'{payment._get_voucher_file_name()}.{extension}'
            attachments.setdefault(payment.id, {}).setdefault('attachments', []).append(
                (name, base64.b64encode(content)))
        return attachments
