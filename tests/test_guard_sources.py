from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .approval_common import ApprovalCommon
from .common import PAYMENT_LOCKED, RECONCILED_LOCKED, PaymentCommon


class SourcesCommon:
    """Writes of values that are computed and not stored, from which protected fields follow."""

    def each_source(self, payment):
        """(record, values): another value for each such field of the payment, its entry and its items."""
        for record in (payment, payment.move_id, payment.move_id.line_ids[0]):
            for name in sorted(record._guard_source_names()):
                yield record, {name: self.other_value(record, name)}

    def other_value(self, record, name):
        field, value = record._fields[name], record[name]
        if field.relational:
            other = self.env[field.comodel_name].search([('id', 'not in', value.ids)], limit=1)
            self.assertTrue(other, name)
            return [Command.set(other.ids)] if field.type == 'many2many' else other.id
        return {'boolean': not value, 'float': 2.0, 'binary': 'eA=='}[field.type]


@tagged('post_install', '-at_install')
class TestGuardSources(SourcesCommon, PaymentCommon):
    """Nobody changes a posted payment by writing what Odoo computes its fields from."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.own_account, cls.other_account = cls.env['res.partner.bank'].create([
            {'acc_number': 'GB33BUKB20201555555555', 'partner_id': cls.partner_a.id},
            {'acc_number': 'GB94BARC10201530093459', 'partner_id': cls.partner_b.id},
        ])

    def test_sources(self):
        """What is known today; an addon or a later Odoo may bring more."""
        for name, sources in {
            'account.payment': {'available_partner_bank_ids', 'available_payment_method_line_ids'},
            'account.move': {'bank_partner_id', 'company_currency_id'},
            'account.move.line': {'currency_rate', 'is_refund'},
        }.items():
            self.assertLessEqual(sources, self.env[name]._guard_source_names(), name)

    def test_bank_account_does_not_follow(self):
        payment = self.make_posted(partner_bank_id=self.own_account.id)
        self.assertRefused(
            PAYMENT_LOCKED, payment, payment.with_user(self.accountant).write,
            {'available_partner_bank_ids': [Command.set(self.other_account.ids)]})
        self.assertEqual(payment.partner_bank_id, self.own_account)

    def test_nobody_writes_a_source(self):
        """Not a Payment Manager either: the record would tell of a list, and not of the bank account."""
        for make, opening in ((self.make_posted, PAYMENT_LOCKED), (self.make_reconciled, RECONCILED_LOCKED)):
            payment = make(partner_bank_id=self.own_account.id)
            for record, values in self.each_source(payment):
                with self.subTest(opening=opening, values=values):
                    self.assertRefusedToAll(opening, payment, lambda acting, record=record, values=values: (
                        record.with_env(acting.env).write(values)))

    def test_payment_manager_changes_what_follows(self):
        payment = self.make_posted(partner_bank_id=self.own_account.id)
        payment.with_user(self.payment_manager).partner_bank_id = self.other_account
        self.assertEqual(payment.partner_bank_id, self.other_account)

    def test_message_tells_the_way(self):
        """And nobody is sent to a Payment Manager, who would be refused as well."""
        payment = self.make_posted()
        for user in (self.accountant, self.payment_manager):
            with self.subTest(user=user.name), \
                    self.assertRaisesRegex(UserError, r'refused: Company Currency\).*change those instead'):
                payment.move_id.with_user(user).write({
                    'company_currency_id': self.currency_data['currency'].id, 'ref': 'Another memo'})

    def test_unchanged_source_is_no_change(self):
        payment = self.make_posted(partner_bank_id=self.own_account.id)
        self.assertContentKept(payment, payment.with_user(self.accountant).write, {
            'available_partner_bank_ids': [Command.set(payment.available_partner_bank_ids.ids)]})


@tagged('post_install', '-at_install')
class TestApprovalSources(SourcesCommon, ApprovalCommon):
    """Nor what people are about to approve."""

    def test_sources_are_frozen_in_approval(self):
        payment = self.bring_to(self.new_payment(partner_bank_id=self.bank_account.id), 'approved')
        for record, values in self.each_source(payment):
            for role in ('manager', 'nobody'):
                with self.subTest(values=values, role=role), self.assertRaisesRegex(UserError, 'is in approval'):
                    self.as_person(record, role).write(values)
        self.assertEqual(payment.partner_bank_id, self.bank_account)
