"""Stock Odoo, the addon and a peer in turns, in one process, each on a copy of one database. Runs inside Odoo.

Everything is undone after it was measured: each pair meets the same books.
"""
import gc
import itertools
import json
import pathlib
import time

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from bench import history, measures

NAMES = ('pair', 'queries', 'seconds', 'cpu')
APPROVAL_ON = ('post_approved',)
NOT_OF_PEER = (*APPROVAL_ON, 'edit_posted', 'refuse')  # what the peer knows nothing of
STAGE_ROUNDS = 3
PEER_EVERY = 3  # the peer comes with each third pair, the first among them: it has no goal


class Program:
    """:param wish: dict of 'databases' by side ('stock', 'ours' and, where it is to be measured, 'peer'), 'found' (see
    fixtures), 'pairs' (at least), 'seconds' (quick work goes on for so long), 'stages' and 'history' (sizes)
    """

    def __init__(self, wish):
        self.wish = wish
        self.registries = {side: Registry(database) for side, database in wish['databases'].items()}
        self.found = {side: dict(wish['found']) for side in self.registries}

    def run(self):
        """:return: dict of 'work': by key and side the measured values; 'stages'; 'verify'"""
        for side in self.registries:
            with self._env(side, 'bench_accountant') as env:
                self.found[side]['specifications'] = measures.specify(env)
        with self._env('ours') as env:
            measures.bring_to_approved(env, self.found['ours'])
        return {'work': {key: self._work(key) for key in measures.WORK}, 'stages': self._stages(),
                'verify': history.verify(self._env, self.wish['history'])}

    def _env(self, side, login=None):
        return _Undone(self.registries[side], self.found[side]['uids'].get(login, SUPERUSER_ID))

    def _work(self, key):
        """Pairs in turns; the first pair fills caches and does not count."""
        work, login = measures.WORK[key]
        taken = {side: {name: [] for name in NAMES} for side in self._sides(key)}
        for number in self._pairs():
            sides = self._sides(key, number)
            for side in sides if number % 2 else reversed(sides):
                with self._env(side, login) as env:
                    if side == 'ours' and key in APPROVAL_ON:
                        measures.switch(env)
                    values = {'pair': number, **measured(env, work, self.found[side])}
                for name in NAMES if number else ():
                    taken[side][name].append(values[name])
        return taken

    def _pairs(self):
        """Numbers from 0 to that of pairs that was wished, and on while there is time."""
        begin = time.monotonic()
        for number in itertools.count():
            if number > self.wish['pairs'] and time.monotonic() > begin + self.wish['seconds']:
                break
            yield number

    def _sides(self, key, number=0):
        """Which databases take part in a pair."""
        peer = key not in NOT_OF_PEER and (not number or number % PEER_EVERY == 1)
        return [side for side in self.registries if side != 'peer' or peer]

    def _stages(self):
        """Queries and seconds of each step of approval, by the number of payments; the smallest fills caches first."""
        sizes = sorted(self.wish['stages'])
        taken = {name: {size: [] for size in sizes} for name, _login, _method in measures.STEPS}
        for _round in range(STAGE_ROUNDS):
            for size in sizes:
                with self._env('ours') as env:
                    measures.switch(env)
                    self._chain(env, size, taken)
        return taken

    def _chain(self, env, size, taken):
        for name, login, method in measures.STEPS:
            uid = self.found['ours']['uids'][login]
            payments = env['account.payment'].with_user(uid).browse(self.found['ours']['stage'][:size])
            env.invalidate_all()
            taken[name][size].append(measured(payments.env, _calls(payments, method), {}))
        states = set(env['account.payment'].browse(self.found['ours']['stage'][:size]).mapped('approval_state'))
        assert states == {'approved'}, states


def _calls(records, method):
    return lambda _env, _found: getattr(records, method)()


class _Undone:
    """An environment on a cursor that is rolled back."""

    def __init__(self, registry, uid):
        self.cr = registry.cursor()
        self.uid = uid

    def __enter__(self):
        env = api.Environment(self.cr, self.uid, {})
        company = env['res.users'].browse(self.uid).company_id.id
        return env(context={'lang': 'en_US', 'tz': 'UTC', 'uid': self.uid, 'allowed_company_ids': [company]})

    def __exit__(self, *_error):
        self.cr.rollback()
        self.cr.close()


def measured(env, work, found):
    """Queries, seconds and CPU seconds of this process for one piece of work, with all that it leaves to be written."""
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    queries, clock, cpu = env.cr.sql_log_count, time.perf_counter(), time.process_time()
    work(env, found)
    env.cr.flush()
    return {'queries': env.cr.sql_log_count - queries, 'seconds': time.perf_counter() - clock,
            'cpu': time.process_time() - cpu}


def main(wish_file, result_file):
    """Reads the wish and writes the result, both JSON."""
    result = Program(json.loads(pathlib.Path(wish_file).read_text())).run()
    pathlib.Path(result_file).write_text(json.dumps(result))
