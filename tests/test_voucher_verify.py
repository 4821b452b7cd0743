from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .voucher_common import VoucherCommon


@tagged('post_install', '-at_install')
class TestVoucherVerify(VoucherCommon):
    """The code of a voucher is compared with the payment as it is now."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.payment = cls.make_posted(partner_bank_id=cls.partner_bank.id)
        cls.code = cls.payment._get_voucher_code()
        cls.typed = f'{cls.payment.voucher_number} {cls.payment._get_voucher_typed_code()}'

    def verify(self, code, user=None):
        with Form(self.env['payment.voucher.verify'].with_user(user or self.accountant)) as form:
            form.code = code
        return form.record

    def test_match(self):
        for code in (
            self.code, self.typed, self.code.lower(), self.typed.lower(), f'  {self.code}\n',
            self.typed.replace(' ', '  '),
            f"{self.payment.voucher_number} {self.payment._get_voucher_typed_code().replace(' ', '-')}",
            f"{self.payment.voucher_number} {self.payment._get_voucher_typed_code().replace(' ', '')}",
            f'{self.payment.voucher_number} {self.payment._get_voucher_digest()}',
        ):
            with self.subTest(code=code):
                wizard = self.verify(code)
                self.assertEqual(wizard.verdict, 'match', wizard.message)
                self.assertEqual(wizard.payment_id, self.payment)
                self.assertIn('matches the posted payment', wizard.message)

    def test_code_is_what_any_scanner_reads(self):
        self.assertRegex(self.code, r'^PV\d{5} [0-9A-F]{64} [0-9A-F]+$')
        self.assertLess(len(self.code), 160)

    def test_names_what_differs(self):
        manager = self.payment.with_user(self.payment_manager)
        for vals, label, value in (
            ({'ref': 'Another memo'}, 'Memo', 'Another memo'),
            ({'date': '2024-03-05'}, 'Date', '03/05/2024'),
            ({'amount': 120.0}, 'Amount', '$ 120.00'),
        ):
            manager.write(vals)
            wizard = self.verify(self.code)
            self.assertEqual(wizard.verdict, 'different')
            self.assertIn(f'{label}: now {value}', wizard.message.replace('\N{NO-BREAK SPACE}', ' '))
        self.assertNotIn('Journal: ', wizard.message)
        self.assertNotIn('Currency: ', wizard.message)
        self.assertTrue(wizard.override_ids)
        self.assertIn('Memo', wizard.override_ids.mapped('field_label'))

    def test_present_values_as_people_read_them(self):
        wizard = self.env['payment.voucher.verify'].with_user(self.accountant).new({})
        for key, shown in {
            'bank_account_trusted': 'not trusted', 'bank_account_number': self.payment._get_voucher_account(),
            'partner_id': self.partner_a.display_name, 'payment_type': 'Send', 'is_internal_transfer': 'no',
            'ref': 'Office rent',
        }.items():
            self.assertEqual(wizard._get_present_value(self.payment, key), shown)
        self.partner_bank.allow_out_payment = True
        self.assertEqual(wizard._get_present_value(self.payment, 'bank_account_trusted'), 'trusted')

    def test_typed_code_tells_that_but_not_what(self):
        self.payment.with_user(self.payment_manager).ref = 'Another memo'
        wizard = self.verify(self.typed)
        self.assertEqual(wizard.verdict, 'different')
        self.assertIn('does not tell what differs', wizard.message)

    def test_changes_past_the_orm_are_found(self):
        self.env.cr.execute("UPDATE account_payment SET amount = 9999 WHERE id = %s", [self.payment.id])
        self.env.invalidate_all()
        wizard = self.verify(self.code)
        self.assertEqual(wizard.verdict, 'different')
        self.assertIn('Amount: now', wizard.message)
        self.assertNotIn('Memo', wizard.message)

    def test_code_of_another_payment(self):
        other = self.make_posted(amount=5.0)
        wizard = self.verify(self.code.replace(self.payment.voucher_number, other.voucher_number))
        self.assertEqual(wizard.verdict, 'different')
        self.assertIn('Amount', wizard.message)

    def test_number_alone_proves_nothing(self):
        self.assertEqual(self.verify(self.payment.voucher_number).verdict, 'incomplete')

    def test_unknown(self):
        wildcard = self.payment.voucher_number[:-1] + '_'
        for code in ('PV99999999', self.code.replace('PV', 'QV'), wildcard, '%'):
            wizard = self.verify(code)
            self.assertEqual(wizard.verdict, 'unknown', code)
            self.assertFalse(wizard.payment_id)

    def test_nothing(self):
        self.assertEqual(self.verify('  ').verdict, 'empty')
        self.assertEqual(self.verify(False).verdict, 'empty')

    def test_reset_payment(self):
        self.payment.with_user(self.payment_manager).action_draft()
        wizard = self.verify(self.code)
        self.assertEqual(wizard.verdict, 'unposted')
        self.assertIn('Draft', wizard.message)

    def test_payments_of_other_companies_stay_unknown(self):
        stranger = self.make_other_company_user('voucher_outsider')
        wizard = self.verify(self.code, user=stranger)
        self.assertEqual(wizard.verdict, 'unknown')
        self.assertNotIn('Azure', wizard.message)

    def test_only_accounting_people(self):
        employee = self.make_user('voucher_nobody', 'base.group_user')
        with self.assertRaises(AccessError):
            self.env['payment.voucher.verify'].with_user(employee).create({'code': self.code})
        menu = self.env.ref('payment_account_enhanced.menu_payment_voucher_verify')
        self.assertNotIn(menu.id, self.env['ir.ui.menu'].with_user(employee)._visible_menu_ids())
        for user in (self.accountant, self.invoicing_user):
            self.assertIn(menu.id, self.env['ir.ui.menu'].with_user(user)._visible_menu_ids())

    def test_old_duplicates(self):
        other = self.make_posted(amount=7.0)
        self.env.cr.execute("DROP INDEX account_payment_voucher_number_partial")
        self.env.cr.execute(
            "UPDATE account_payment SET voucher_number = %s WHERE id = %s", [self.payment.voucher_number, other.id])
        self.env.invalidate_all()
        self.assertEqual(self.verify(self.code).payment_id, self.payment)
        self.assertEqual(self.verify(other._get_voucher_code()).payment_id, other)


@tagged('post_install', '-at_install')
class TestVoucherOfApproved(VoucherCommon):
    """A payment that went through the whole approval: its voucher names the people, its code is the approved digest."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.switch_approval(outbound=True, inbound=True)
        cls.people = [
            cls.make_user(
                f'voucher_{role}', f'account.group_account_invoice,payment_account_enhanced.group_payment_{role}')
            for role in ('user', 'reviewer', 'approver', 'authorizer', 'poster')]
        cls.payment = cls.make_payment(amount=20000.0, partner_bank_id=cls.partner_bank.id)
        for user, step in zip(cls.people, (
            'action_submit_for_review', 'action_review_payment', 'action_approve_payment', 'action_authorize_payment',
            'action_post_payment',
        ), strict=True):
            getattr(cls.payment.with_user(user), step)()

    def verify(self, code):
        return self.env['payment.voucher.verify'].with_user(self.accountant).create({'code': code})

    def test_approval_block(self):
        self.assertEqual(self.payment.state, 'posted')
        steps = self.payment.with_user(self.accountant)._get_voucher_approvals()
        self.assertEqual(
            [(step['stage'], step['person']) for step in steps],
            list(zip(
                ('Submitted', 'Reviewed', 'Approved', 'Authorized', 'Posted'),
                [user.name for user in self.people], strict=True)))
        self.assertTrue(all(step['date'] for step in steps))

    def test_code_is_the_approved_digest(self):
        self.assertEqual(self.payment._get_voucher_digest(), self.payment.approval_digest)
        self.assertEqual(self.verify(self.payment._get_voucher_code()).verdict, 'match')

    def test_old_and_new_value_even_from_a_typed_code(self):
        typed = f'{self.payment.voucher_number} {self.payment._get_voucher_typed_code()}'
        self.payment.with_user(self.payment_manager).ref = 'Another memo'
        wizard = self.verify(typed)
        self.assertEqual(wizard.verdict, 'different')
        self.assertIn('Memo: Office rent → Another memo', wizard.message)
        wizard = self.verify(self.payment._get_voucher_code())
        self.assertEqual(wizard.verdict, 'match')
        self.assertIn('Changed since the approval: Memo: Office rent → Another memo', wizard.message)

    def test_code_of_a_later_content_is_compared_with_that(self):
        manager = self.payment.with_user(self.payment_manager)
        manager.ref = 'Another memo'
        code = self.payment._get_voucher_code()
        manager.ref = 'A third memo'
        self.assertIn('Memo: now A third memo', self.verify(code).message)

    def test_number_is_drawn_at_submission(self):
        payment = self.make_payment()
        payment.with_user(self.people[0]).action_submit_for_review()
        self.assertTrue(payment.voucher_number)
        self.assertFalse(self.make_payment().voucher_number)
