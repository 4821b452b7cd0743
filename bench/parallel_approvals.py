"""Two people at once: races between approvers, by real clients against running Odoo servers.

    python3 bench/parallel_approvals.py DATABASE URL [URL]

Start each server first, with several workers (``odoo-bin -d DATABASE --workers=3 --http-port=…``); with two URLs the
two clients of a race talk to two server processes. The user ``admin`` (password ``admin``) makes people and payments,
which stay in the database: use a scratch one. Exit code 1 when two people won from one stage, or a winner has not exactly one
history row. (A recall that comes after the approval was finished is no race any more: it starts from "Approved".)
"""
import secrets
import sys
import threading
import xmlrpc.client
from collections import Counter

ROUNDS = 10
GROUP = 'group_payment_%s'
# name: stage before, first client (role, method), second client (role, method)
RACES = {
    'approve against approve': ('for_approval', ('approver', 'action_approve_payment'), ('reviewer', 'action_approve_payment')),
    'the same person twice': ('for_approval', ('approver', 'action_approve_payment'), ('approver', 'action_approve_payment')),
    'approve against reject': ('for_approval', ('approver', 'action_approve_payment'), ('second_approver', 'reject')),
    'approve against recall': ('for_approval', ('approver', 'action_approve_payment'), ('user', 'action_recall_payment')),
    'post twice': ('approved', ('poster', 'action_post_payment'), ('reviewer', 'action_post_payment')),
}
CHAIN = (
    ('under_review', 'user', 'action_submit_for_review'),
    ('for_approval', 'reviewer', 'action_review_payment'),
    ('approved', 'approver', 'action_approve_payment'),
)


class Client:
    def __init__(self, url, database, login, password):
        self.url, self.database, self.password = url, database, password
        self.uid = xmlrpc.client.ServerProxy(f'{url}/xmlrpc/2/common').authenticate(database, login, password, {})

    def call(self, model, method, *args, **kwargs):
        proxy = xmlrpc.client.ServerProxy(f'{self.url}/xmlrpc/2/object', allow_none=True)
        return proxy.execute_kw(self.database, self.uid, self.password, model, method, args, kwargs)

    def press(self, payment_id, method):
        if method != 'reject':
            return self.call('account.payment', method, [payment_id])
        wizard = self.call('payment.reject', 'create', {'payment_ids': [(6, 0, [payment_id])], 'reason': 'race'})
        return self.call('payment.reject', 'action_reject', [wizard])


def make_people(admin, urls):
    people = {}
    for role in ('user', 'reviewer', 'approver', 'second_approver', 'poster'):
        group = admin.call('ir.model.data', 'search_read', [
            ('module', '=', 'payment_account_enhanced'), ('name', '=', GROUP % role.removeprefix('second_'))], fields=['res_id'])
        password = secrets.token_hex(8)
        login = f'race_{role}_{secrets.token_hex(3)}'
        admin.call('res.users', 'create', {
            'name': login, 'login': login, 'password': password, 'groups_id': [(6, 0, [group[0]['res_id']])]})
        people[role] = [Client(url, admin.database, login, password) for url in urls]
    return people


def make_payment(admin, people, stage):
    journal = admin.call('account.journal', 'search', [('type', '=', 'bank')], limit=1)[0]
    partner = admin.call('res.partner', 'search', [('is_company', '=', True)], limit=1)[0]
    payment = admin.call('account.payment', 'create', {
        'amount': 100.0, 'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': partner,
        'journal_id': journal})
    for reached, role, method in CHAIN:
        people[role][0].press(payment, method)
        if reached == stage:
            return payment


def race(payment, first, second):
    """:return: list with the answer of each client: 'won' or the message of the refusal"""
    answers, barrier = [], threading.Barrier(2)

    def run(client, method):
        barrier.wait()
        try:
            client.press(payment, method)
            answers.append('won')
        except xmlrpc.client.Fault as fault:
            answers.append(fault.faultString.strip().splitlines()[-1])

    threads = [threading.Thread(target=run, args=pair) for pair in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def read_rows(admin, payment):
    return admin.call('payment.approval.history', 'search_read', [('payment_id', '=', payment)],
                      fields=['stage_from', 'stage_to'], order='id')


def is_chain(rows):
    """Whether every step starts where the one before it ended."""
    return all(row['stage_from'] == before['stage_to'] for before, row in zip(rows, rows[1:]))


def main(database, *urls):
    urls = (urls * 2)[:2]
    admin = Client(urls[0], database, 'admin', 'admin')
    people = make_people(admin, urls)
    failed = False
    for name, (stage, (role_1, method_1), (role_2, method_2)) in RACES.items():
        wins, messages = Counter(), Counter()
        for _round in range(ROUNDS):
            payment = make_payment(admin, people, stage)
            before = read_rows(admin, payment)
            answers = race(payment, (people[role_1][0], method_1), (people[role_2][1], method_2))
            after = read_rows(admin, payment)
            won = answers.count('won')
            failed |= not won or len(after) - len(before) != won or not is_chain(after)
            wins['one after the other' if won == 2 else f'{won} winner'] += 1
            messages.update(answer.split(': ', 1)[-1] for answer in answers if answer != 'won')
        print(f'{name}: {dict(wins)}')
        for message, count in messages.most_common():
            print(f'    {count} x {message}')
    return failed


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
