"""Odoo's log read as records, from any offset of the file, also after the file was rotated."""
import dataclasses
import os
import pathlib
import re

HEAD = re.compile(r'^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (\d+) '
                  r'(DEBUG|INFO|WARNING|ERROR|CRITICAL) (.+?) (\S+): (.*)$')  # a database's name may have spaces


@dataclasses.dataclass
class Record:
    """One record, with the lines that belong to it (a traceback)."""
    time: str
    pid: int
    level: str
    database: str
    logger: str
    message: str
    more: list = dataclasses.field(default_factory=list)

    def line(self):
        """One line: level, logger, message, and the last line of the traceback."""
        last = f' ({self.more[-1].strip()})' if self.more and self.more[-1].strip() else ''
        return f'{self.level} {self.logger}: {self.message}{last}'


def records(text):
    """The records of a log, in order; lines before the first are dropped."""
    found = []
    for line in text.splitlines():
        head = HEAD.match(line)
        if head:
            found.append(Record(head[1], int(head[2]), *head.groups()[2:]))
        elif found:
            found[-1].more.append(line)
    return found


def errors(found):
    """Records of level ERROR and CRITICAL."""
    return [record for record in found if record.level in ('ERROR', 'CRITICAL')]


@dataclasses.dataclass(frozen=True)
class Mark:
    """A place in a log file: what is written after it is news, whether or not the file is rotated meanwhile."""
    path: str
    inode: int = 0
    offset: int = 0

    @classmethod
    def at_end(cls, path):
        """Where the log ends now; also for a file that does not exist yet."""
        try:
            state = os.stat(path)
        except OSError:
            return cls(str(path))
        return cls(str(path), state.st_ino, state.st_size)

    def news(self):
        """Text written since. The rest of a rotated file (same name with an ending, uncompressed) comes first."""
        path = pathlib.Path(self.path)
        parts = []
        candidates = sorted(path.parent.glob(f'{path.name}?*'), key=lambda one: one.stat().st_mtime)
        current = _inode(path)
        if self.inode and current != self.inode:
            for place, old in enumerate(candidates):
                if _inode(old) == self.inode:
                    parts += [_read(old, self.offset), *(_read(one, 0) for one in candidates[place + 1:])]
            parts.append(_read(path, 0))
        else:
            parts.append(_read(path, self.offset if self.inode else 0))
        return ''.join(parts)


def _inode(path):
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def _read(path, offset):
    try:
        with open(path, 'rb') as handle:
            size = os.fstat(handle.fileno()).st_size
            handle.seek(offset if offset <= size else 0)  # copytruncate: the file begins anew
            return handle.read().decode(errors='replace')
    except OSError:
        return ''
