"""Runs in Odoo's shell: one class of tests, set up once, and the faults that meet it.

Most of the time of a test goes into setting up its class. So one process sets a class up, once, and forks for each of
many faults: the fork puts the fault in and runs the tests, on the connection of its parent, who waits and then takes
back what the fork did in the transaction. What a fault does to the setting up of a class is not seen. The first fork of
each class has no fault and must pass.
"""
import gc
import json
import os
import signal
import sys
import threading
import time

import odoo
from odoo.modules import module as odoo_module
from odoo.tests.result import OdooTestResult
from odoo.tools import mute_logger

from dev import mutants
from dev.mutation_trace import ADDON, forget_names

PATIENCE = 60  # seconds more than the tests of a mutant took while lines were traced, which is slow: it may loop
WRONG = 3      # a process ends so when tests fail without any fault
SURVIVED, KILLED, TIMED_OUT, BROKEN = 'survived', 'killed', 'timed out', 'broken'


class FirstFailure(OdooTestResult):
    """Ends the process at the first failure: the mutant is dead."""

    def addError(self, test, err):
        if self._soft_fail:
            return super().addError(test, err)
        os._exit(1)

    addFailure = addError


class Stage:
    """A class of tests that is set up, and mutants that meet some of its tests, one after the other.

    ``tests``: {name: test}; ``time_of``: how many seconds those of these names take.
    """

    def __init__(self, root, database, path, tests, time_of):
        self.root, self.database, self.path = root, database, path
        self.tests, self.time_of = tests, time_of
        self.kind = self.cr = None

    def run(self, control, work):
        """``control``: names of tests that must pass without a fault; ``work``: (mutant, names of tests) of each.

        A line for each verdict goes to the file at ``path``.
        """
        odoo_module.current_test = ADDON
        threading.current_thread().testing = True
        self.set_up(type(self.tests[work[0][1][0]]))
        if control and self.try_out(None, control) != SURVIVED:
            return WRONG
        with self.path.open('a') as verdicts:
            for mutant, names in work:
                verdict = self.try_out(mutant, names)
                print(json.dumps(verdict), file=verdicts, flush=True)
                if verdict not in (SURVIVED, KILLED):  # ended perhaps in the middle of an answer of PostgreSQL
                    break
        return 0

    def set_up(self, kind):
        self.kind = kind
        kind.setUpClass()
        if cr := getattr(kind, 'cr', None):
            kind.env.flush_all()
            cr.execute('SAVEPOINT mutants')
            self.cr = cr
        for connection, used, _last in odoo.sql_db._Pool._connections:
            if not used:  # a fork would share it with the next
                connection.close()
        gc.collect()
        gc.freeze()  # pages that nobody writes to need no copy

    def try_out(self, mutant, names):
        child = fork(self.database, lambda: self.attack(mutant, names))
        verdict = self.wait(child, time.monotonic() + self.time_of(names) + PATIENCE)
        if self.cr and verdict in (SURVIVED, KILLED):
            self.cr.execute('ROLLBACK TO SAVEPOINT mutants')
        return verdict

    def attack(self, mutant, names):
        if mutant:
            code = sys.modules[f'odoo.addons.{ADDON}.{mutant.file.removesuffix(".py").replace("/", ".")}']
            mutants.put_in(mutants.mutated((self.root / mutant.file).read_text(), mutant), mutant, code)
        if self.cr:
            self.forget()
        result = FirstFailure()
        for name in names:
            self.tests[name](result)
        return 0

    def forget(self):
        """Forget what was worked out without the fault: records, caches, and the names that stand on the classes."""
        env = self.kind.env
        env.invalidate_all()
        with mute_logger('odoo.modules.registry'):
            env.registry.clear_all_caches()
        forget_names(env)

    def wait(self, child, end):
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                return {0: SURVIVED, 1: KILLED}.get(code, f'{BROKEN} {code}')
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return TIMED_OUT


def fork(database, work):
    """A child that does the work on the database and ends with the number that it returns."""
    child = os.fork()
    if child:
        return child
    code = 2
    try:
        odoo.tools.config['db_name'] = database
        threading.current_thread().dbname = database
        code = work()
    except BaseException as error:  # a child never goes on in the parent's code
        sys.stderr.write(f'{error!r}\n')
    finally:
        os._exit(code)
