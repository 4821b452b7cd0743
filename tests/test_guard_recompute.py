from unittest.mock import patch

from odoo import Command
from odoo.api import call_kw
from odoo.tests import tagged

from .approval_common import ApprovalCommon
from .common import PaymentCommon
from .fingerprint import FingerprintCase

PROPOSED = (
    'currency_id', 'date', 'destination_account_id', 'fiscal_position_id', 'outstanding_account_id', 'partner_bank_id')


class RecomputeCommon(FingerprintCase):
    """Payments of which Odoo would propose something else today, and a client that asks for it."""

    def chosen(self):
        """A foreign currency, the second bank account of the vendor, and another date than that of the document."""
        self.banks = self.env['res.partner.bank'].create([
            {'acc_number': f'GB{number}BUKB20201555555555', 'partner_id': self.partner_a.id, 'allow_out_payment': True}
            for number in (35, 36)
        ])
        return {
            'currency_id': self.currency_data['currency'].id, 'partner_bank_id': self.banks[1].id,
            'date': '2024-03-01', 'invoice_date': '2024-02-15',
        }

    def change_what_is_proposed(self, payment):
        """The vendor has another parent, account, bank and taxes, the journal another account for its payments."""
        self.partner_a.parent_id = self.env['res.partner'].create({'name': 'Group', 'is_company': True})
        self.move_abroad(self.partner_a)
        account = payment.destination_account_id
        self.partner_a.property_account_payable_id = account.copy({'code': '219999'})
        self.banks[1].active = False
        payment.payment_method_line_id.payment_account_id = payment.outstanding_account_id.copy({'code': '109999'})
        self.env.flush_all()

    def move_abroad(self, partner):
        """Other taxes are proposed for the partner; returns their fiscal position."""
        partner.property_account_position_id = self.env['account.fiscal.position'].create({'name': 'Abroad'})
        return partner.property_account_position_id

    def compute_anew(self, payment, user):
        """What a client does: it tells Odoo that every field was written, of the payment, its entry and its items."""
        for record in (payment, payment.move_id, payment.move_id.line_ids):
            for forged in ({}, {'payment_guard_pass': True}):
                for how in ({}, {'create': True}, {'before': True}):
                    acting = record.with_user(user).with_context(**forged)
                    call_kw(acting, 'modified', [record.ids, sorted(record._fields)], dict(how))
                    self.env.flush_all()
        self.env.invalidate_all()

    def assertKept(self, payment, user):
        self.change_what_is_proposed(payment)
        self.assertContentKept(payment, self.compute_anew, payment, user)


@tagged('post_install', '-at_install')
class TestGuardRecompute(RecomputeCommon, PaymentCommon):
    """What Odoo computes as a proposal is not proposed anew on a posted payment, whoever asks for it."""

    def test_draft_takes_what_is_proposed_today(self):
        payment = self.make_payment(**self.chosen())
        before = [payment[name] for name in PROPOSED]
        self.change_what_is_proposed(payment)
        self.compute_anew(payment, self.accountant)
        for name, value in zip(PROPOSED, before):
            self.assertNotEqual(payment[name], value, name)

    def test_posted_payment_keeps_what_was_chosen(self):
        payment = self.make_posted(**self.chosen())
        self.assertKept(payment, self.accountant)

    def test_reconciled_payment_keeps_what_was_chosen(self):
        payment = self.make_posted(**self.chosen())
        self.match_items(payment.move_id | self.make_bill(50.0))
        self.assertKept(payment, self.accountant)

    def test_items_keep_what_a_payment_manager_wrote(self):
        payment = self.make_posted(**self.chosen(), payment_reference='RF18539007547034')
        for item in payment.move_id.line_ids:
            item.with_user(self.payment_manager).write({
                'name': f'By hand {item.id}', 'date_maturity': '2024-09-30', 'quantity': 3.0})
        self.assertKept(payment, self.accountant)

    def test_proposals_follow_what_a_payment_manager_changes(self):
        payment = self.make_posted(**self.chosen())
        account = self.partner_b.property_account_payable_id.copy({'code': '219998'})
        self.partner_b.property_account_payable_id = account
        abroad = self.move_abroad(self.partner_b)
        payment.with_user(self.payment_manager).partner_id = self.partner_b
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(payment.destination_account_id, account)
        self.assertFalse(payment.partner_bank_id)
        self.assertRecordValues(payment.move_id, [{
            'commercial_partner_id': self.partner_b.id, 'fiscal_position_id': abroad.id}])
        self.assertIn(account, payment.move_id.line_ids.account_id)

    def test_proposals_follow_what_a_payment_manager_changes_on_the_entry(self):
        payment = self.make_posted()
        payment.move_id.with_user(self.payment_manager).partner_id = self.partner_b
        self.env.flush_all()
        self.assertEqual(payment.move_id.commercial_partner_id, self.partner_b)

    def test_proposals_follow_what_a_payment_manager_changes_on_the_items(self):
        payment = self.make_posted(**self.chosen())
        payment.move_id.with_user(self.payment_manager).write({'line_ids': [
            Command.update(item.id, {'partner_id': self.partner_b.id}) for item in payment.move_id.line_ids]})
        self.env.flush_all()
        self.assertEqual(payment.partner_id, self.partner_b)
        self.assertFalse(payment.partner_bank_id)

    def test_proposals_of_other_addons_follow_as_well(self):
        """Odoo does not look at these while it writes: they are computed afterwards."""
        payment = self.make_posted().with_user(self.payment_manager)
        method_line = payment.payment_method_line_id.copy({
            'payment_method_id': self.env.ref('account.account_payment_method_manual_in').id})
        with self.proposed('account.payment', 'payment_method_id'):
            payment.payment_method_line_id = method_line
            self.env.flush_all()
        with self.proposed('account.move', 'invoice_partner_display_name'):
            payment.move_id.with_context(skip_account_move_synchronization=True).partner_id = self.partner_b
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(payment.payment_method_id, method_line.payment_method_id)
        self.assertEqual(payment.move_id.invoice_partner_display_name, self.partner_b.name)

    def proposed(self, model, name):
        kind = self.env.registry[model]
        return patch.object(kind, '_guard_proposed', kind._guard_proposed | {name})

    def test_nothing_is_left_to_propose_when_a_payment_is_posted(self):
        payment = self.make_payment()
        payment.partner_id = self.partner_b
        as_created = self.make_payment()
        (payment | as_created).action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(all((payment | as_created).move_id.mapped('invoice_date_due')))
        self.assertEqual(payment.move_id.commercial_partner_id, self.partner_b)
        self.assertEqual(payment.destination_account_id, self.partner_b.property_account_payable_id)


@tagged('post_install', '-at_install')
class TestApprovalRecompute(RecomputeCommon, ApprovalCommon):
    """Nor on a payment that people are approving."""

    def test_payment_in_approval_keeps_what_was_chosen(self):
        payment = self.bring_to(self.new_payment(**self.chosen()), 'approved')
        self.assertKept(payment, self.people['nobody'])
        self.assertEqual(payment.approval_state, 'approved')

    def test_nothing_is_left_to_propose_when_a_payment_is_submitted(self):
        payment = self.new_payment()
        abroad = self.move_abroad(self.partner_b)
        payment.partner_id = self.partner_b
        as_created = self.new_payment()
        self.bring_to(payment | as_created, 'under_review')
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertRecordValues(payment.move_id, [{
            'commercial_partner_id': self.partner_b.id, 'fiscal_position_id': abroad.id}])
        self.assertTrue(all((payment | as_created).move_id.mapped('invoice_date_due')))
