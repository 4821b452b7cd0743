"""What runs before found of the mutants, kept in a file of the cache.

A mutant that a test noticed stays noticed as long as its own file and that test's file are the same, and tests that did
not notice it are not asked again as long. Every other verdict counts for exactly the source and the tests that it was
found with: a new test may notice what survived.
"""
import collections
import functools
import json
import pathlib

from dev import cache


class Verdicts:
    """``path``: the file that holds them; ``root``: the checkout; ``whole``: a digest of its source and its tests."""

    def __init__(self, path, root, whole):
        self.path, self.root, self.whole = pathlib.Path(path), pathlib.Path(root), whole
        self.digest = functools.cache(lambda name: cache.digest((self.root / name).read_bytes()))

    def read(self):
        """{key of the mutant: verdict}, of those that still count."""
        return {one['mutant']: one['verdict'] for one in self._lines() if 'verdict' in one}

    def met(self):
        """{key of the mutant: groups of tests that did not notice it}, of those that still count."""
        found = collections.defaultdict(set)
        for one in self._lines():
            if 'met' in one:
                found[one['mutant']].add(tuple(one['met']))
        return found

    def add(self, mutant, verdict, noticed_by=''):
        """``noticed_by``: the name of the class of tests that noticed it, if one did."""
        self._write(mutant, noticed_by, verdict=verdict)

    def add_met(self, mutant, group):
        """``group``: a class of tests, and whether they are its slow ones; none of them noticed the mutant."""
        self._write(mutant, group[0], met=group)

    def _write(self, mutant, test_class, **found):
        files = [mutant.file, f'tests/{test_class.split(".")[-2]}.py'] if test_class else []
        with self.path.open('a') as lines:
            print(json.dumps({
                'mutant': mutant.key(), **found, 'files': files, 'basis': self._basis(files)}), file=lines)

    def _lines(self):
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [one for one in map(json.loads, lines) if one['basis'] == self._basis(one['files'])]

    def _basis(self, files):
        if not all((self.root / name).exists() for name in files):
            return None
        return cache.digest(*map(self.digest, files)) if files else self.whole
