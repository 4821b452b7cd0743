"""The hunt itself, a program of its own environment: calls a server at random and looks whether money moved.

Reads its wish as JSON from standard input and writes what it found as JSON to the file named on its command line.
"""
import collections
import itertools
import json
import pathlib
import pprint
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg2
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky

from dev.proof_calls import Calls, Result
from dev.proof_watch import Watch
from dev.rpc import Client

SEQUENCES = 60  # between two restorations of the books
ENOUGH = 3      # holes after which a hunt ends
MANAGER = 'payment_manager'


class Hole(AssertionError):
    """Something changed that stands still for everyone but a Payment Manager."""


class Hunt:
    """``wish``: url, database, pristine, catalogue (a file), calls (how many), seed."""

    def __init__(self, wish):
        self.wish = wish
        self.catalogue = json.loads(pathlib.Path(wish['catalogue']).read_text())
        self.watch = Watch(wish['database'], self.catalogue['free'])
        self.people = {login: Client(wish['url'], wish['database'], login) for login in self.catalogue['people']}
        self.sequences = Calls(self.catalogue).sequences()
        self.answers, self.faults = collections.defaultdict(collections.Counter), collections.Counter()
        self.count, self.holes, self.damaged = 0, [], True
        self.numbers, self.drops = itertools.count(), ThreadPoolExecutor(1)

    def run(self):
        number = 0
        self._prove()
        while self.count < self.wish['calls'] and len(self.holes) < ENOUGH:
            number += 1
            self.damaged = True
            self._round(self.wish['seed'] * 1000 + number)
            sys.stderr.write(f'{self.count} calls, {len(self.holes)} holes\n')
        self.drops.shutdown()
        return {'calls': self.count, 'holes': self.holes, 'faults': self.faults.most_common(12),
                'answers': {name: dict(kinds) for name, kinds in self.answers.items()}}

    def _prove(self):
        """What a Payment Manager may change is seen: a hunt that sees nothing would find nothing."""
        manager = Client(self.wish['url'], self.wish['database'], MANAGER)
        before = self.watch.look()
        for payment, is_posted in before['payments'].items():
            if is_posted and manager.call('account.payment', 'write', [payment], {'ref': 'Seen'})[0] == 'done':
                break
        if not any("'Seen'" in line for line in self.watch.differences(before)):
            raise RuntimeError('A change of a posted payment was not seen.')

    def _round(self, number):
        """One run of hypothesis; a hole is shrunk on books that are restored before each attempt."""
        found, trail = {}, []

        @seed(number)
        @settings(max_examples=SEQUENCES, deadline=None, database=None, phases=(Phase.generate, Phase.shrink),
                  suppress_health_check=list(HealthCheck), report_multiple_bugs=False, print_blob=False)
        @given(self.sequences)
        def hunt(calls):
            if self.count >= self.wish['calls'] and not found:
                return
            if self.damaged:
                self.restore()
            lines = self.attempt(calls, counted=not found)
            if not found:
                trail.extend(calls)
            if lines:
                self.damaged = True
                if not found:
                    sys.stderr.write(f'   a hole after {self.count} calls: {lines[0]}\n')
                found.update(calls=calls, lines=lines)
                raise Hole('; '.join(lines))

        try:
            hunt()
        except Flaky:  # it needed what earlier sequences had done
            self.holes.append(script(self.wish, trail, found['lines']))
        except Hole:
            self.holes.append(script(self.wish, found['calls'], found['lines']))

    def attempt(self, calls, counted=True):
        """Makes the calls; returns what changed that must not."""
        before, result = self.watch.look(), None
        for call in calls:
            arguments = [[result] if isinstance(one, Result) else one for one in call.arguments]
            kind, result = self.people[call.login].execute(call.model, call.method, arguments, call.keywords)
            if counted:
                self.count += 1
                self.answers[f'{call.model}.{call.method}'][kind.split()[0]] += 1
                self.faults[kind] += kind.startswith('fault')
            result = result[0]['id'] if kind == 'done' and call.method == 'web_save' and result else result
        return self.watch.differences(before)

    def restore(self):
        """Makes the database as it was; the server finds new connections by itself.

        The used one is put away under another name: to drop it takes as long as a checkpoint, so others do that.
        """
        database, self.damaged = self.wish['database'], False
        name, _line, process = database.rpartition('_')
        used = f'{name}_used{next(self.numbers)}_{process}'  # a name that dev/database.py clears away after a crash
        self._maintain(('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s', [database]),
                       (f'ALTER DATABASE "{database}" RENAME TO "{used}"', None),
                       (f'CREATE DATABASE "{database}" TEMPLATE "{self.wish["pristine"]}"', None))
        self.drops.submit(self._maintain, (f'DROP DATABASE "{used}" WITH (FORCE)', None))

    def _maintain(self, *statements):
        connection = psycopg2.connect(dbname='postgres')
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement, values in statements:
                cursor.execute(statement, values)
        connection.close()


def script(wish, calls, lines):
    """The calls as a Python program, for the root of the checkout."""
    text = ['# ' + line for line in lines] + [
        'from dev.rpc import Client', '', f'URL, DATABASE, result = {wish["url"]!r}, {wish["database"]!r}, None']
    for call in calls:
        arguments = pprint.pformat(call.arguments, width=110).replace('Result()', '[result]')
        text.append(f'_kind, result = Client(URL, DATABASE, {call.login!r}).execute(\n    {call.model!r}, '
                    f'{call.method!r}, {arguments}, {call.keywords!r})\nprint(_kind, result)')
    return '\n'.join(text)


if __name__ == '__main__':
    pathlib.Path(sys.argv[1]).write_text(json.dumps(Hunt(json.load(sys.stdin)).run()))
