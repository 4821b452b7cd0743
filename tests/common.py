from odoo import Command
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import UserError
from odoo.tests.common import new_test_user

from .fingerprint import ORDINARY_COLUMNS, FingerprintCase  # noqa: F401

# Openings that users and support scripts look for.
PAYMENT_LOCKED = 'Posted payments cannot be modified'
PAYMENT_NO_RESET = 'Posted payments cannot be reset to draft'
ENTRY_NO_RESET = 'Posted journal entries cannot be reset to draft'
RECONCILED_LOCKED = 'Cannot modify reconciled payment details'
NO_DELETE = ('Posted payments cannot be deleted', 'Posted journal entries cannot be deleted')


class PaymentCommon(FingerprintCase, AccountTestInvoicingCommon):
    """Payments in every state, one user per kind of role, and the assertion of a refusal.

    ``cls.env`` belongs to a test user who holds every group, so it counts as a Payment Manager: fixtures are made
    with it, tests act through ``with_user`` of one of the users below.
    """

    # Loading a second chart of accounts takes seconds: only for tests of several companies.
    with_second_company = False

    @classmethod
    def setup_company_data(cls, company_name, **kwargs):
        if company_name == 'company_2_data' and not cls.with_second_company:
            return {'company': cls.env['res.company']}
        return super().setup_company_data(company_name, **kwargs)

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.company = cls.company_data['company']
        cls.bank_journal = cls.company_data['default_journal_bank']
        cls.cash_journal = cls.company_data['default_journal_cash']
        cls.switch_approval(outbound=False, inbound=False)
        accountant = 'account.group_account_user'
        cls.accountant = cls.make_user('guard_accountant', accountant)
        cls.invoicing_user = cls.make_user('guard_invoicing', 'account.group_account_invoice')
        cls.bookkeeper = cls.make_user('guard_bookkeeper', 'account.group_account_manager')
        cls.payment_manager = cls.make_user(
            'guard_manager', f'{accountant},payment_account_enhanced.group_payment_manager')
        cls.odoobot = cls.env.ref('base.user_root')
        # Everyone who may not change a posted payment: (user, with sudo()).
        cls.everyone_else = (
            (cls.accountant, False), (cls.accountant, True), (cls.invoicing_user, False), (cls.bookkeeper, False))

    # -- fixtures -------------------------------------------------------------------------------------------------

    @classmethod
    def make_user(cls, login, groups):
        return new_test_user(
            cls.env, login=login, name=login.replace('_', ' ').title(), groups=groups, password=f'{login}-password',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    @classmethod
    def switch_approval(cls, outbound, inbound):
        """Switch approval before posting on or off for the test company."""
        wanted = {'payment_approval_outbound': outbound, 'payment_approval_inbound': inbound}
        cls.company.write({name: value for name, value in wanted.items() if name in cls.company._fields})

    @classmethod
    def make_payment(cls, **values):
        """A draft vendor payment of 100.00, or what ``values`` say."""
        return cls.env['account.payment'].create({
            'payment_type': 'outbound',
            'partner_type': 'supplier',
            'partner_id': cls.partner_a.id,
            'amount': 100.0,
            'date': '2024-03-01',
            'journal_id': cls.bank_journal.id,
            'ref': 'Office rent',
            **values,
        })

    @classmethod
    def make_posted(cls, **values):
        payment = cls.make_payment(**values)
        payment.action_post()
        return payment

    @classmethod
    def make_bill(cls, amount=100.0, move_type='in_invoice', partner=None, **values):
        """A posted bill (or another document) without taxes."""
        bill = cls.env['account.move'].create({
            'move_type': move_type,
            'partner_id': (partner or cls.partner_a).id,
            'date': '2024-02-01',
            'invoice_date': '2024-02-01',
            'invoice_line_ids': [Command.create({'name': 'Rent', 'price_unit': amount, 'tax_ids': []})],
            **values,
        })
        bill.action_post()
        return bill

    @classmethod
    def make_reconciled(cls, bill_amount=100.0, **values):
        """A posted vendor payment matched with a bill: fully, or partly when the bill is of another amount."""
        payment = cls.make_posted(**values)
        cls.match_items(payment.move_id | cls.make_bill(bill_amount))
        return payment

    @classmethod
    def match_items(cls, moves, account_types=('asset_receivable', 'liability_payable')):
        lines = moves.line_ids.filtered(lambda line: line.account_id.account_type in account_types)
        lines.reconcile()
        return lines

    @classmethod
    def make_statement_line(cls, amount=-100.0, **values):
        return cls.env['account.bank.statement.line'].create({
            'journal_id': cls.bank_journal.id, 'date': '2024-03-02', 'payment_ref': 'Transfer', 'amount': amount,
            **values,
        })

    @classmethod
    def match_statement_line(cls, statement_line, payment):
        """Match as the bank screen does: the suspense item takes the outstanding account and is reconciled."""
        outstanding = payment._seek_for_lines()[0]
        suspense = statement_line._seek_for_lines()[1]
        suspense.account_id = outstanding.account_id
        (suspense | outstanding).reconcile()

    @classmethod
    def make_matched(cls, **values):
        """A posted payment whose outstanding item is matched with a bank statement line."""
        payment = cls.make_posted(**values)
        cls.match_statement_line(cls.make_statement_line(), payment)
        return payment

    @classmethod
    def make_transfer(cls, post=True, **values):
        """An internal transfer from bank to cash; posted it has its pair and is matched with it."""
        payment = cls.make_payment(
            is_internal_transfer=True, destination_journal_id=cls.cash_journal.id, partner_id=False, **values)
        if post:
            payment.action_post()
        return payment

    @classmethod
    def make_entry(cls, post=False, **values):
        """A miscellaneous entry of 30.00 over two accounts; draft unless ``post``."""
        accounts = cls.company_data['default_account_expense'] | cls.company_data['default_account_revenue']
        entry = cls.env['account.move'].create({
            'move_type': 'entry', 'date': '2024-03-01', 'journal_id': cls.company_data['default_journal_misc'].id,
            'line_ids': [
                Command.create({'name': 'Correction', 'account_id': account.id, 'balance': balance})
                for account, balance in zip(accounts, (30.0, -30.0))
            ],
            **values,
        })
        if post:
            entry.action_post()
        return entry

    @classmethod
    def make_reset(cls, **values):
        """A payment that was posted once and is draft again."""
        payment = cls.make_posted(**values)
        payment.action_draft()
        return payment

    @classmethod
    def make_cancelled(cls, **values):
        payment = cls.make_payment(**values)
        payment.action_cancel()
        return payment

    # -- assertions -----------------------------------------------------------------------------------------------

    def assertRefused(self, opening, record, function, *args, named=True, **kwargs):
        """``function`` is refused with ``opening``, names the record, and leaves it exactly as it was.

        ``opening``: one opening or several of which any may answer; ``record``: the payment or entry;
        ``named``: whether the message can know the record. Returns the message.
        """
        openings = (opening,) if isinstance(opening, str) else tuple(opening)
        name = record.sudo().name
        before = self.fingerprint(record)
        with self.assertRaises(UserError, msg=f'{name} was not protected') as caught:
            function(*args, **kwargs)
            self.env.flush_all()
        message = str(caught.exception)
        self.assertTrue(
            message.startswith(openings), f'Refused, but with other words than {openings}:\n{message}')
        if named:
            self.assertIn(name, message, 'The message does not say which record was refused')
        self.env.invalidate_all()
        self.assertEqual(self.fingerprint(record), before, f'{name} was refused, and changed nevertheless')
        return message

    def assertRefusedToEveryoneElse(self, opening, record, function, named=True):
        """``function(record as a role)`` is refused to every role but Payment Managers, under sudo(), too."""
        for user, sudo in self.everyone_else:
            self.assertRefused(opening, record, function, self.acting(record, user, sudo), named=named)

    def assertRefusedToAll(self, opening, record, function, named=True):
        """The same for Payment Managers and OdooBot as well."""
        self.assertRefusedToEveryoneElse(opening, record, function, named)
        for user in (self.payment_manager, self.odoobot):
            self.assertRefused(opening, record, function, self.acting(record, user), named=named)

    def acting(self, record, user, sudo=False):
        """The record as ``user`` has it before them, in the test company."""
        return record.with_user(user).with_company(self.company).sudo(sudo)
