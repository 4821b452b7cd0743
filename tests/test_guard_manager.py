from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from .common import RECONCILED_LOCKED, PaymentCommon


@tagged('post_install', '-at_install')
class TestGuardManager(PaymentCommon):
    """What a Payment Manager changes on posted payments goes on record, and the record stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payment = cls.make_posted().with_user(cls.payment_manager).with_company(cls.company)

    def rows(self, record=None):
        record = record or self.payment
        move = record.sudo().move_id if record._name == 'account.payment' else record
        return self.env['payment.override'].sudo().search([('move_id', '=', move.id)])

    def changed_fields(self):
        return {row.field_name: (row.old_value, row.new_value) for row in self.rows()}

    def test_edit(self):
        """Old value, new value, user and time, field by field; and a line in the chatter."""
        started = fields.Datetime.now()
        self.payment.write({'ref': 'Other memo', 'amount': 120.0, 'partner_id': self.partner_b.id})
        changed = self.changed_fields()
        self.assertEqual(changed['account.payment.ref'], ('Office rent', 'Other memo'))
        self.assertIn('100.00', changed['account.payment.amount'][0])
        self.assertIn('120.00', changed['account.payment.amount'][1])
        self.assertEqual(changed['account.payment.partner_id'], ('partner_a', 'partner_b'))
        for row in self.rows():
            self.assertEqual((row.user_id, row.record_name), (self.payment_manager, self.payment.name))
            self.assertEqual((row.action_type, row.payment_id), ('edit', self.payment))
            self.assertGreaterEqual(row.date, started)
        bodies = ' '.join(self.payment.message_ids.mapped('body'))
        for text in ('Office rent', 'Other memo', 'partner_a', 'partner_b', '100.00', '120.00'):
            self.assertIn(text, bodies)
        self.assertRecordValues(self.payment._seek_for_lines()[1], [
            {'balance': 120.0, 'partner_id': self.partner_b.id}])

    def test_emptied_and_filled(self):
        """Nothing is recorded as nothing, not as a word of the programming language."""
        self.payment.ref = False
        self.payment.ref = 'Again'
        self.assertEqual(
            [(row.old_value, row.new_value) for row in self.rows().sorted('id')],
            [('Office rent', False), (False, 'Again')])
        item = self.payment._seek_for_lines()[1]
        item.write({'product_id': self.product_a.id, 'date_maturity': False})
        recorded = self.changed_fields()
        self.assertEqual(recorded['account.move.line.product_id'], (False, self.product_a.display_name))
        self.assertFalse(recorded['account.move.line.date_maturity'][1])

    def test_choices_are_recorded_as_they_are_shown(self):
        self.payment.move_id.auto_post = 'monthly'
        self.assertEqual(self.changed_fields()['account.move.auto_post'], ('No', 'Monthly'))

    def test_nothing_changed_nothing_recorded(self):
        self.payment.write({'ref': self.payment.ref, 'amount': self.payment.amount})
        self.assertFalse(self.rows())

    def test_reason(self):
        """The reason that a client sends along is kept as text, at most 500 characters; anything else is no reason."""
        for sent, kept in (('By the bank\'s letter', 'By the bank\'s letter'), ('x' * 600, 'x' * 500), (['x'], False)):
            with self.subTest(sent=sent):
                self.payment.with_context(payment_override_reason=sent).write({'ref': f'Memo for {sent}'})
                self.assertEqual(self.rows()[0].reason, kept)
                self.assertEqual(f'Reason: {kept}' in html2plaintext(self.payment.message_ids[0].body), bool(kept))

    def test_edit_through_the_entry_and_its_items(self):
        """Each way in is recorded: the entry's fields, an item written by itself, and items in a list."""
        item = self.payment._seek_for_lines()[1]
        self.payment.move_id.write({'ref': 'By the entry'})
        item.write({'name': 'By the item'})
        self.payment.move_id.write({'line_ids': [Command.update(item.id, {'date_maturity': '2024-06-30'})]})
        self.payment.write({'line_ids': [Command.update(item.id, {'name': 'By the list'})]})
        self.assertRecordValues(item, [{'name': 'By the list', 'date_maturity': fields.Date.to_date('2024-06-30')}])
        recorded = self.rows().mapped('field_name')
        for name in ('account.move.ref', 'account.move.line.name', 'account.move.line.date_maturity'):
            self.assertIn(name, recorded)
        self.assertIn('By the list', self.rows().mapped('new_value'))
        self.assertIn(f'Journal item {item.account_id.code}, Label', self.rows().mapped('field_label'))
        self.assertEqual(self.changed_fields()['account.move.line.date_maturity'][1], '06/30/2024')

    def test_item_added_and_deleted(self):
        account = self.company_data['default_account_expense']
        entry = self.payment.move_id
        entry.write({'line_ids': [Command.create({'name': 'Fee', 'account_id': account.id, 'balance': 0.0,
                                                  'partner_id': self.payment.partner_id.id})]})
        self.assertIn('add_item', self.rows().mapped('action_type'))
        fee = entry.line_ids.filtered(lambda line: line.name == 'Fee')
        fee.with_context(force_delete=True).unlink()
        self.assertIn('delete_item', self.rows().mapped('action_type'))

    def test_items_that_follow_an_edit_are_part_of_it(self):
        """Odoo makes a write-off anew when the amount changes: that is no item that somebody added or deleted."""
        payment = self.acting(self.make_posted(write_off_line_vals=[{
            'name': 'Discount', 'account_id': self.company_data['default_account_expense'].id,
            'partner_id': self.partner_a.id, 'currency_id': self.company.currency_id.id,
            'amount_currency': -5.0, 'balance': -5.0,
        }]), self.payment_manager)
        discount = payment.move_id.line_ids.filtered(lambda line: line.name == 'Discount')
        payment.amount = 120.0
        self.assertFalse(discount.exists())
        self.assertEqual(sorted(payment.move_id.line_ids.mapped('balance')), [-120.0, -5.0, 125.0])
        self.assertEqual(self.rows(payment).mapped('action_type'), ['edit'])

    def test_batch_edit(self):
        """A batch is recorded payment by payment."""
        others = self.payment | self.acting(self.make_posted(ref='Heating'), self.payment_manager)
        others.write({'ref': 'Other memo'})
        for payment, old in zip(others, ('Office rent', 'Heating')):
            self.assertEqual(self.rows(payment).mapped('old_value'), [old])

    def test_reset_and_cancel(self):
        self.payment.action_draft()
        self.assertEqual(self.rows().mapped('action_type'), ['reset'])
        cancelled = self.acting(self.make_posted(), self.payment_manager)
        cancelled.action_cancel()
        self.assertEqual(cancelled.state, 'cancel')
        self.assertEqual(self.rows(cancelled).mapped('action_type'), ['cancel'])
        bill = self.make_bill().with_user(self.payment_manager)
        bill.write({'state': 'draft'})
        self.assertEqual(self.rows(bill).mapped('action_type'), ['reset'])
        entry = self.make_entry(post=True).with_user(self.payment_manager)
        entry.write({'state': 'cancel'})
        self.assertEqual(self.rows(entry).mapped('action_type'), ['cancel'])

    def test_refused_attempts_are_not_recorded_as_done(self):
        reconciled = self.acting(self.make_reconciled(), self.payment_manager)
        self.assertRefused(RECONCILED_LOCKED, reconciled, reconciled.write, {'ref': 'x'})
        self.assertFalse(self.rows(reconciled))

    def test_reset_wizard_asks_for_a_reason(self):
        wizards = self.env['payment.reset'].with_user(self.payment_manager).with_context(active_ids=self.payment.ids)
        form = Form(wizards)
        with self.assertRaisesRegex(AssertionError, 'reason is a required field'):
            form.save()
        with self.assertRaises(UserError):
            wizards.create({'reason': '  '}).action_reset()
        self.assertEqual(self.payment.state, 'posted')
        form.reason = 'Wrong supplier'
        form.save().action_reset()
        self.assertEqual(self.payment.state, 'draft')
        self.assertEqual(self.rows().mapped('reason'), ['Wrong supplier'])
        self.assertIn('Wrong supplier', self.payment.message_ids[0].body)

    def test_reset_wizard_is_for_managers(self):
        with self.assertRaises(AccessError):
            self.env['payment.reset'].with_user(self.accountant).with_context(
                active_ids=self.payment.ids).create({'reason': 'x'})

    def test_record_is_append_only(self):
        """No create, write or unlink for anyone: managers, the administrator, OdooBot, sudo()."""
        self.payment.write({'ref': 'Other memo'})
        row = self.rows()
        values = {'record_name': 'x', 'action_type': 'edit', 'user_id': self.accountant.id, 'date': '2024-01-01'}
        administrator = self.env.ref('base.user_admin')
        for user in (self.accountant, self.bookkeeper, self.payment_manager, administrator, self.odoobot):
            for sudo in (False, True):
                # OdooBot's uninstall key is the way the table itself goes with the addon.
                acting = row.with_user(user).sudo(sudo).with_context(
                    payment_guard_pass=True, payment_append_only_pass=True, force_delete=True, install_mode=True,
                    _force_unlink=user != self.odoobot)
                for act in (
                    lambda acting=acting: acting.write({'new_value': 'y'}),
                    lambda acting=acting: acting.unlink(),
                    lambda acting=acting: acting.create(values),
                    lambda acting=acting: acting.copy(),
                    lambda acting=acting: acting.web_save({'old_value': 'y'}, {'id': {}}),
                    lambda acting=acting: acting.update({'user_id': 1}),
                ):
                    with self.assertRaises(UserError):
                        act()
                        self.env.flush_all()
                load = acting.load(['.id', 'new_value'], [[str(row.id), 'y']])
                self.assertFalse(load['ids'])
        self.assertRecordValues(row, [{'old_value': 'Office rent', 'new_value': 'Other memo'}])

    def test_writing_nothing_is_not_refused(self):
        """Odoo writes to no records, or nothing to records, where it goes through lists."""
        self.payment.write({'ref': 'Other memo'})
        self.assertTrue(self.rows().write({}) and self.rows().browse().write({'new_value': 'y'}))

    def test_chatter_line_outlives_tracking_disable(self):
        """A context that switches Odoo's tracking off does not switch the record off."""
        self.payment.with_context(
            tracking_disable=True, mail_notrack=True, mail_create_nolog=True).write({'ref': 'Other memo'})
        self.assertEqual(len(self.rows()), 1)
        self.assertIn('Other memo', self.payment.message_ids[0].body)
