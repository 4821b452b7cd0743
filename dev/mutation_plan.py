"""Which tests meet which mutant, and in which order."""
import collections
import dataclasses
import functools
import pathlib
import pickle

from dev.mutants import Mutant

SLOW = 20     # seconds, as traced: tests of a class that take longer are a group of their own
ENOUGH = 100  # seconds, as traced, of tests that a mutant meets in its own order; then it is a suspect, and waits
BATCH = 30    # mutants that one process takes on


class Map:
    """``lines``: {file: {line: [tests]}}, of tests that pass; ``seconds``: {test: its time while lines are traced}."""

    def __init__(self, lines, seconds):
        self.lines, self.seconds = lines, seconds

    @functools.cached_property
    def rarity(self):
        """{word in the names of test files: 1 for one class of tests, less the more classes share it}."""
        words = collections.Counter(word for name in set(map(class_of, self.seconds)) for word in words_of(name))
        return {word: 1 / count for word, count in words.items()}

    def tests_at(self, file, line):
        """Names of the tests that reach the line, quick ones first."""
        return sorted(self.lines.get(file, {}).get(line, ()), key=self.seconds.get)

    def time_of(self, names):
        return sum(map(self.seconds.get, names))

    @classmethod
    def merged(cls, parts):
        lines, seconds = collections.defaultdict(lambda: collections.defaultdict(list)), {}
        for part in parts:
            seconds.update(part.seconds)
            for file, found in part.lines.items():
                for line, names in found.items():
                    lines[file][line] += names
        return cls({file: dict(found) for file, found in lines.items()}, seconds)

    @classmethod
    def read(cls, path):
        return pickle.loads(pathlib.Path(path).read_bytes())  # noqa: S301

    def write(self, path):
        pathlib.Path(path).write_bytes(pickle.dumps(self))

    def group_of(self, name):
        """The class of a test, and whether it is a slow one."""
        return class_of(name), self.seconds[name] > SLOW

    def tests_of(self, group):
        """The tests of a group that reach any line."""
        reaching = {name for lines in self.lines.values() for names in lines.values() for name in names}
        return [name for name in sorted(reaching) if self.group_of(name) == group]

    def case(self, mutant):
        """The mutant with its tests; worth most are those that speak of its subject, and the quick ones."""
        groups = collections.defaultdict(list)
        for name in self.tests_at(mutant.file, mutant.line):
            groups[self.group_of(name)].append(name)
        worth = {group: self.kinship(mutant.file, group[0]) / self.time_of(names) ** 0.5
                 for group, names in groups.items()}
        return Case(mutant, dict(groups), worth)

    def kinship(self, file, name):
        """How many words the name of a file has in common with that of a class of tests; rare words count more."""
        words = set(pathlib.Path(file).stem.split('_'))
        words = words if 'approval' in words else words | {'guard'}
        return 0.1 + sum(self.rarity[word] for word in words.intersection(words_of(name)))


@dataclasses.dataclass(eq=False)
class Case:
    """A mutant with the tests that it has still to meet, {group: names}, and what they are worth, {group: number}."""
    mutant: Mutant
    groups: dict
    worth: dict
    spent: float = 0.0

    def is_suspect(self):
        return self.spent > ENOUGH

    def wanted(self, luck):
        """The groups that it wants to meet now: the best one; a suspect takes them as they come."""
        return list(self.groups) if self.is_suspect() else [max(self.groups, key=lambda group: (
            self.worth[group] * luck.of(self.mutant, group)))]

    def meet(self, group, seconds):
        del self.groups[group]
        self.spent += seconds


class Luck:
    """Which tests noticed faults so far: they are likely to notice others of the same function or file."""

    def __init__(self):
        self.noticed = collections.Counter()

    def add(self, mutant, group):
        self.noticed.update([(mutant.file, group), (mutant.file, mutant.function, group)])

    def of(self, mutant, group):
        return 1 + 3 * self.noticed[mutant.file, group] + 30 * self.noticed[mutant.file, mutant.function, group]


def class_of(name):
    return name.rpartition('.')[0]


def words_of(name):
    """The words in the name of the file of a class of tests."""
    return name.split('.')[-2].split('_')


def shares(names, count):
    """The tests dealt out by class to so many processes."""
    groups = collections.defaultdict(list)
    for name in names:
        groups[class_of(name)].append(name)
    return [[name for group in list(groups.values())[number::count] for name in group] for number in range(count)]


def take_batch(waiting, luck):
    """(group, cases): the tests that most cases want to meet now, and those cases, taken from the list."""
    wanted = collections.defaultdict(list)
    for case in [case for case in waiting if not case.is_suspect()] or waiting:
        for group in case.wanted(luck):
            wanted[group].append(case)
    group = max(wanted, key=lambda one: len(wanted[one]))
    batch = wanted[group][:BATCH]
    for case in batch:
        waiting.remove(case)
    return group, batch
