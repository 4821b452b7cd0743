"""Runs in Odoo's shell: the tests, with every line of the attacked files traced."""
import time

import coverage

from odoo.tests import loader
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite

from dev.mutation_plan import Map

ADDON = 'payment_account_enhanced'


class Measured(OdooTestResult):
    """Remembers which test reached which line, how long it took, and which failed without any fault."""

    def __init__(self, tracer):
        super().__init__()
        self.tracer, self.seconds, self.failed, self.last = tracer, {}, set(), 0.0

    def startTest(self, test):
        super().startTest(test)
        self.last = time.monotonic()
        self.tracer.switch_context(test.id())
        if env := getattr(test, 'env', None):
            forget_names(env)  # each test reaches anew what names them

    def stopTest(self, test):
        super().stopTest(test)
        self.seconds[test.id()] = time.monotonic() - self.last
        self.tracer.switch_context('between')

    def addError(self, test, err):
        self.failed.add(getattr(test, 'test_case', test).id())
        super().addError(test, err)

    addFailure = addError


def forget_names(env):
    """The names of fields that the guard keeps on the classes are worked out once for each registry: do it again."""
    for name in env.registry.descendants(['payment.posting.guard'], '_inherit'):
        env[name]._setup_complete()


def trace(tests, root, files):
    """Runs the tests with every line of the files traced; returns their map."""
    tracer = coverage.Coverage(data_file=None, config_file=False, include=[str(root / file) for file in files])
    result = Measured(tracer)
    loader.OdooTestResult = lambda: result
    tracer.start()
    tracer.switch_context('between')
    loader.run_suite(OdooSuite(tests), ADDON)
    tracer.stop()
    data, lines, names = tracer.get_data(), {}, {test.id() for test in tests} - result.failed
    for file in files:
        reached = data.contexts_by_lineno(str((root / file).resolve())) or {}
        lines[file] = {line: [name for name in found if name in names] for line, found in reached.items()}
    return Map(lines, result.seconds)
