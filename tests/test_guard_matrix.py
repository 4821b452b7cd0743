import collections
import itertools
import logging
import time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import (
    ENTRY_NO_RESET,
    PAYMENT_LOCKED,
    PAYMENT_NO_RESET,
    RECONCILED_LOCKED,
    PaymentCommon,
)
from .guard_matrix import ENTRY_POINTS, FIELDS, can_enter, other_value

_logger = logging.getLogger(__name__)

ENTRY_NEVER_POSTED = 'Posted journal entries cannot be marked as never posted'
OURS = (PAYMENT_LOCKED, PAYMENT_NO_RESET, ENTRY_NO_RESET, ENTRY_NEVER_POSTED, RECONCILED_LOCKED)
MODELS = tuple(FIELDS)
UNLOCKED_STATES = ('draft', 'cancelled', 'reset')
LOCKED_STATES = ('posted', 'reconciled', 'partly', 'matched')
# Refused to everyone and in every state: that it was posted once, and which records belong together.
KEPT_FOR_EVER = ('posted_before', 'move_id', 'payment_id', 'statement_line_id')

Outcome = collections.namedtuple('Outcome', 'kind message')


@tagged('post_install', '-at_install')
class TestGuardMatrix(PaymentCommon):
    """Fields x entry points x roles x states: what the table "who may do what" says, case by case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # A recipient account, another posted payment and a statement line give every link another target.
        cls.env['res.partner.bank'].create([
            {'acc_number': number, 'partner_id': cls.partner_a.id} for number in ('BE71096123456769', '1234567')])
        cls.make_matched()
        cls.payments = {
            'draft': cls.make_payment(),
            'posted': cls.make_posted(),
            'reconciled': cls.make_reconciled(),
            'partly': cls.make_reconciled(bill_amount=40.0),
            'matched': cls.make_matched(),
            'cancelled': cls.make_cancelled(),
            'reset': cls.make_reset(),
        }
        cls.targets = {
            (state, record._name): record for state, payment in cls.payments.items()
            for record in (payment, payment.move_id, payment._seek_for_lines()[1])}
        cls.roles = {
            'accountant': (cls.accountant, False),
            'accountant with sudo': (cls.accountant, True),
            'invoicing': (cls.invoicing_user, False),
            'bookkeeper': (cls.bookkeeper, False),
            'manager': (cls.payment_manager, False),
            'OdooBot': (cls.odoobot, False),
        }

    def target(self, state, model):
        """The record of ``model`` that belongs to the payment in ``state``; of the items the counterpart."""
        return self.targets[state, model]

    def cases(self):
        """Every (state, role, model, field, entry point) to try: all of them for posted payments, fewer elsewhere."""
        for state, model in itertools.product((*LOCKED_STATES, *UNLOCKED_STATES), MODELS):
            roles = self.roles if state in ('posted', 'reconciled') else ('accountant', 'manager')
            record = self.target(state, model)
            for name, role in itertools.product(FIELDS[model], roles):
                entry_points = ENTRY_POINTS[model][:1] if self.is_plain(state, role) else ENTRY_POINTS[model]
                for entry_point in entry_points:
                    if can_enter(record, name, entry_point):
                        yield state, role, model, name, entry_point

    def may_change(self, state, role):
        return state in UNLOCKED_STATES or (state == 'posted' and role in ('manager', 'OdooBot'))

    def is_plain(self, state, role):
        """Whether ``write`` alone is tried: a matter of time, a change that passes costs ten refused ones."""
        if state == 'posted':
            return role == 'OdooBot'
        return state != 'reconciled' or role not in ('accountant', 'manager')

    def attempt(self, payment, record, name, value, entry_point):
        """Do it, look at what became of ``payment``, and undo it."""
        before, outcome = self.fingerprints[payment.id], None
        self.cr.execute('SAVEPOINT guard_matrix')
        try:
            entry_point(record, name, value)
            self.env.flush_all()
            kind = 'changed' if self.fingerprint(payment) != before else 'unchanged'
            outcome = Outcome(kind, self.recorded_overrides(payment))
        except UserError as error:
            message = str(error)
            outcome = Outcome('refused' if message.startswith(OURS) else 'error', message)
        except Exception as error:
            outcome = Outcome('error', f'{type(error).__name__}: {error}')
        finally:
            self.env.clear()
            self.cr.execute('ROLLBACK TO SAVEPOINT guard_matrix')
            self.cr.execute('RELEASE SAVEPOINT guard_matrix')
        return outcome

    def recorded_overrides(self, payment):
        if 'payment.override' not in self.env:
            return 0
        return self.env['payment.override'].sudo().search_count([('move_id', '=', payment.sudo().move_id.id)])

    def mismatch(self, case, outcome):
        """Why the outcome contradicts the table, or None."""
        state, role, _model, name, _entry_point = case
        if not self.may_change(state, role):
            expected = RECONCILED_LOCKED if state != 'posted' else PAYMENT_LOCKED
            if outcome.kind != 'refused':
                return 'not refused'
            if name not in ('state', *KEPT_FOR_EVER) and not outcome.message.startswith(expected):
                return f'expected "{expected}"'
        elif outcome.kind == 'refused' and name not in KEPT_FOR_EVER:
            return 'refused, though allowed'
        elif outcome.kind == 'changed' and state == 'posted' and not outcome.message:
            return 'changed without a record of the override'
        elif outcome.kind == 'unchanged':
            return 'answered as if done, nothing changed'
        return None

    @mute_logger('odoo.sql_db')
    def test_matrix(self):
        """At least 2,000 combinations, each decided as the table says."""
        started, counts, mismatches = time.time(), collections.Counter(), collections.defaultdict(list)
        cpu = time.process_time()
        values = {
            (state, model, name): other_value(self.target(state, model), name)
            for state in self.payments for model in MODELS for name in FIELDS[model]
        }
        self.fingerprints = {payment.id: self.fingerprint(payment) for payment in self.payments.values()}
        for case in self.cases():
            state, role, model, name, entry_point = case
            value = values[state, model, name]
            self.assertIsNotNone(value, f'No other value for {model}.{name}: complete the fixture')
            user, sudo = self.roles[role]
            record = self.target(state, model).with_user(user).with_company(self.company).sudo(sudo)
            outcome = self.attempt(self.payments[state], record, name, value, entry_point)
            counts[outcome.kind] += 1
            reason = self.mismatch(case, outcome)
            if reason:
                what = f'{reason}: {state} {model}.{name} through {entry_point.__name__}'
                mismatches[what].append(f'{role} {outcome.kind} {str(outcome.message)[:80]}')
        total = sum(counts.values())
        _logger.info(
            'guard matrix: %d combinations, %d refused, %d passed, %d stopped by Odoo itself, in %.0f s (%.0f s CPU)',
            total, counts['refused'], counts['changed'] + counts['unchanged'], counts['error'],
            time.time() - started, time.process_time() - cpu)
        self.assertGreaterEqual(total, 2000)
        lines = [f'{what} ({"; ".join(who)})' for what, who in mismatches.items()]
        self.assertEqual(len(lines), 0, 'Cases that contradict the table:\n' + '\n'.join(lines[:300]))

    def test_unchanged_values_pass(self):
        """Clients resend what they read: a write that changes nothing is no change, for nobody and nowhere."""
        mismatches = []
        for state, model in itertools.product(LOCKED_STATES, MODELS):
            payment, record = self.payments[state], self.target(state, model).with_user(self.accountant)
            # To Odoo a debit or a credit sent alone says "and the other is zero": they are resent together.
            resent = [(name,) for name in FIELDS[model] if name not in ('debit', 'credit')]
            resent += [('debit', 'credit')] if model == 'account.move.line' else []
            before = self.fingerprint(payment)
            for names, method in itertools.product(resent, ('write', 'web_save')):
                values = {name: record._fields[name].convert_to_write(record[name], record) for name in names}
                arguments = (values, {'id': {}}) if method == 'web_save' else (values,)
                try:
                    with self.cr.savepoint():
                        getattr(record, method)(*arguments)
                except UserError as error:
                    if str(error).startswith(OURS):
                        mismatches.append(f'{state} {model} {names}: {str(error)[:160]}')
                else:
                    if self.fingerprint(payment) != before:
                        mismatches.append(f'{state} {model} {names}: changed something')
                        before = self.fingerprint(payment)
        self.assertFalse(mismatches, '\n'.join(mismatches))
