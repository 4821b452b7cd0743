"""Runs in Odoo's shell: chooses the faults, and sends them to the tests that should notice them."""
import json
import os
import pathlib
import random
import sys

import odoo
from odoo.modules.registry import Registry
from odoo.tests import HttpCase, loader

from dev import mutants
from dev.mutation_plan import Luck, Map, shares, take_batch
from dev.mutation_stage import BROKEN, KILLED, SURVIVED, WRONG, Stage, fork
from dev.mutation_trace import ADDON, trace
from dev.mutation_verdicts import Verdicts


class Host:
    """``wish``: root, files, left_out (functions), databases, sample (how many mutants, 0 for all), only (text in
    them), seed, whole (digest of source and tests); files: map, verdicts, result."""

    def __init__(self, wish):
        self.wish = wish
        self.root = pathlib.Path(wish['root'])
        self.verdicts = Verdicts(wish['verdicts'], self.root, wish['whole'])
        for database in wish['databases']:
            warm(Registry(database))  # before tests are switched on: loading would run those of every module
        odoo.tools.config.options.update(test_enable=True, test_tags='standard')
        suite = loader.make_suite([ADDON], 'post_install')
        self.tests = {test.id(): test for test in suite if not isinstance(test, HttpCase)}
        odoo.sql_db.close_all()

    def run(self):
        self.map, self.results, self.tried = self.measure(), self.verdicts.read(), set()
        self.luck, self.met = Luck(), self.verdicts.met()
        cases = list(map(self.case, self.choose()))
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

    def case(self, mutant):
        """The mutant with the tests that it has still to meet."""
        case = self.map.case(mutant)
        for group in self.met[mutant.key()].intersection(case.groups):
            case.meet(group, self.map.time_of(case.groups[group]))
            if not case.groups:
                self.results.setdefault(mutant.key(), SURVIVED)
        return case

    def undecided(self, cases):
        return [case for case in cases if case.groups and case.mutant.key() not in self.results]

    def decide(self, mutant, verdict, group):
        self.results[mutant.key()] = verdict
        self.verdicts.add(mutant, verdict, group[0] if verdict == KILLED else '')
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
        stage = Stage(self.root, database, self.found(database), self.tests, self.map.time_of)
        return fork(database, lambda: stage.run(control, work))

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
            elif verdict == SURVIVED:
                self.verdicts.add_met(case.mutant, group)
            if verdict != SURVIVED or not case.groups:
                self.decide(case.mutant, verdict, group)
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


def host(path):
    Host(json.loads(pathlib.Path(path).read_text())).run()
