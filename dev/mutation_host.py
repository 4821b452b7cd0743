"""Runs in Odoo's shell: small faults, and the tests that should notice them.

Most of the time of a test goes into setting up its class. So one process sets a class up, once, and forks for each of
many faults: the fork puts the fault in and runs the tests, on the connection of its parent, who waits and then takes
back what the fork did in the transaction. What a fault does to the setting up of a class is not seen. The first fork of
each class has no fault and must pass.
"""
import gc
import json
import os
import pathlib
import random
import signal
import sys
import threading
import time

import odoo
from odoo.modules import module as odoo_module
from odoo.modules.registry import Registry
from odoo.tests import HttpCase, loader
from odoo.tests.result import OdooTestResult
from odoo.tools import mute_logger

from dev import mutants
from dev.mutation_plan import Luck, Map, shares, take_batch
from dev.mutation_trace import ADDON, trace

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
    """A class of tests that is set up, and mutants that meet some of its tests, one after the other."""

    def __init__(self, root, database, path):
        self.root, self.database, self.path = root, database, path
        self.kind = self.cr = None

    def run(self, control, work, tests, times):
        """``control``: names of tests that must pass without a fault; ``work``: (mutant, names of tests) of each.

        A line for each verdict goes to the file at ``path``.
        """
        odoo_module.current_test = ADDON
        threading.current_thread().testing = True
        self.set_up(type(tests[work[0][1][0]]))
        if control and self.try_out(None, control, tests, times) != SURVIVED:
            return WRONG
        with self.path.open('a') as verdicts:
            for mutant, names in work:
                verdict = self.try_out(mutant, names, tests, times)
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

    def try_out(self, mutant, names, tests, times):
        child = fork(self.database, lambda: self.attack(mutant, names, tests))
        verdict = self.wait(child, time.monotonic() + times(names) + PATIENCE)
        if self.cr and verdict in (SURVIVED, KILLED):
            self.cr.execute('ROLLBACK TO SAVEPOINT mutants')
        return verdict

    def attack(self, mutant, names, tests):
        if mutant:
            code = sys.modules[f'odoo.addons.{ADDON}.{mutant.file.removesuffix(".py").replace("/", ".")}']
            mutants.put_in(mutants.mutated((self.root / mutant.file).read_text(), mutant), mutant, code)
        if self.cr:  # what was computed without the fault
            self.kind.env.invalidate_all()
            with mute_logger('odoo.modules.registry'):
                self.kind.registry.clear_all_caches()
        result = FirstFailure()
        for name in names:
            tests[name](result)
        return 0

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


class Host:
    """``wish``: root, files, left_out (functions), databases, sample (how many mutants, 0 for all), only (text in
    them), seed; files: map, verdicts (so far, of these tests and this source), result."""

    def __init__(self, wish):
        self.wish = wish
        self.root = pathlib.Path(wish['root'])
        for database in wish['databases']:
            warm(Registry(database))  # before tests are switched on: loading would run those of every module
        odoo.tools.config.options.update(test_enable=True, test_tags='standard')
        suite = loader.make_suite([ADDON], 'post_install')
        self.tests = {test.id(): test for test in suite if not isinstance(test, HttpCase)}
        odoo.sql_db.close_all()

    def run(self):
        self.map, self.results, self.tried = self.measure(), self.known(), set()
        self.luck = Luck()
        cases = list(map(self.map.case, self.choose()))
        waiting, running, free = self.undecided(cases), {}, list(self.wish['databases'])
        while waiting or running:
            while free and waiting:
                database, (group, batch) = free.pop(), take_batch(waiting, self.luck)
                running[self.begin(database, group, batch)] = database, group, batch
            child, status = os.wait()
            database, group, batch = running.pop(child)
            free.append(database)
            self.collect(database, group, batch, os.waitstatus_to_exitcode(status))
            waiting += self.undecided(batch)
        told = [(str(case.mutant), self.results.get(case.mutant.key(), 'not reached')) for case in cases]
        pathlib.Path(self.wish['result']).write_text(json.dumps(told))

    def undecided(self, cases):
        return [case for case in cases if case.groups and case.mutant.key() not in self.results]

    def known(self):
        """What an earlier run found that was broken off: {key of the mutant: verdict}."""
        path = pathlib.Path(self.wish['verdicts'])
        return dict(map(json.loads, path.read_text().splitlines())) if path.exists() else {}

    def decide(self, mutant, verdict):
        self.results[mutant.key()] = verdict
        with open(self.wish['verdicts'], 'a') as verdicts:
            print(json.dumps([mutant.key(), verdict]), file=verdicts)
        self.tell(mutant, verdict)

    def tell(self, mutant, verdict):
        sys.stderr.write(f'MUTANT {len(self.results)} {verdict}: {mutant}\n')

    def choose(self):
        every = [mutant for file in self.wish['files']
                 for mutant in mutants.mutants_of((self.root / file).read_text(), file)
                 if self.wish['only'] in str(mutant) and mutant.function not in self.wish['left_out']]
        random.Random(self.wish['seed']).shuffle(every)  # noqa: S311
        return every[:self.wish['sample'] or None]

    def begin(self, database, group, batch):
        work = [(case.mutant, case.groups[group]) for case in batch]
        control = [] if group in self.tried else self.map.tests_of(group)
        self.tried.add(group)
        stage = Stage(self.root, database, self.found(database))
        return fork(database, lambda: stage.run(control, work, self.tests, self.map.time_of))

    def collect(self, database, group, batch, code):
        """Writes down what the batch came to."""
        path = self.found(database)
        verdicts = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        path.unlink(missing_ok=True)
        if code == WRONG:
            raise RuntimeError(f'Tests of {group[0]} fail without any fault')
        if code:  # the process itself ended, with the mutant that it was at
            verdicts.append(f'{BROKEN} {code}')
        for case, verdict in zip(batch, verdicts):  # those after a break have none yet
            was_suspect = case.is_suspect()
            case.meet(group, self.map.time_of(case.groups[group]))
            if verdict == KILLED:
                self.luck.add(case.mutant, group)
            if verdict != SURVIVED or not case.groups:
                self.decide(case.mutant, verdict)
            elif case.is_suspect() and not was_suspect:
                self.tell(case.mutant, f'suspect, {sum(map(len, case.groups.values()))} tests to go')

    def found(self, database):
        return pathlib.Path(f'{self.wish["result"]}.{database}')

    def measure(self):
        """The map, kept in a file; each database traces its share of the tests."""
        path = pathlib.Path(self.wish['map'])
        if not path.exists():
            databases = self.wish['databases']
            parts = [path.with_suffix(f'.{number}') for number, _name in enumerate(databases)]
            children = [
                fork(database, lambda names=names, part=part: self.trace(names, part))
                for database, names, part in zip(databases, shares(self.tests, len(databases)), parts, strict=True)]
            for child in children:
                os.waitpid(child, 0)
            Map.merged(map(Map.read, parts)).write(path)
            for part in parts:
                part.unlink()
        return Map.read(path)

    def trace(self, names, path):
        trace([self.tests[name] for name in names], self.root, self.wish['files']).write(path)
        return 0


def warm(registry):
    """Works out what depends on each field: Odoo does it when it is first needed, and each fork would do it anew."""
    for model in registry.values():
        for field in model._fields.values():
            registry.get_field_trigger_tree(field)
            registry.is_modifying_relations(field)


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


def host(path):
    Host(json.loads(pathlib.Path(path).read_text())).run()
