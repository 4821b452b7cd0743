"""What the terminal shows: steps with their time, and stops that name their remedy."""
import contextlib
import enum
import sys
import threading
import time

from deploy.report import duration

_lock = threading.Lock()


class Exit(enum.IntEnum):
    """Exit codes of ``python3 -m dev``; ``make`` turns every one but 0 into its own 2 and prints the number."""
    OK = 0
    TESTS_FAILED = 1
    USAGE = 2
    NO_ODOO = 3
    WRONG_SERIES = 4
    BROKEN_TREE = 5
    NO_PYTHON = 6
    NO_PACKAGES = 7
    NO_POSTGRES = 8
    POSTGRES_FAILED = 9
    PORT_BUSY = 10
    IN_USE = 11
    ODOO_FAILED = 12
    TIME_LIMIT = 13
    NO_CACHE = 14
    INTERRUPTED = 130


class Stop(Exception):
    """Ends the command: ``code`` for the shell, one line of what is missing, one of what helps."""

    def __init__(self, code, what, remedy=''):
        super().__init__(what)
        self.code = code
        self.what = what
        self.remedy = remedy

    def line(self):
        return f'{self.what} Remedy: {self.remedy}' if self.remedy else self.what


def say(text=''):
    """Prints one line (or block) at once, whole, whichever thread says it."""
    with _lock:
        sys.stdout.write(f'{text}\n')
        sys.stdout.flush()


@contextlib.contextmanager
def step(title):
    """Says what begins and, once done, how long it took. Failures pass through, after a line with the time."""
    say(f'-- {title} ...')
    begin = time.monotonic()
    try:
        yield
    except BaseException:
        say(f'!! {title}: stopped after {duration(time.monotonic() - begin)}')
        raise
    say(f'-- {title}: done in {duration(time.monotonic() - begin)}')


def table(head, rows):
    """A plain text table, columns as wide as their longest cell."""
    lines = [tuple(map(str, row)) for row in [head, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    drawn = ['  '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return '\n'.join([drawn[0], '  '.join('-' * width for width in widths), *drawn[1:]])
