"""Progress of long work: a bar with the remaining time on a terminal, plain lines now and then elsewhere."""
import contextlib
import sys
import time

from deploy.report import duration, say

WIDTH = 30
EVERY = 10  # seconds between plain lines


class Progress:
    """``advance`` may be called from several threads; the total may be 0 when it is not known."""

    def __init__(self, label, total):
        self.label, self.total, self.done = label, total, 0
        self.begin = self.shown = time.monotonic()
        self.terminal = sys.stdout.isatty()

    def advance(self, amount=1):
        self.done += amount
        now = time.monotonic()
        if now - self.shown >= (0.2 if self.terminal else EVERY):
            self.shown = now
            say(f'\r{self._text(now)}\x1b[K' if self.terminal else f'   {self._text(now)}',
                end='' if self.terminal else '\n')

    def _text(self, now):
        if not self.total:
            return f'{self.label}: {duration(now - self.begin)}'
        part = min(self.done / self.total, 1)
        left = (now - self.begin) * (1 - part) / part if part else 0
        full = round(WIDTH * part)
        return f'{self.label} [{"#" * full}{"." * (WIDTH - full)}] {part:4.0%}, {duration(left)} left'

    def end(self):
        if self.terminal and self.shown != self.begin:
            say('\r\x1b[K', end='')


@contextlib.contextmanager
def progress(label, total=0):
    """A Progress while the block lasts."""
    one = Progress(label, total)
    try:
        yield one
    finally:
        one.end()
