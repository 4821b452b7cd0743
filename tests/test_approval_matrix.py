from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import payment_approval_machine as machine
from .approval_common import ApprovalCommon

METHODS = {
    'submit': lambda payment: payment.action_submit_for_review(),
    'review': lambda payment: payment.action_review_payment(),
    'approve': lambda payment: payment.action_approve_payment(),
    'authorize': lambda payment: payment.action_authorize_payment(),
    'post': lambda payment: payment.action_post(),
    'reject': lambda payment: payment._run_approval('reject', 'Not like this'),
    'recall': lambda payment: payment.action_recall_payment(),
}
# What the design document says, written down here once more by hand: action, stage, direction, size: people.
DESIGN = {
    ('submit', 'draft', 'outbound', 'small'): {'user', 'reviewer', 'manager'},
    ('submit', 'draft', 'outbound', 'large'): {'user', 'reviewer', 'manager'},
    ('submit', 'draft', 'inbound', 'small'): {'user', 'reviewer', 'manager'},
    ('review', 'under_review', 'outbound', 'small'): {'reviewer', 'manager'},
    ('review', 'under_review', 'outbound', 'large'): {'reviewer', 'manager'},
    ('review', 'under_review', 'inbound', 'small'): {'reviewer', 'manager'},
    ('approve', 'for_approval', 'outbound', 'small'): {'approver', 'reviewer', 'manager'},
    ('approve', 'for_approval', 'outbound', 'large'): {'approver', 'manager'},
    ('authorize', 'for_authorization', 'outbound', 'large'): {'authorizer', 'manager'},
    ('post', 'approved', 'outbound', 'small'): {'poster', 'reviewer', 'manager'},
    ('post', 'approved', 'outbound', 'large'): {'poster', 'manager'},
    ('post', 'approved', 'inbound', 'small'): {'poster', 'reviewer', 'manager'},
    ('reject', 'under_review', 'outbound', 'small'): {'reviewer', 'manager'},
    ('reject', 'under_review', 'outbound', 'large'): {'reviewer', 'manager'},
    ('reject', 'under_review', 'inbound', 'small'): {'reviewer', 'manager'},
    ('reject', 'for_approval', 'outbound', 'small'): {'approver', 'reviewer', 'manager'},
    ('reject', 'for_approval', 'outbound', 'large'): {'approver', 'manager'},
    ('reject', 'for_authorization', 'outbound', 'large'): {'authorizer', 'manager'},
    ('reject', 'approved', 'outbound', 'small'): {'poster', 'reviewer', 'manager'},
    ('reject', 'approved', 'outbound', 'large'): {'poster', 'manager'},
    ('reject', 'approved', 'inbound', 'small'): {'poster', 'reviewer', 'manager'},
}
AMOUNTS = {'small': 9999.99, 'large': 10000.0}


@tagged('post_install', '-at_install')
class TestApprovalMatrix(ApprovalCommon):
    """Every action from every stage by every role, on each direction and size of payment."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.submitter = cls.people['submitter'] = cls.new_person(
            'submitter', 'payment_account_enhanced.group_payment_user')
        for role in ('reviewer', 'approver', 'authorizer', 'poster'):
            cls.people[f'other_{role}'] = cls.new_person(
                f'other_{role}', f'payment_account_enhanced.group_payment_{role}')

    def each_case(self):
        for direction, size in (('outbound', 'small'), ('outbound', 'large'), ('inbound', 'small')):
            for state in self.chain(direction, size):
                payment = self.bring_by_others(self.new_payment(AMOUNTS[size], direction), state)
                for action in METHODS:
                    for role in (*machine.ROLES, 'nobody'):
                        yield payment, action, role, (action, state, direction, size)

    @staticmethod
    def chain(direction, size):
        if direction == 'inbound':
            return ('draft', 'under_review', 'approved')
        return tuple(
            state for state in ('draft', *machine.IN_PROGRESS) if state != 'for_authorization' or size == 'large')

    def bring_by_others(self, payment, state):
        """The people of the chain are not the people who are tried afterwards."""
        if state == 'draft':
            return payment
        self.as_person(payment, 'submitter').action_submit_for_review()
        for role, method in (('other_reviewer', 'review'), ('other_approver', 'approve'),
                             ('other_authorizer', 'authorize')):
            if payment.approval_state != state:
                METHODS[method](self.as_person(payment, role))
        self.assertEqual(payment.approval_state, state)
        return payment

    def test_every_action_from_every_stage_by_every_role(self):
        tried = 0
        for payment, action, role, key in self.each_case():
            allowed = role in DESIGN.get(key, set())
            person = self.as_person(payment, role)
            with self.subTest(action=action, stage=key[1], direction=key[2], size=key[3], role=role):
                self.assertEqual(person[f'can_{action}'], allowed)
                self.assertEqual(bool(person[f'{action}_blocked_reason']), not allowed)
                if not allowed:
                    with self.assertRaises(UserError):
                        METHODS[action](person)
                    self.assertEqual(payment.approval_state, key[1])
                tried += 1
        self.assertEqual(tried, (5 - 1 + 5 + 3) * len(METHODS) * 7)

    def test_no_step_before_it_is_saved(self):
        person = self.as_person(self.new_payment(), 'user')
        edited, new = person.new({}, origin=person), person.new({'amount': 1.0})
        for payment, allowed in ((person, True), (edited, True), (new, False)):
            self.assertEqual(payment.can_submit, allowed)
            self.assertEqual(payment.submit_blocked_reason, not allowed and 'Save the payment first.')

    def test_reason_names_the_stage(self):
        payment = self.bring_by_others(self.new_payment(), 'under_review')
        self.assertRegex(self.as_person(payment, 'approver').approve_blocked_reason, r'^Its stage is "Under Review"')

    def test_stages_that_a_step_is_for(self):
        """As the sentence names them, in the order of the chain; a draft that an origin posts is none of them."""
        self.assertEqual({action: machine.sources_of(action) for action in machine.BUTTONS}, {
            'submit': ['draft'], 'review': ['under_review'], 'approve': ['for_approval'],
            'authorize': ['for_authorization'], 'post': ['approved'],
            'reject': list(machine.IN_PROGRESS), 'recall': list(machine.IN_PROGRESS),
        })
        payment = self.bring_by_others(self.new_payment(), 'under_review')
        self.assertIn('this step is for payments in "Approved".', self.as_person(payment, 'poster').post_blocked_reason)

    def test_every_allowed_step_arrives_where_the_table_says(self):
        for (action, state, direction, size), roles in DESIGN.items():
            for role in sorted(roles):
                with self.subTest(action=action, stage=state, direction=direction, size=size, role=role):
                    payment = self.bring_by_others(self.new_payment(AMOUNTS[size], direction), state)
                    before = len(payment.approval_history_ids)
                    METHODS[action](self.as_person(payment, role))
                    row = machine.find_transition(action, state, direction, size == 'large')
                    self.assertEqual(payment.approval_state, row.target)
                    self.assertEqual(len(payment.approval_history_ids), before + 1)
                    self.assertRecordValues(self.last_row(payment), [{
                        'action_type': action, 'stage_from': state, 'stage_to': row.target,
                        'user_id': self.people[role].id, 'role': role, 'amount': AMOUNTS[size],
                    }])
                    self.assertTrue(self.last_row(payment).create_date)

    def test_table_leads_only_to_declared_stages(self):
        states = {state for state, _label in machine.STATES}
        for row in machine.TRANSITIONS:
            self.assertIn(row.target, states)
            self.assertLessEqual(set(row.sources), states)
            self.assertIn(row.action, dict(machine.ACTIONS))

    def test_step_that_approves_is_never_for_the_submitter(self):
        for row in machine.TRANSITIONS:
            if row.target == 'approved':
                self.assertIn(row.duties, (machine.NOT_SUBMITTER, machine.NOT_TWICE))
