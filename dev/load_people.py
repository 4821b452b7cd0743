"""What people do all day, at random and all at once, and what they were told."""
import collections
import random
import threading
import time

STAGES = {  # the button of a stage, and who presses it
    'under_review': ('review', 'action_review_payment', ('payment_reviewer',)),
    'for_approval': ('approve', 'action_approve_payment', ('payment_approver', 'second_approver')),
    'for_authorization': ('authorize', 'action_authorize_payment', ('payment_authorizer',)),
    'approved': ('post', 'action_post_payment', ('payment_poster', 'second_poster')),
}
AMOUNTS = (100.0, 250.0, 12_500.0)
# Which step follows which, by how often people take it.
WISHES = {'create': 5, 'step': 18, 'reject': 1, 'recall': 1, 'edit': 2, 'cancel': 1, 'reset': 1, 'manager edit': 1,
          'reconcile': 2, 'unreconcile': 1, 'look': 2}


class Journal:
    """What happened, from the side of the people."""

    def __init__(self):
        self.answers, self.done, self.unknown = collections.Counter(), collections.Counter(), collections.Counter()
        self.faults, self.seconds, self._lock = [], [], threading.Lock()

    def note(self, wish, kind, what, seconds, steps=()):
        """:param steps: (payment, action) pairs that are in the history now, or may be when no answer came"""
        with self._lock:
            self.answers[wish, kind.split()[0]] += 1
            self.seconds.append(seconds)
            if kind == 'done':
                self.done.update(steps)
            elif kind != 'refused':
                self.unknown.update(steps)
                self.faults.append((time.monotonic(), wish, kind, str(what)[:200]))


class Person:
    """One client that acts as whoever is needed, at any of the servers."""

    def __init__(self, people, urls, journal, books, number):
        self.people, self.urls, self.journal, self.books = people, urls, journal, books
        self.random = random.Random(number)  # noqa: S311

    def work(self, end):
        """Acts until the time ``end``."""
        while time.monotonic() < end:
            wish = self.random.choices(list(WISHES), WISHES.values())[0]
            getattr(self, '_' + wish.replace(' ', '_'))()

    def _call(self, login, model, method, *arguments, wish=None, steps=(), **context):
        client = self.people[self.random.choice(self.urls), login]
        begin = time.monotonic()
        kind, what = client.call(model, method, *arguments, **context)
        self.journal.note(wish or method, kind, what, time.monotonic() - begin, steps)
        return what if kind == 'done' else None

    def _some(self, domain, login='payment_manager', model='account.payment'):
        """One of the first few records, so that people meet."""
        ids = self._call(login, model, 'search', domain, 0, 6, 'id', wish='search')
        return self.random.choice(ids) if ids else None

    def _payment(self, **stage):
        return self._some([['ref', 'like', 'load'], *([name, '=', value] for name, value in stage.items())])

    def _create(self):
        inbound = self.random.random() < 0.3
        payment = self._call('payment_user', 'account.payment', 'create', {
            'payment_type': 'inbound' if inbound else 'outbound', 'partner_type': 'customer' if inbound else 'supplier',
            'partner_id': self.books['partner'], 'journal_id': self.books['journal'], 'ref': 'load',
            'amount': self.random.choice(AMOUNTS)})
        if payment:
            self._call('payment_user', 'account.payment', 'action_submit_for_review', [payment], wish='submit',
                       steps=[(payment, 'submit')])

    def _step(self):
        stage = self.random.choice(list(STAGES))
        action, method, logins = STAGES[stage]
        if payment := self._payment(approval_state=stage):
            self._call(self.random.choice(logins), 'account.payment', method, [payment], wish=action,
                       steps=[(payment, action)], payment_stage_seen=[payment, stage])

    def _reject(self):
        stage = self.random.choice(list(STAGES))
        login = self.random.choice(STAGES[stage][2])
        if payment := self._payment(approval_state=stage):
            wizard = self._call(login, 'payment.reject', 'create', {
                'payment_ids': [[6, 0, [payment]]], 'reason': 'Wrong amount'})
            if wizard:
                self._call(login, 'payment.reject', 'action_reject', [wizard], wish='reject',
                           steps=[(payment, 'reject')], payment_stage_seen=[payment, stage])

    def _recall(self):
        stage = self.random.choice(list(STAGES))
        if payment := self._payment(approval_state=stage):
            self._call('payment_user', 'account.payment', 'action_recall_payment', [payment], wish='recall',
                       steps=[(payment, 'recall')], payment_stage_seen=[payment, stage])

    def _edit(self):
        if payment := self._payment(approval_state='draft'):
            self._call('payment_user', 'account.payment', 'write', [payment],
                       {'amount': self.random.choice(AMOUNTS)}, wish='edit a draft')
            self._call('payment_user', 'account.payment', 'action_submit_for_review', [payment], wish='submit',
                       steps=[(payment, 'submit')])

    def _cancel(self):
        if payment := self._payment(approval_state='under_review'):
            self._call('payment_user', 'account.payment', 'action_cancel', [payment], wish='cancel',
                       steps=[(payment, 'cancel')])

    def _reset(self):
        if payment := self._payment(approval_state='posted'):
            self._call('payment_manager', 'account.payment', 'action_draft', [payment], wish='reset',
                       steps=[(payment, 'reset')])

    def _manager_edit(self):
        if payment := self._payment(approval_state='posted'):
            self._call('payment_manager', 'account.payment', 'write', [payment],
                       {'ref': f'load {self.random.random()}'}, wish='edit a posted payment')

    def _reconcile(self):
        open_items = [['account_id', '=', self.books['payable']], ['parent_state', '=', 'posted'],
                      ['reconciled', '=', False], ['partner_id', '=', self.books['partner']]]
        item = self._some([*open_items, ['payment_id', '!=', False]], 'accountant', 'account.move.line')
        bill = self._some([*open_items, ['payment_id', '=', False]], 'accountant', 'account.move.line')
        if item and bill:
            self._call('accountant', 'account.move.line', 'reconcile', [item, bill])

    def _unreconcile(self):
        item = self._some([['account_id', '=', self.books['payable']], ['matching_number', '!=', False],
                           ['partner_id', '=', self.books['partner']]], 'accountant', 'account.move.line')
        if item:
            self._call('accountant', 'account.move.line', 'remove_move_reconcile', [item])

    def _look(self):
        self._call('accountant', 'account.payment', 'search_read', [['ref', 'like', 'load']],
                   ['name', 'amount', 'approval_state', 'is_locked', 'lock_reason', 'can_post'], 0, 80)
