from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .voucher_common import VoucherCommon


@tagged('post_install', '-at_install')
class TestVoucherMail(VoucherCommon):
    """The voucher goes along with the e-mails that the payment form sends, as a copy."""

    def compose(self, payments, action, user=None, **context):
        """Open the composer as the form's action does."""
        values = self.env['ir.actions.act_window']._for_xml_id(action)
        window = self.env['ir.actions.act_window'].browse(values['id'])
        self.assertEqual(window.binding_model_id.model, 'account.payment')
        action_context = window._get_eval_context()
        action_context.update({'active_id': payments[:1].id, 'active_ids': payments.ids})
        composer = self.env['mail.compose.message'].with_user(user or self.accountant).with_context(
            active_model='account.payment', active_ids=payments.ids, active_id=payments[:1].id,
            default_model='account.payment', default_res_ids=payments.ids,
            **self.eval_context(values['context'], action_context), **context)
        return Form(composer).save()

    def eval_context(self, text, values):
        return safe_eval(text, values) if isinstance(text, str) else text

    def get_names(self, composer):
        return sorted(composer.attachment_ids.mapped('name'))

    def test_receipt_brings_the_voucher(self):
        payment = self.make_posted()
        composer = self.compose(payment, 'account.account_send_payment_receipt_by_email_action')
        names = self.get_names(composer)
        self.assertEqual(len(names), 2)
        self.assertEqual(sum(f'Voucher {payment.voucher_number}' in name for name in names), 1)
        voucher = composer.attachment_ids.filtered(lambda attachment: payment.voucher_number in attachment.name)
        self.assertIn(b'COPY', voucher.raw)
        self.assertFalse(payment.voucher_print_count)

    def test_receipt_of_a_draft_works_as_before(self):
        composer = self.compose(self.make_payment(), 'account.account_send_payment_receipt_by_email_action')
        self.assertEqual(len(composer.attachment_ids), 1)

    def test_receipt_is_sent(self):
        payment = self.make_posted()
        self.partner_a.email = 'vendor@example.com'
        self.compose(payment, 'account.account_send_payment_receipt_by_email_action').action_send_mail()
        message = payment.message_ids.filtered('attachment_ids')
        self.assertEqual(len(message.attachment_ids), 2)

    def test_voucher_alone(self):
        payment = self.make_posted()
        composer = self.compose(payment, 'payment_account_enhanced.action_send_voucher_by_email')
        self.assertEqual(len(composer.attachment_ids), 1)
        self.assertIn(payment.voucher_number, composer.attachment_ids.name)
        self.assertIn(payment.voucher_number, composer.subject)
        self.assertIn('We have paid you', composer.body)

    def test_voucher_of_a_draft_is_refused(self):
        with self.assertRaisesRegex(UserError, 'No voucher can be printed'):
            self.compose(self.make_payment(), 'payment_account_enhanced.action_send_voucher_by_email')
