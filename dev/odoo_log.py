"""Odoo's log read as records: what the test runner did, and lines that nobody explained."""
import dataclasses
import pathlib
import re
import time

from dev.report import say

HEAD = re.compile(r'^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (\d+) '
                  r'(DEBUG|INFO|RUNBOT|WARNING|ERROR|CRITICAL) (\S+) (\S+): (.*)$')
LOUD = ('WARNING', 'ERROR', 'CRITICAL')
VERDICT = re.compile(r'\.tests\.\S+: (FAIL|ERROR): |^odoo\.tests\.result: |^odoo\.modules\.loading: '
                     r'(At least one test failed when loading the modules|Module \S+: \d+ failures, \d+ errors of)')
ALLOWLIST = pathlib.Path(__file__).with_name('log_allowlist.txt')


@dataclasses.dataclass
class Record:
    """One record with the lines that belong to it (tracebacks)."""
    level: str
    logger: str
    message: str
    more: list

    def head(self):
        return f'{self.level} {self.logger}: {self.message}'

    def text(self):
        return '\n'.join([self.head(), *self.more])


def records(text):
    """The records of a log, in order; lines before the first are dropped."""
    found = []
    for line in text.splitlines():
        head = HEAD.match(line)
        if head:
            found.append(Record(head[3], head[5], head[6], []))
        elif found:
            found[-1].more.append(line)
    return found


def allowed(path=ALLOWLIST):
    """Patterns of the list of explained lines. Raises ValueError where one stands without its reason."""
    patterns, reason = [], False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith('#'):
            reason = True
        elif not line.strip():
            reason = False
        elif not reason:
            raise ValueError(f'{path.name}:{number}: a pattern without a reason above it')
        else:
            patterns.append(re.compile(line))
    return patterns


def is_explained(text, patterns):
    """Whether a line of such a list fits."""
    return any(pattern.search(text) for pattern in patterns)


def unexplained(found, patterns):
    """Loud records that no pattern explains. Verdicts of the test runner are counted elsewhere."""
    return [record for record in found if record.level in LOUD and not is_verdict(record)
            and not is_explained(record.head(), patterns)]


def is_verdict(record):
    """True for what the runner says about a test, a module's tests or all of them."""
    return bool(VERDICT.search(f'{record.logger}: {record.message}'))


def follow(log, process):
    """Prints loud lines of a growing log until the process ends."""
    with log.open(errors='replace') as handle:
        while process.poll() is None:
            line = handle.readline()
            if not line:
                time.sleep(0.5)
                continue
            head = HEAD.match(line)
            if head and head[3] in LOUD:
                say(line.rstrip())
