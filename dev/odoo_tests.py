"""Counts what Odoo's runner did, test by test, from its log; the sum must agree with the runner's closing line."""
import re

from dev import odoo_log
from dev.browser_tests import is_browser_skip
from dev.outcome import Outcome

STARTED = re.compile(r'^Starting (\S+) \.\.\.\s*$')
SKIPPED = re.compile(r'^skipped (.+?) : (.*)$')
VERDICT = re.compile(r'^(?:FAIL|ERROR): (?:Subtest )?((\w+(?:\.\w+)+)|.+)')  # a test, or all of "setUpClass (...)"
CLOSING = re.compile(r'^(\d+) failed, (\d+) error\(s\) of (\d+) tests')


def count(text, part):
    """The Outcome of one run of Odoo's runner.

    A test counts once: failed when it or one of its subtests failed, skipped when it was skipped whole, else passed.
    What is no test of its own (``setUpClass``) counts as one failure or skip.
    """
    found, started, failed, skipped = _sorted(text)
    outcome = Outcome(part, failed=len(failed), skipped=len(skipped.keys() - failed.keys()))
    outcome.passed = len(started - failed.keys() - skipped.keys())
    outcome.details += [text for texts in failed.values() for text in texts]
    for key, reason in skipped.items():
        if is_browser_skip(key, reason):
            outcome.skipped, outcome.failed = outcome.skipped - 1, outcome.failed + 1
            outcome.details.append(f'BROWSER TEST SKIPPED: {key[1]}: {reason}')
        else:
            outcome.details.append(f'skipped: {key[1]}: {reason}')
    _compare(found, outcome, len(started), sum(map(len, failed.values())))
    return outcome


def verdicts(text):
    """Dict of 'module:Class.method': 'passed', 'skipped' or the text of its failures; set-ups that failed, too."""
    _found, started, failed, skipped = _sorted(text)
    found = dict.fromkeys(started, 'passed') | dict.fromkeys(skipped, 'skipped') | {
        key: '\n'.join(texts) for key, texts in failed.items()}
    return {f'{logger.removeprefix("odoo.addons.")}:{name}': verdict for (logger, name), verdict in found.items()}


def _sorted(text):
    """(records of the runner, keys started, texts of failures by key, reasons of skips by key)."""
    found = [record for record in odoo_log.records(text) if '.tests' in record.logger]
    started, failed, skipped = set(), {}, {}
    for record in found:
        _sort(record, started, failed, skipped)
    return found, started, failed, skipped


def _sort(record, started, failed, skipped):
    """Files one record of the runner; a key is (module, 'Class.method')."""
    start, skip, verdict = (pattern.match(record.message) for pattern in (STARTED, SKIPPED, VERDICT))
    if start:
        started.add((record.logger, start[1]))
    elif skip and not skip[1].startswith('Subtest '):
        skipped[record.logger, skip[1]] = skip[2]
    elif verdict and record.level == 'ERROR':
        failed.setdefault((record.logger, verdict[2] or verdict[1]), []).append(record.text())


def _compare(found, outcome, started, verdicts):
    """The runner's closing line must agree with what was counted."""
    closing = [match for match in (CLOSING.match(record.message) for record in found
                                   if record.logger == 'odoo.tests.result') if match]
    if not closing:
        outcome.check(False, f'{outcome.part}: the runner did not reach its end ({started} tests started)')
        return
    failures, errors, run = map(int, closing[-1].groups())
    if (run, failures + errors) != (started, verdicts):
        outcome.check(False, f'{outcome.part}: counted {started} tests and {verdicts} failures, but the runner says '
                      f'"{closing[-1][0]}"')
    if not run:
        outcome.check(False, f'{outcome.part}: no test was run')
