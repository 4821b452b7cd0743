"""Runs in Odoo's shell: for each mutant a fork of this process, with the fault put in, runs the tests that reach it."""
import collections
import json
import os
import pathlib
import pickle
import random
import signal
import sys
import threading
import time

import coverage

import odoo
from odoo.modules.registry import Registry
from odoo.tests import HttpCase, loader
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite

from dev import mutants

ADDON = 'odoo.addons.payment_account_enhanced'
ENOUGH = 200   # seconds, while lines are traced, of the tests that a mutant meets first; the others if it survives
PATIENCE = 60  # seconds more than the tests of a mutant took while lines were traced, which is slow: it may loop


class FirstFailure(OdooTestResult):
    """Ends the process at the first failure: the mutant is dead."""

    def addError(self, test, err):
        if self._soft_fail:
            return super().addError(test, err)
        os._exit(1)

    addFailure = addError


class Measured(OdooTestResult):
    """Remembers which test reached which line, how long it took, and which failed without any fault."""

    def __init__(self, tracer):
        super().__init__()
        self.tracer, self.seconds, self.failed, self.last = tracer, {}, set(), time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        name = f'{type(test).__module__}.{type(test).__qualname__}'
        self.seconds.setdefault(name, time.monotonic() - self.last)  # setUpClass
        self.last = time.monotonic()
        self.tracer.switch_context(test.id())

    def stopTest(self, test):
        super().stopTest(test)
        self.seconds[test.id()] = time.monotonic() - self.last
        self.last = time.monotonic()
        self.tracer.switch_context('between')

    def addError(self, test, err):
        self.failed.add(getattr(test, 'test_case', test).id())
        super().addError(test, err)

    addFailure = addError


class Host:
    """``wish``: root, files, left_out (functions), databases, sample (how many mutants, 0 for all), only (text in
    them), minutes (after which none begins), seed, map and result (files)."""

    def __init__(self, wish):
        self.wish = wish
        self.root = pathlib.Path(wish['root'])
        for database in wish['databases']:
            Registry(database)  # before tests are switched on: loading would run those of every module
        odoo.tools.config.options.update(test_enable=True, test_tags='standard')
        suite = loader.make_suite(['payment_account_enhanced'], 'post_install')
        self.tests = {test.id(): test for test in suite if not isinstance(test, HttpCase)}
        odoo.sql_db.close_all()

    def run(self):
        reach = self.measure()
        end = time.monotonic() + 60 * self.wish['minutes']
        waiting = [(mutant, *self.tests_for(mutant, reach)) for mutant in self.choose()]
        results, running, free = {}, {}, list(self.wish['databases'])
        while waiting or running:
            if time.monotonic() > end:
                waiting.clear()
            while waiting and free:
                mutant, tests, others = waiting.pop(0)
                if not tests:
                    results[mutant] = 'not reached'
                    continue
                database = free.pop()
                child = self.fork(database, lambda mutant=mutant, tests=tests: self.attack(mutant, tests))
                running[child] = (mutant, database, time.monotonic() + _seconds(tests, reach) + PATIENCE, others)
            waiting[:0] = self.collect(running, free, results)
        told = [(str(mutant), verdict) for mutant, verdict in results.items()]
        pathlib.Path(self.wish['result']).write_text(json.dumps(told))

    def choose(self):
        every = [mutant for file in self.wish['files']
                 for mutant in mutants.mutants_of((self.root / file).read_text(), file)
                 if self.wish['only'] in str(mutant) and mutant.function not in self.wish['left_out']]
        random.Random(self.wish['seed']).shuffle(every)  # noqa: S311
        return every[:self.wish['sample'] or None]

    def fork(self, database, work):
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

    def attack(self, mutant, tests):
        module = sys.modules[f'{ADDON}.{mutant.file.removesuffix(".py").replace("/", ".")}']
        mutants.put_in(mutants.mutated((self.root / mutant.file).read_text(), mutant), mutant, module)
        loader.OdooTestResult = FirstFailure
        loader.run_suite(OdooSuite([self.tests[name] for name in tests]), 'payment_account_enhanced')
        return 0

    def collect(self, running, free, results):
        """Waits for children; one beyond its time counts as noticed. Returns those that survived, and other tests."""
        time.sleep(0.05)
        survivors = []
        for child, (mutant, database, end, others) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            late = not done and time.monotonic() > end
            if late:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            if done or late:
                code = os.waitstatus_to_exitcode(status) if done else 'time'
                verdict = {0: 'survived', 1: 'killed', 'time': 'timed out'}.get(code, f'broken {code}')
                if code == 0 and others:
                    verdict = f'survived ({len(others)} tests not run)'
                    survivors.append((mutant, others, []))
                results[mutant] = verdict
                sys.stderr.write(f'MUTANT {len(results)} {verdict}: {mutant}\n')
                free.append(database)
                del running[child]
        return survivors

    # -- which test reaches which line ----------------------------------------------------------------------------

    def measure(self):
        """{file: {line: [tests]}}, {test or class: seconds}, set of tests that fail anyway; kept in a file."""
        path = pathlib.Path(self.wish['map'])
        if not path.exists():
            half = [path.with_suffix(f'.{number}') for number, _name in enumerate(self.wish['databases'])]
            for child in [self.fork(*work) for work in self.shares(half)]:
                os.waitpid(child, 0)
            path.write_bytes(pickle.dumps(_merged([pickle.loads(one.read_bytes()) for one in half])))  # noqa: S301
        return pickle.loads(path.read_bytes())  # noqa: S301

    def shares(self, paths):
        """(database, work) for each of the databases: tests are dealt out by class."""
        classes = collections.defaultdict(list)
        for name in self.tests:
            classes[_group(name)].append(name)
        for number, (database, path) in enumerate(zip(self.wish['databases'], paths, strict=True)):
            names = [name for group in list(classes.values())[number::len(paths)] for name in group]
            yield database, lambda names=names, path=path: self.trace(names, path)

    def trace(self, names, path):
        tracer = coverage.Coverage(data_file=None, config_file=False,
                                   include=[str(self.root / file) for file in self.wish['files']])
        result = Measured(tracer)
        loader.OdooTestResult = lambda: result
        tracer.start()
        tracer.switch_context('between')
        loader.run_suite(OdooSuite([self.tests[name] for name in names]), 'payment_account_enhanced')
        tracer.stop()
        data, lines = tracer.get_data(), collections.defaultdict(dict)
        for file in self.wish['files']:
            for line, names in (data.contexts_by_lineno(str((self.root / file).resolve())) or {}).items():
                lines[file][line] = [name for name in names if name in self.tests and name not in result.failed]
        path.write_bytes(pickle.dumps((dict(lines), result.seconds, result.failed)))
        return 0

    def tests_for(self, mutant, reach):
        """Tests that reach the line, those of quick classes and of its subject first: a first part, and the others."""
        lines, seconds, _failed = reach
        groups = collections.defaultdict(list)
        for name in lines.get(mutant.file, {}).get(mutant.line, ()):
            groups[_group(name)].append(name)
        times = {group: _seconds(names, reach) for group, names in groups.items()}
        ordered = [name for group in sorted(groups, key=lambda one: times[one] / (1 + _shared(mutant.file, one)) ** 2)
                   for name in sorted(groups[group], key=seconds.get)]
        first = 1
        while first < len(ordered) and _seconds(ordered[:first + 1], reach) <= ENOUGH:
            first += 1
        return ordered[:first], ordered[first:]


def _group(name):
    return name.rpartition('.')[0]


def _seconds(names, reach):
    """How long these tests take, with what their classes set up."""
    _lines, seconds, _failed = reach
    return sum(map(seconds.get, names)) + sum(seconds.get(group, 0) for group in set(map(_group, names)))


def _shared(file, group):
    """How many words the name of a file has in common with that of the tests."""
    words = set(pathlib.Path(file).stem.split('_'))
    return len((words if 'approval' in words else words | {'guard'}).intersection(group.split('.')[-2].split('_')))


def _merged(parts):
    """One of several maps, in the form of ``Host.measure``."""
    lines, seconds, failed = collections.defaultdict(lambda: collections.defaultdict(list)), {}, set()
    for one, times, wrong in parts:
        for file, found in one.items():
            for line, names in found.items():
                lines[file][line] += names
        seconds.update(times)
        failed |= wrong
    return {file: dict(found) for file, found in lines.items()}, seconds, failed


def host(path):
    Host(json.loads(pathlib.Path(path).read_text())).run()
