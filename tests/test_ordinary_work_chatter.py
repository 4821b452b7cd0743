import base64

from odoo import Command
from odoo.tests import tagged

from .common import PaymentCommon


@tagged('post_install', '-at_install')
class TestOrdinaryWorkChatter(PaymentCommon):
    """What an ordinary accountant does with posted and reconciled payments besides their content."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payments = cls.make_posted() | cls.make_reconciled()

    def each(self):
        for payment in self.payments:
            with self.subTest(reconciled=payment.is_reconciled):
                yield self.acting(payment, self.accountant)

    def make_attachment(self, record):
        return record.env['ir.attachment'].create({
            'name': 'receipt.pdf', 'datas': base64.b64encode(b'%PDF-1.4 receipt'), 'mimetype': 'application/pdf',
            'res_model': record._name, 'res_id': record.id})

    def test_message_with_attachment(self):
        """The first attachment in the chatter becomes the main one: on the payment and on its entry."""
        for payment in self.each():
            for record in (payment, payment.move_id):
                attachment = self.make_attachment(record)
                self.assertContentKept(
                    payment, record.message_post, body='The receipt', attachment_ids=attachment.ids)
                self.assertEqual(record.message_main_attachment_id, attachment)
                self.assertIn('The receipt', record.message_ids[0].body)

    def test_main_attachment_from_the_preview(self):
        for payment in self.each():
            attachment = self.make_attachment(payment)
            self.assertContentKept(payment, attachment.register_as_main_attachment, force=True)
            self.assertEqual(payment.message_main_attachment_id, attachment)

    def test_notes_and_followers(self):
        for payment in self.each():
            self.assertContentKept(payment, payment.message_subscribe, self.bookkeeper.partner_id.ids)
            self.assertIn(self.bookkeeper.partner_id, payment.message_partner_ids)
            self.assertContentKept(payment, payment.message_unsubscribe, self.bookkeeper.partner_id.ids)
            self.assertNotIn(self.bookkeeper.partner_id, payment.message_partner_ids)
            self.assertContentKept(payment, payment.message_post, body='Called the bank', subtype_xmlid='mail.mt_note')

    def test_activities(self):
        for payment in self.each():
            activity = self.assertContentKept(
                payment, payment.activity_schedule, 'mail.mail_activity_data_todo', user_id=self.accountant.id)
            self.assertContentKept(payment, activity.action_feedback, feedback='Done')
            self.assertFalse(payment.activity_ids)

    def test_sent_and_checked(self):
        for payment in self.each():
            self.assertContentKept(payment, payment.mark_as_sent)
            self.assertTrue(payment.is_move_sent)
            self.assertContentKept(payment, payment.unmark_as_sent)
            self.assertFalse(payment.is_move_sent)
            self.assertContentKept(payment, payment.move_id.write, {'to_check': True})
            self.assertContentKept(payment, payment.move_id.button_set_checked)
            self.assertFalse(payment.move_id.to_check)

    def test_check_number(self):
        """Checks get their number when they are printed, after posting; where the check module is installed."""
        for payment in self.each():
            if 'check_number' in payment._fields:
                number = f'{payment.id:05d}'
                self.assertContentKept(payment, payment.write, {'check_number': number})
                self.assertEqual(payment.check_number, number)

    def test_print_receipt(self):
        """Odoo's own payment receipt."""
        for payment in self.each():
            html, _kind = self.assertContentKept(
                payment, payment.env['ir.actions.report']._render_qweb_html,
                'account.action_report_payment_receipt', payment.ids)
            self.assertIn(payment.name.encode(), html)

    def test_forms_open_and_nothing_is_dirty(self):
        """The forms of a posted payment and its entry open, answer an onchange and are saved untouched."""
        for payment in self.each():
            for record in (payment, payment.move_id):
                specification = {'name': {}, 'ref': {}, 'state': {}}
                self.assertContentKept(payment, record.web_read, specification)
                self.assertContentKept(payment, record.onchange, {'ref': 'x'}, ['ref'], specification)
                self.assertContentKept(payment, record.web_save, {}, specification)

    def test_duplicate(self):
        for payment in self.each():
            copied = self.assertContentKept(payment, payment.copy)
            self.assertEqual((copied.state, copied.amount), ('draft', payment.amount))
            action = self.assertContentKept(payment, payment.move_id.action_duplicate)
            self.assertEqual(payment.env['account.move'].browse(action['res_id']).state, 'draft')

    def test_analytic_distribution(self):
        """Distributing an item over analytic accounts is management accounting, not content of the payment."""
        plan = self.env['account.analytic.plan'].create({'name': 'Projects'})
        project = self.env['account.analytic.account'].create({'name': 'Project', 'plan_id': plan.id})
        payment = self.acting(self.payments[0], self.accountant)
        item = payment._seek_for_lines()[1]
        item.write({'analytic_distribution': {str(project.id): 100}})
        self.assertEqual(item.analytic_distribution, {str(project.id): 100})

    def test_drafts_as_in_odoo(self):
        """A draft that was never posted is edited, cancelled, taken back and deleted by everybody."""
        payment = self.acting(self.make_payment(), self.accountant)
        payment.write({'amount': 70.0, 'ref': 'Other memo', 'date': '2024-03-09', 'partner_id': self.partner_b.id})
        item = payment._seek_for_lines()[1]
        self.assertRecordValues(item, [{'balance': 70.0, 'partner_id': self.partner_b.id}])
        payment.move_id.write({'line_ids': [Command.update(line.id, {
            'balance': 80.0 if line == item else -80.0}) for line in payment.move_id.line_ids]})
        self.assertEqual(payment.amount, 80.0)
        payment.action_cancel()
        self.assertEqual(payment.state, 'cancel')
        payment.action_draft()
        self.assertEqual(payment.state, 'draft')
        payment.unlink()
        self.assertFalse(payment.exists())
