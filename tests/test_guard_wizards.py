from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PAYMENT_LOCKED, PaymentCommon


@tagged('post_install', '-at_install')
class TestGuardWizards(PaymentCommon):
    """Odoo's wizards, imports and mass actions on posted payments: content stays, whatever they answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.posted = cls.make_posted()
        cls.other_method = cls.env['account.payment.method'].search([
            ('payment_type', '=', 'outbound'), ('id', '!=', cls.posted.payment_method_id.id)], limit=1)
        assert cls.other_method, 'Another outbound method is needed'

    def wizard(self, model, records, values=None, user=None, **context):
        return self.env[model].with_user(user or self.accountant).with_company(self.company).with_context(
            active_model=records._name, active_ids=records.ids, active_id=records[:1].id, **context,
        ).create(values or {})

    def assertContentKeptOrRefused(self, function):
        """Whether the wizard works or is refused: the payment says what it said."""
        before = self.financial_fingerprint(self.posted)
        try:
            with self.cr.savepoint():
                function()
        except UserError:
            self.env.invalidate_all()
        self.assertEqual(self.financial_fingerprint(self.posted), before)

    def test_register_payment_on_a_payment(self):
        """Register Payment started on the items of a posted payment."""
        items = self.posted.move_id.line_ids

        def register():
            self.wizard('account.payment.register', items, {'amount': 10.0})._create_payments()

        self.assertContentKeptOrRefused(register)

    def test_validate_entries(self):
        """The mass action Post Entries has nothing to do with what is posted."""
        for records in (self.posted.move_id, self.posted.move_id | self.make_entry()):
            self.assertContentKeptOrRefused(
                lambda records=records: self.wizard('validate.account.move', records).validate_move())

    def test_automatic_entries(self):
        """Change Period and Change Account write new entries, never the posted one."""
        item = self.posted._seek_for_lines()[1]
        account = self.company_data['default_account_expense']
        accrual = {
            'action': 'change_period', 'date': '2024-05-01', 'percentage': 50.0,
            'expense_accrual_account': account.id, 'revenue_accrual_account': account.id,
            'journal_id': self.company_data['default_journal_misc'].id,
        }
        other_account = {
            'action': 'change_account', 'date': '2024-05-01', 'destination_account_id': account.id,
            'journal_id': self.company_data['default_journal_misc'].id,
        }
        for values in (accrual, other_account):
            for items in (item, self.posted.move_id.line_ids):
                self.assertContentKeptOrRefused(
                    lambda values=values, items=items: self.wizard(
                        'account.automatic.entry.wizard', items, values, user=self.payment_manager).do_action())

    def test_resequence(self):
        """Numbers of posted payments are not dealt out anew."""
        self.make_posted()
        moves = self.env['account.move'].search([('journal_id', '=', self.bank_journal.id), ('state', '=', 'posted')])
        bookkeeper = self.bookkeeper

        def resequence():
            wizard = self.wizard(
                'account.resequence.wizard', moves, {'first_name': 'PBNK1/2024/00500'}, user=bookkeeper)
            wizard.resequence()

        self.assertRefused(PAYMENT_LOCKED, self.posted, resequence)

    def test_reversal_leaves_the_payment(self):
        """Reversing is ordinary work: it makes an entry of its own."""
        for modify in (False, True):
            self.posted = self.make_posted()
            wizard = self.wizard('account.move.reversal', self.posted.move_id, {
                'journal_id': self.bank_journal.id, 'date': '2024-03-05', 'reason': 'Paid twice'})
            self.assertContentKept(self.posted, wizard.modify_moves if modify else wizard.refund_moves)
            self.assertEqual(self.posted.state, 'posted')

    def test_merge_contacts(self):
        """Merging contacts changes links by SQL: not those of posted payments."""
        duplicate = self.env['res.partner'].create({'name': 'Same partner'})
        payment = self.make_posted(partner_id=duplicate.id)
        self.accountant.groups_id += self.env.ref('base.group_partner_manager')

        def merge():
            self.wizard('base.partner.merge.automatic.wizard', self.partner_a | duplicate, {
                'partner_ids': [Command.set((self.partner_a | duplicate).ids)], 'dst_partner_id': self.partner_a.id,
            }).action_merge()

        self.assertRefused(PAYMENT_LOCKED, payment, merge)

    def test_merge_contacts_without_payments(self):
        contacts = self.env['res.partner'].create([{'name': 'Office Supplies', 'email': 'o@example.com'}] * 2)
        self.wizard('base.partner.merge.automatic.wizard', contacts, {
            'partner_ids': [Command.set(contacts.ids)], 'dst_partner_id': contacts[0].id, 'state': 'selection',
        }, user=self.env.user).action_merge()
        self.assertEqual(contacts.exists(), contacts[0])

    def test_method_line_is_renamed_and_corrected_as_ever(self):
        """The name is free; the method, too, where nothing was posted by it."""
        line = self.posted.payment_method_line_id
        line.name = 'By hand'
        line.payment_method_id = line.payment_method_id
        unused = line.copy({'name': 'Unused'})
        unused.payment_method_id = self.other_method
        self.assertEqual(unused.payment_method_id, self.other_method)

    def test_other_method_on_the_method_line(self):
        """The stored method of a posted payment does not follow its method line."""
        line, other = self.posted.payment_method_line_id, {'payment_method_id': self.other_method.id}
        for user in (self.bookkeeper, self.payment_manager):
            self.assertRefused(
                PAYMENT_LOCKED, self.posted, line.with_user(user).sudo().write, other)
            self.assertRefused(
                PAYMENT_LOCKED, self.posted, self.bank_journal.with_user(user).sudo().write,
                {'outbound_payment_method_line_ids': [Command.update(line.id, other)]})
        second = self.make_posted()
        self.assertEqual(second.payment_method_line_id, line)
        with self.assertRaises(UserError) as caught:
            line.write(other)
        named = [payment for payment in self.posted + second if payment.name in str(caught.exception)]
        self.assertEqual(len(named), 1, 'One of the payments is enough to say why')

    def test_import(self):
        """An import that names a posted payment, by database id or by external id, changes nothing."""
        self.env['ir.model.data'].create({
            'module': '__import__', 'name': 'a_posted_payment', 'model': 'account.payment', 'res_id': self.posted.id})
        rows = (
            (['.id', 'ref'], [str(self.posted.id), 'Imported']),
            (['id', 'ref'], ['__import__.a_posted_payment', 'Imported']),
            (['.id', 'amount'], [str(self.posted.id), '12.5']),
            (['.id', 'line_ids/.id', 'line_ids/name'], [
                str(self.posted.id), str(self.posted.move_id.line_ids[0].id), 'Imported']),
        )
        for user in (self.accountant, self.bookkeeper):
            for columns, row in rows:
                with self.subTest(columns=columns, user=user.login):
                    before = self.fingerprint(self.posted)
                    result = self.posted.browse().with_user(user).with_context(
                        install_mode=True, import_file=True, tracking_disable=True).load(columns, [row])
                    errors = [message['message'] for message in result['messages']]
                    self.assertTrue(any(error.startswith(PAYMENT_LOCKED) for error in errors), errors)
                    self.assertFalse(result['ids'])
                    self.env.invalidate_all()
                    self.assertEqual(self.fingerprint(self.posted), before)

    def test_mass_buttons(self):
        """Public methods of Odoo that the entry form does not even show for a payment."""
        entry = self.acting(self.posted, self.accountant).move_id
        later = {'action_update_fpos_values'}.intersection(dir(entry))  # came to Odoo 17 in autumn 2024
        for button in ('action_switch_move_type', 'button_request_cancel', 'action_activate_currency', 'action_post',
                       'button_set_checked', *later):
            self.assertContentKeptOrRefused(getattr(entry, button))
