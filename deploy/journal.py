"""The journal of one deployment: one JSON object a line, appended and forced to disk, secrets masked."""
import contextlib
import datetime
import errno
import json
import os
import pathlib
import time
import zlib

from deploy.report import Refused, masked

NAME = 'journal.jsonl'
ROOM = 256 * 1024  # bytes
FULL = (errno.ENOSPC, errno.EDQUOT)
RESUME = 'python3 -m deploy deploy --resume'
ENDS = ('accepted', 'back-end', 'refused')  # after one of these there is nothing to resume


class Journal:
    """The folder of one deployment: its journal, logs and copy of the tool."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.path = self.folder / NAME

    @classmethod
    def create(cls, state_dir, **facts):
        """A new deployment. Its id is the time, to the second, in UTC, and a mark that other databases do not have."""
        state_dir = pathlib.Path(state_dir)
        mark = zlib.crc32(f'{state_dir} {facts.get("database")}'.encode()) & 0xffff
        moment = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%d_%H%M%S')
        folder = state_dir / f'{moment}_{mark:04x}'
        try:
            folder.mkdir(parents=True, mode=0o700)
        except FileExistsError:
            time.sleep(1)
            return cls.create(state_dir, **facts)
        except OSError as error:
            raise Refused(f'{folder} cannot be made: {error.strerror}.', 'check backup_dir and its rights') from None
        journal = cls(folder)
        journal.write('created', **facts)
        journal.keep_room()
        _sync_folder(state_dir)
        return journal

    @property
    def id(self):
        return self.folder.name

    def write(self, event, step='', **facts):
        """Appends one event and returns when it is on disk."""
        entry = {'time': now(), 'event': event, **({'step': step} if step else {}), **facts}
        line = masked(json.dumps(entry, ensure_ascii=False, default=str)) + '\n'
        try:
            self._append(line.encode())
        except OSError as error:
            if error.errno not in FULL or not self.room.exists():
                raise
            self.room.unlink()
            self._append(line.encode())
        _sync_folder(self.folder)
        return entry

    @property
    def room(self):
        """A file that is given up when the volume is full, so that the way back can still be written down."""
        return self.folder / 'room'

    def keep_room(self):
        with open(self.room, 'wb') as handle:
            handle.write(b'\0' * ROOM)
            os.fsync(handle.fileno())

    def _append(self, line):
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            text = self._mend(handle) + line
            if os.write(handle, text) < len(text):  # a full volume takes a part without an error
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        finally:
            os.close(handle)

    def _mend(self, _handle):
        """A line cut off by a loss of power is closed, so that the next one stands by itself."""
        with contextlib.suppress(OSError), open(self.path, 'rb') as reader:
            if reader.seek(0, os.SEEK_END):
                reader.seek(-1, os.SEEK_END)
                return b'' if reader.read(1) == b'\n' else b'\n'
        return b''

    def entries(self):
        """All events in order; a line that was cut off is left out."""
        found = []
        with contextlib.suppress(FileNotFoundError), open(self.path, encoding='utf-8', errors='replace') as handle:
            for line in handle:
                with contextlib.suppress(ValueError):
                    found.append(json.loads(line))
        return found

    def facts(self):
        """Everything that was noted with ``note``, later values over earlier ones, and what it was created with."""
        found = {}
        for entry in self.entries():
            if entry['event'] in ('created', 'note'):
                found.update({key: value for key, value in entry.items() if key not in ('time', 'event', 'step')})
        return found

    def note(self, **facts):
        self.write('note', **facts)

    @property
    def unfinished(self):
        """True when the deployment was broken off: on its way forth or back."""
        last = self.last('back-begin', *ENDS)
        return last is None or last['event'] == 'back-begin'

    def last(self, *events):
        """The last entry of one of these events, or None."""
        return next((entry for entry in reversed(self.entries()) if entry['event'] in events), None)


def all_journals(state_dir):
    """Deployments in a state folder, the oldest first."""
    return [Journal(path.parent) for path in sorted(pathlib.Path(state_dir).glob(f'*/{NAME}'))]


def journals_of(settings):
    """Deployments and rehearsals of the database of these settings, the oldest first."""
    return [one for one in all_journals(settings.state_dir) if one.facts().get('database') == settings.database]


def broken_off(settings):
    """The journal of the last deployment of this database, where it was broken off; None otherwise."""
    last = next(reversed(journals_of(settings)), None)
    return last if last and last.unfinished and last.facts().get('kind', 'deployment') == 'deployment' else None


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='milliseconds')


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
