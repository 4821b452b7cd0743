"""What the administrator sees: exit codes, errors that name the next command, lines, tables and secrets masked."""
import enum
import sys
import threading

_lock = threading.Lock()
_secrets = set()


class Exit(enum.IntEnum):
    """Exit codes of ``python3 -m deploy``."""
    DONE = 0
    REFUSED = 1   # nothing was touched
    RESTORED = 2  # it failed, and the old state is back, proven
    PERSON = 3    # a person must act; the last line says the exact next command


class Stop(Exception):
    """Ends the command: ``what`` happened and the ``remedy``, a sentence or an exact command."""
    code = Exit.REFUSED

    def __init__(self, what, remedy=''):
        super().__init__(what)
        self.what, self.remedy = what, remedy

    def line(self):
        return f'{self.what}\n  next: {self.remedy}' if self.remedy else self.what


class Refused(Stop):
    """Nothing was touched."""


class Failed(Stop):
    """A step of a deployment failed; the way back begins. Outside a deployment: nothing was changed."""
    code = Exit.RESTORED


class NeedsPerson(Stop):
    """The tool cannot decide or cannot go on; nothing is lost."""
    code = Exit.PERSON


def secret(value):
    """Remembers a password: no line, log or journal of this tool will show it. Returns it."""
    if value:
        _secrets.add(str(value))
    return value


def masked(text):
    """The text with every known secret replaced."""
    for value in _secrets:
        text = text.replace(value, '***')
    return text


def say(text='', end='\n'):
    """Prints one line or block at once, secrets masked."""
    with _lock:
        sys.stdout.write(masked(f'{text}') + end)
        sys.stdout.flush()


def duration(seconds):
    """Human time: 0.4 s, 12 s, 3 min 05 s."""
    if seconds < 10:
        return f'{seconds:.1f} s'
    if seconds < 60:
        return f'{seconds:.0f} s'
    return f'{int(seconds) // 60} min {int(seconds) % 60:02d} s'


def size(count):
    """Human size of bytes: 512 B, 1.5 MB, 3.0 GB."""
    for unit in ('B', 'kB', 'MB', 'GB'):
        if abs(count) < 1000:
            return f'{count:.0f} {unit}' if unit == 'B' else f'{count:.1f} {unit}'
        count /= 1000
    return f'{count:.1f} TB'


def table(head, rows, style='text'):
    """Rows as an aligned text table, or as Markdown (``style='markdown'``)."""
    lines = [tuple(masked(str(cell)) for cell in row) for row in [head, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    edge, gap = ('| ', ' | ') if style == 'markdown' else ('', '  ')
    drawn = [(edge + gap.join(cell.ljust(width) for cell, width in zip(line, widths)) + edge[::-1]).rstrip()
             for line in lines]
    rule = (edge + gap.join('-' * width for width in widths) + edge[::-1]).rstrip()
    return '\n'.join([drawn[0], rule, *drawn[1:]])
