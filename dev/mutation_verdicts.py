"""What runs before found of the mutants, kept in a file of the cache.

A mutant that a test noticed stays noticed as long as its own file and that test's file are the same. Every other
verdict counts for exactly the source and the tests that it was found with: a new test may notice what survived.
"""
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
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return {one['mutant']: one['verdict'] for one in map(json.loads, lines)
                if one['basis'] == self._basis(one['files'])}

    def add(self, mutant, verdict, noticed_by=''):
        """``noticed_by``: the name of the class of tests that noticed it, if one did."""
        files = [mutant.file, f'tests/{noticed_by.split(".")[-2]}.py'] if noticed_by else []
        with self.path.open('a') as lines:
            print(json.dumps({'mutant': mutant.key(), 'verdict': verdict, 'files': files,
                              'basis': self._basis(files)}), file=lines)

    def _basis(self, files):
        if not all((self.root / name).exists() for name in files):
            return None
        return cache.digest(*map(self.digest, files)) if files else self.whole
