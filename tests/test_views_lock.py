"""The forms of payment and entry mirror the server: what it would refuse is read-only there, and says why and who."""
from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .approval_people import ApprovalPeopleCommon

FORMS = {'account.payment': 'account.view_account_payment_form', 'account.move': 'account.view_move_form'}
CONTENT = {
    'account.payment': {'amount', 'partner_id', 'date', 'ref', 'journal_id', 'payment_type'},
    'account.move': {'ref', 'date', 'line_ids'},
}


@tagged('post_install', '-at_install')
class TestViewsLock(ApprovalPeopleCommon):

    def read_form(self, record):
        """The root of the form's view as the person gets it, and what its conditions are evaluated with."""
        view = record.get_view(self.env.ref(FORMS[record._name]).id, 'form')
        names = [name for name in view['models'][record._name] if name in record._fields]
        values = {name: record[name].id if record._fields[name].type == 'many2one' else record[name] for name in names}
        return etree.fromstring(view['arch']), {**values, 'id': record.id, 'context': {}, 'uid': record.env.uid}

    def is_set(self, node, name, values):
        condition = node.get(name, 'False')
        return condition == '1' or bool(safe_eval(condition, dict(values)))

    def editable(self, record):
        """Names of protected fields that the person could type into: those shown, and not read-only."""
        root, values = self.read_form(record)
        fields = root.xpath('//field[not(ancestor::field)]')
        return {
            node.get('name') for node in fields
            if node.get('name') in record._guard_protected_fields()
            and not record._fields[node.get('name')].readonly
            and not self.is_set(node, 'readonly', values)
            and not any(self.is_set(part, 'invisible', values) for part in (node, *node.iterancestors()))
        }

    def buttons(self, record):
        root, values = self.read_form(record)
        buttons = root.xpath('//header/button')
        return {button.get('name') for button in buttons if not self.is_set(button, 'invisible', values)}

    def assertForms(self, payment, user, locked):
        """Both forms of a payment let the person change its content, or nothing of it at all."""
        payment.invalidate_recordset()
        for record in (payment, payment.move_id):
            editable = self.editable(self.acting(record, user))
            with self.subTest(form=record._name, stage=payment.approval_state, user=user.name):
                if locked:
                    self.assertEqual(editable, set())
                else:
                    self.assertLessEqual(CONTENT[record._name], editable)

    def test_draft_is_open(self):
        self.assertForms(self.make_payment(), self.accountant, locked=False)

    def test_in_approval_nobody_types(self):
        payment = self.review(self.make_payment())
        for user in (self.accountant, self.payment_manager):
            self.assertForms(payment, user, locked=True)

    def test_posted_and_reconciled(self):
        self.switch_off()
        payment = self.make_posted()
        self.assertForms(payment, self.accountant, locked=True)
        self.assertIn('ref', self.editable(self.acting(payment, self.payment_manager)))
        self.assertIn('ref', self.editable(self.acting(payment.move_id, self.payment_manager)))
        for user in (self.accountant, self.payment_manager):
            self.assertForms(self.make_reconciled(), user, locked=True)

    def test_entries_without_payment_are_as_in_odoo(self):
        entry, bill = self.make_entry(), self.make_bill()
        editable = self.editable(self.acting(entry, self.accountant))
        self.assertLessEqual({'ref', 'date', 'line_ids', 'auto_post'}, editable)
        self.assertIn('ref', self.editable(self.acting(bill, self.accountant)))

    def test_buttons_of_an_entry_follow_the_rule(self):
        self.switch_off()
        payment, bill = self.make_posted(), self.make_bill()
        for entry in (payment.move_id, bill):
            self.assertNotIn('button_draft', self.buttons(self.acting(entry, self.accountant)))
            self.assertIn('button_draft', self.buttons(self.acting(entry, self.payment_manager)))
        reconciled = self.make_reconciled().move_id
        self.assertNotIn('button_draft', self.buttons(self.acting(reconciled, self.payment_manager)))
        self.assertIn('Unreconcile', self.acting(reconciled, self.payment_manager).reset_blocked_reason)
        self.assertFalse(self.acting(bill, self.payment_manager).reset_blocked_reason)

    def test_post_button_of_an_entry_follows_the_gate(self):
        payment = self.make_payment(amount=25000.0)
        for stage, shown in (('draft', False), ('for_approval', False)):
            with self.subTest(stage=stage):
                self.assertEqual('action_post' in self.buttons(self.acting(payment.move_id, self.accountant)), shown)
            if stage == 'draft':
                self.review(payment)
        payment.with_user(self.people['approver']).action_approve_payment()
        payment.with_user(self.people['authorizer']).action_authorize_payment()
        self.assertNotIn('action_post', self.buttons(self.acting(payment.move_id, self.accountant)))
        self.people['poster'].groups_id |= self.env.ref('account.group_account_user')
        self.assertIn('action_post', self.buttons(self.acting(payment.move_id, self.people['poster'])))
        self.assertIn('action_post', self.buttons(self.acting(self.make_entry(), self.accountant)))
        payment.with_user(self.people['poster']).action_post_payment()
        self.assertNotIn('action_post', self.buttons(self.acting(payment.move_id, self.people['poster'])))

    def test_banner_says_why_since_when_by_whom_and_who_unlocks_it(self):
        self.switch_off()
        payment = self.make_payment()
        self.flush_tracking()
        payment.with_user(self.bookkeeper).with_context(tracking_disable=False, mail_notrack=False).action_post()
        self.flush_tracking()
        banner = self.acting(payment, self.accountant).lock_reason
        for piece in ('is posted', 'Posted by Guard Bookkeeper on ', 'Payment Manager (', 'Guard Manager'):
            self.assertIn(piece, banner)
        self.assertIn('Guard Manager', self.acting(payment.move_id, self.accountant).reset_blocked_reason)
        self.assertFalse(self.acting(payment, self.payment_manager).lock_reason)

    def test_banner_of_a_payment_whose_posting_nobody_noted(self):
        self.switch_off()
        payment = self.make_posted()
        self.flush_tracking()
        payment.move_id.message_ids.sudo().tracking_value_ids.unlink()
        self.assertNotIn('Posted by', self.acting(payment, self.accountant).lock_reason)

    def test_banner_of_many_in_one_batch(self):
        self.switch_off()

        def count(number):
            payments = self.env['account.payment'].concat(*(self.make_posted() for _index in range(number)))
            self.flush_tracking()
            return self.count_queries(self.acting(payments, self.accountant).mapped, 'lock_reason')
        count(1)
        self.assertEqual(count(9), count(3))

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.precommit.run()
        self.env.invalidate_all()
