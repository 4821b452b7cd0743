from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.account.models import account_payment as core
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models import payment_approval_machine as machine
from ..models.account_payment_approval_lock import APPROVAL_KEY, POSTING_KEY, ApprovalPass
from ..models.payment_append_only import APPEND_KEY
from .approval_common import ApprovalCommon

FORGED_CONTEXT = {
    APPROVAL_KEY: True, POSTING_KEY: {'move_ids': [1], 'payment_ids': [1]}, APPEND_KEY: 1,
    'payment_guard_pass': True, 'force_delete': True, 'check_move_validity': False,
    'skip_account_move_synchronization': True, 'default_approval_state': 'approved', 'install_mode': True,
    'tracking_disable': True, '_force_unlink': True,
}


@tagged('post_install', '-at_install')
class TestApprovalGate(ApprovalCommon):
    """Every road to the posted state, for payments in every stage before approval."""

    def roads(self, payment):
        move = payment.move_id
        return {
            'payment button': payment.action_post,
            'payment button, forged context': payment.with_context(**FORGED_CONTEXT).action_post,
            'entry button': move.action_post,
            'entry, hard': lambda: move._post(soft=False),
            'entry, soft': move._post,
            'entry, forged context': lambda: move.with_context(**FORGED_CONTEXT)._post(soft=False),
            'entry, state': lambda: move.write({'state': 'posted'}),
            'entry, state, superuser': lambda: move.sudo().write({'state': 'posted'}),
            'payment, state': lambda: payment.write({'state': 'posted'}),
            'entry through the payment': lambda: payment.write({'move_id': move.id, 'state': 'posted'}),
            'payment through the entry': lambda: move.write(
                {'payment_ids': [Command.update(payment.id, {'state': 'posted'})]}),
            'wizard': lambda: self.env['validate.account.move'].with_user(payment.env.user).with_context(
                active_model='account.move', active_ids=move.ids).create({'force_post': True}).validate_move(),
            'post payments, from the list': lambda: self.env.ref(
                'account.action_account_confirm_payments').with_user(payment.env.user).with_context(
                active_model='account.payment', active_ids=payment.ids, active_id=payment.id).run(),
        }

    def test_poster_posts_what_was_approved_and_nothing_else(self):
        """Without invoicing rights of their own: what needs no approval is as in Odoo."""
        approved = self.bring_to(self.new_payment(), 'approved')
        self.company.payment_approval_inbound = False
        with self.assertRaises(AccessError):
            self.as_person(approved + self.new_payment(payment_type='inbound'), 'poster').action_post()
        self.as_person(approved, 'poster').action_post()
        self.assertEqual(approved.state, 'posted')

    def test_entry_offers_the_button_to_whom_the_gate_lets_through(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        for role, hidden in (('nobody', True), ('poster', False)):
            self.assertEqual(self.as_person(payment, role).move_id.hide_post_button, hidden, role)
        self.as_person(payment, 'poster').action_post()
        self.assertTrue(payment.move_id.hide_post_button, 'It is posted')
        for post in (False, True):
            bill = self.init_invoice('in_invoice', amounts=[100.0], post=post)
            self.assertEqual(bill.hide_post_button, post, 'Bills are not approved here')

    def test_no_road_posts_an_unapproved_payment(self):
        for direction in ('outbound', 'inbound'):
            for state in ('draft', 'under_review', 'for_approval', 'for_authorization'):
                if direction == 'inbound' and state.startswith('for_'):
                    continue
                payment = self.bring_to(self.new_payment(20000.0, direction), state)
                for role in ('nobody', 'manager'):
                    for name, post in self.roads(self.as_person(payment, role)).items():
                        with self.subTest(road=name, stage=state, direction=direction, role=role):
                            with self.assertRaises(UserError):
                                post()
                            payment.invalidate_recordset()
                            self.assertEqual(payment.state, 'draft')
                            self.assertEqual(payment.approval_state, state)

    def test_every_road_posts_an_approved_payment(self):
        names = set(self.roads(self.new_payment())) - {'payment through the entry'}
        for name in sorted(names):
            with self.subTest(road=name):
                payment = self.bring_to(self.new_payment(), 'approved')
                self.roads(self.as_person(payment, 'manager'))[name]()
                self.assertRecordValues(payment, [{'state': 'posted', 'approval_state': 'posted'}])
                self.assertEqual(self.history_of(payment)[-1], ('post', 'approved', 'posted'))

    def test_poster_needs_no_billing_rights(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        self.assertFalse(self.people['poster'].has_group('account.group_account_invoice'))
        self.as_person(payment, 'poster').action_post()
        self.assertEqual(payment.state, 'posted')

    def test_superuser_mode_is_given_where_it_is_needed_alone(self):
        """Who has invoicing rights posts in her own name and with her own rights, as in Odoo."""
        for name, superuser in (('poster', True), ('manager', False)):
            payment = self.bring_to(self.new_payment(), 'approved')
            with patch.object(core.AccountPayment, 'action_post', autospec=True) as post:
                self.as_person(payment, name).action_post()
            self.assertEqual(post.call_args.args[0].env.su, superuser, name)

    def test_billing_alone_does_not_post(self):
        payment = self.bring_to(self.new_payment(), 'approved')
        with self.assertRaisesRegex(UserError, 'Payment Poster'):
            self.as_person(payment, 'nobody').move_id.action_post()

    def test_cron_posts_what_is_approved_alone(self):
        today = fields.Date.context_today(self.env.user)
        payments = self.new_payment(date=today) + self.new_payment(date=today)
        payments.move_id.auto_post = 'at_date'
        self.bring_to(payments[0], 'approved')
        self.env['account.move'].with_user(self.env.ref('base.user_root'))._autopost_draft_entries()
        self.assertEqual(payments.mapped('state'), ['posted', 'draft'])
        self.assertEqual(payments.mapped('approval_state'), ['posted', 'draft'])

    def test_one_refused_keeps_the_button_from_posting_any(self):
        good, bad = self.bring_to(self.new_payment(), 'approved'), self.new_payment()
        with self.assertRaises(UserError):
            self.as_person(good + bad, 'manager').action_post()
        self.assertEqual((good + bad).mapped('state'), ['draft', 'draft'])

    def test_locked_period_does_not_move_the_date(self):
        payment = self.bring_to(self.new_payment(date='2019-05-05'), 'approved')
        # Past core's question about drafts, as a lock by another session.
        self.sql("UPDATE res_company SET fiscalyear_lock_date = '2019-12-31' WHERE id = %s", self.company.id)
        with self.assertRaisesRegex(UserError, 'locked period'):
            self.as_person(payment, 'poster').action_post()
        self.assertEqual(payment.approval_state, 'approved')

    def test_internal_transfer_posts_its_other_half(self):
        payment = self.new_payment(
            is_internal_transfer=True, partner_id=self.company.partner_id.id, partner_bank_id=False,
            destination_journal_id=self.company_data['default_journal_cash'].id)
        with self.assertRaises(UserError):
            payment.action_post()
        self.bring_to(payment, 'posted')
        paired = payment.paired_internal_transfer_payment_id
        self.assertRecordValues(paired, [{'state': 'posted', 'approval_state': 'posted'}])
        self.assertRecordValues(self.last_row(paired), [{
            'action_type': 'post', 'stage_from': 'draft', 'role': 'origin', 'comments': 'transfer'}])

    def test_forged_other_half_is_refused(self):
        """The link alone opens nothing: the first half has its other half already, or does not fit."""
        transfer = self.new_payment(
            is_internal_transfer=True, partner_id=self.company.partner_id.id, partner_bank_id=False,
            destination_journal_id=self.company_data['default_journal_cash'].id)
        self.bring_to(transfer, 'posted')
        paired = transfer.paired_internal_transfer_payment_id
        ordinary = self.bring_to(self.new_payment(), 'posted')
        copied = paired.copy({'paired_internal_transfer_payment_id': transfer.id, 'date': paired.date})
        for forged in (
            copied,
            self.new_payment(payment_type='inbound', paired_internal_transfer_payment_id=ordinary.id),
            self.new_payment(amount=5000.0, paired_internal_transfer_payment_id=transfer.id),
        ):
            with self.assertRaises(UserError):
                self.as_person(forged, 'nobody').action_post()
            self.assertEqual(forged.state, 'draft')

    def test_approval_off_is_as_in_odoo(self):
        self.company.with_user(self.people['manager']).sudo().write({
            'payment_approval_outbound': False, 'payment_approval_inbound': False})
        payments = self.new_payment() + self.new_payment(20000.0, 'inbound')
        self.as_person(payments, 'nobody').action_post()
        self.assertEqual(payments.mapped('approval_state'), ['posted', 'posted'])
        self.assertFalse(payments.approval_history_ids)
        self.as_person(payments, 'manager').action_draft()
        self.assertEqual(payments.mapped('approval_state'), ['draft', 'draft'])
        rights = ('submit', 'review', 'approve', 'authorize', 'post', 'reject', 'recall')
        draft = self.as_person(payments[0], 'manager')
        self.assertEqual([action for action in rights if draft[f'can_{action}']], ['post'])

    def test_payments_in_progress_are_finished_after_switching_off(self):
        payment = self.bring_to(self.new_payment(), 'for_approval')
        self.company.with_user(self.people['manager']).sudo().payment_approval_outbound = False
        with self.assertRaises(UserError):
            self.as_person(payment, 'nobody').action_post()
        self.bring_to(payment, 'posted')


@tagged('post_install', '-at_install')
class TestApprovalForgery(ApprovalCommon):
    """Approval fields and history are written by transitions alone."""

    FORGED = {
        'approval_state': 'approved', 'approval_returned': True, 'approval_stage_date': '2020-01-01 00:00:00',
        **{name: value for pair in machine.STAMPS.values() for name, value in zip(pair, (1, '2020-01-01 00:00:00'))},
    }

    def everyone(self, records):
        yield 'accountant', self.as_person(records, 'nobody')
        yield 'accountant, superuser mode', self.as_person(records, 'nobody').sudo()
        yield 'manager', self.as_person(records, 'manager')
        yield 'manager, superuser mode', self.as_person(records, 'manager').sudo()
        yield 'OdooBot', records.with_user(self.env.ref('base.user_root'))

    def test_every_stored_field_of_the_approval_is_covered(self):
        stored = {
            name for name, field in self.env['account.payment']._fields.items()
            if field.store and field._module == 'payment_account_enhanced' and field.type != 'one2many'
            and name.startswith(('approv', 'submit', 'review', 'authoriz'))
        }
        self.assertEqual(stored, set(self.FORGED))

    def test_pass_opens_what_it_names_and_nothing_else(self):
        carried = ApprovalPass([1, 2], {'approval_state': 'approved', 'approval_returned': False})
        for ids, vals, opened in (
            ([1], {'approval_state': 'approved'}, True),
            ([1, 3], {'approval_state': 'approved'}, False),
            ([1], {'approval_state': 'draft'}, False),
            ([1], {'approval_state': 'approved', 'submitter_id': 7}, False),
        ):
            with self.subTest(ids=ids, vals=vals):
                self.assertEqual(carried.opens(ids, vals), opened)

    def test_fields_are_not_written(self):
        payment = self.new_payment()
        for who, record in self.everyone(payment):
            for name, value in self.FORGED.items():
                for context in ({}, FORGED_CONTEXT):
                    with self.subTest(who=who, field=name, forged_context=bool(context)):
                        with self.assertRaisesRegex(UserError, 'steps alone'):
                            record.with_context(**context).write({name: value})
                        with self.assertRaisesRegex(UserError, 'steps alone'):
                            record.move_id.with_context(**context).write(
                                {'payment_ids': [Command.update(payment.id, {name: value})]})

    def test_unchanged_values_pass(self):
        payment = self.bring_to(self.new_payment(), 'for_approval')
        values = payment.read(list(self.FORGED), load=None)[0]
        values.pop('id')
        self.as_person(payment, 'nobody').write(values)
        self.assertEqual(payment.approval_state, 'for_approval')

    def test_what_comes_with_unchanged_values_is_written(self):
        payment = self.new_payment()
        self.as_person(payment, 'nobody').write({'approval_state': 'draft', 'ref': 'Another memo'})
        self.assertEqual(payment.ref, 'Another memo')

    def test_created_and_imported_payments_start_at_draft(self):
        values = {
            'amount': 10.0, 'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': self.partner_a.id,
            'journal_id': self.company_data['default_journal_bank'].id,
        }
        for who, model in self.everyone(self.env['account.payment']):
            for given in (self.FORGED, {}):
                with self.subTest(who=who, given=bool(given)):
                    context = {f'default_{name}': value for name, value in self.FORGED.items()}
                    payment = model.with_context(**{**FORGED_CONTEXT, **context}).create({**values, **given})
                    self.assertRecordValues(payment, [{
                        **dict.fromkeys(self.FORGED, False), 'approval_state': 'draft'}])
        result = self.as_person(self.env['account.payment'], 'nobody').load(
            ['amount', 'payment_type', 'partner_type', 'partner_id/.id', 'journal_id/.id', 'approval_state',
             'approver_id/.id'],
            [['10', 'Send', 'Vendor', str(self.partner_a.id), str(values['journal_id']), 'Approved', '1']])
        imported = self.env['account.payment'].browse(result['ids'])
        self.assertRecordValues(imported, [{'approval_state': 'draft', 'approver_id': False}])

    def test_copy_with_forged_values(self):
        copy = self.as_person(self.new_payment(), 'nobody').copy(self.FORGED)
        self.assertRecordValues(copy, [{'approval_state': 'draft', 'approver_id': False}])

    def test_no_payments_have_no_last_rows(self):
        self.assertEqual(self.env['payment.approval.history']._get_last_hashes([]), {})

    def test_history_is_append_only(self):
        payment = self.bring_to(self.new_payment(), 'for_approval')
        row = self.last_row(payment)
        values = {
            'payment_id': payment.id, 'company_id': self.company.id, 'stage_from': 'for_approval',
            'stage_to': 'approved', 'action_type': 'approve', 'user_id': 1, 'approval_date': fields.Datetime.now(),
        }
        other = self.new_payment()
        for who, record in self.everyone(row):
            for context in ({}, FORGED_CONTEXT):
                record = record.with_context(**context)
                pays = payment.with_env(record.env)
                for name, attempt in {
                    'create': lambda: record.create(values),
                    'write': lambda: record.write({'comments': 'else'}),
                    'move': lambda: record.write({'payment_id': other.id}),
                    'unlink': lambda: record.unlink(),
                    'create through the payment': lambda: pays.write(
                        {'approval_history_ids': [Command.create(values)]}),
                    'write through the payment': lambda: pays.write(
                        {'approval_history_ids': [Command.update(row.id, {'comments': 'else'})]}),
                    'clear through the payment': lambda: pays.write({'approval_history_ids': [Command.clear()]}),
                    'steal through another payment': lambda: other.with_env(record.env).write(
                        {'approval_history_ids': [Command.link(row.id)]}),
                    'delete the payment': lambda: pays.unlink(),
                    'delete the entry': lambda: pays.move_id.unlink(),
                }.items():
                    with self.subTest(who=who, attempt=name, forged_context=bool(context)):
                        deletes = name in ('unlink', 'delete the payment', 'delete the entry')
                        if who == 'OdooBot' and context and deletes:
                            continue  # that is what uninstalling looks like; a client is never OdooBot
                        with self.assertRaises(UserError):
                            attempt()
        self.assertEqual(len(payment.approval_history_ids), 2)

    def test_chain_shows_what_was_changed_or_is_missing(self):
        payment = self.bring_to(self.new_payment(20000.0), 'approved')
        rows = payment.approval_history_ids.sorted('id')
        self.assertFalse(rows._find_broken())
        self.env.cr.execute("UPDATE payment_approval_history SET amount = 1 WHERE id = %s", [rows[1].id])
        rows.invalidate_recordset()
        self.assertEqual([found.row_id for found in rows._find_broken()], [rows[1].id])
        self.env.cr.execute("DELETE FROM payment_approval_history WHERE id = %s", [rows[1].id])
        self.env.invalidate_all()
        rows = rows.exists()
        self.assertEqual([found.row_id for found in rows._find_broken()], [rows[1].id])
