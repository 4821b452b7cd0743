"""The rows of the bench: what is divided by what, and the goals."""
import dataclasses
import datetime
import json

HEAD = ('measure', 'seconds', 'yardstick', 'seconds', 'ratio', 'goal', 'stretch', '')
WINDOW = ('stop', 'close', 'point', 'switch', 'upgrade', 'compare', 'start')


@dataclasses.dataclass
class Row:
    """One figure: ``value`` over ``yardstick``, both in ``unit``; without a yardstick the value itself is judged."""
    measure: str
    value: float
    goal: float
    yardstick: str = ''
    against: float = 0
    stretch: float = None
    unit: str = 's'

    @property
    def ratio(self):
        return self.value / self.against if self.against else self.value

    @property
    def good(self):
        return self.ratio <= self.goal

    def cells(self):
        mark = 'missed' if not self.good else 'stretch' if self.stretch and self.ratio <= self.stretch else 'reached'
        return (self.measure, f'{self.value:.2f}', self.yardstick, f'{self.against:.2f}' if self.against else '',
                f'{self.ratio:.2f}' if self.against else '', f'<= {self.goal} {"" if self.against else self.unit}',
                f'{self.stretch}' if self.stretch else '', mark)

    def facts(self):
        return {**dataclasses.asdict(self), 'ratio': round(self.ratio, 3), 'good': self.good}


def rows(found):
    """The figures of issue and README out of what was measured."""
    guide = sum(found[name] for name in ('step_stop', 'dump', 'gzip', 'tar', 'upgrade', 'service_start'))
    extra = found['window'] - found['upgrade'] - found['step_start']
    megabyte = 1e6
    return [
        Row('rollback point, database and files', found['point'], 0.5, 'pg_dump -Fc', found['dump'], 0.25),
        Row('closed window', found['window'], 0.5, 'the same by hand: dump, gzip, tar, -u, start', guide, 0.4),
        Row('closed window less -u and start', max(extra, 0), 0.6, 'pg_dump -Fc', found['dump']),
        Row('back to the old state, without stop and start', found['moved'], 0.2),
        Row('back from the dump', found['from_dump'], 1.1, 'pg_restore -j2', found['restore']),
        Row('users blocked by the rehearsal', max(found['blocked'] - found['blocked_in_peace'], 0), 1.5,
            'one FILE_COPY', found['file_copy']),
        Row('digest, two workers', found['digest'], 1.0, 'the same statements by psql', found['psql_digest']),
        Row('filestore check', found['files'], 1.3, 'sha1sum', found['sha1sum']),
        Row('code check before the service stops', found['code_check'], 2.0),
        Row('disk needed beside the database, MB', found['disk'] / megabyte, 1.1, 'database',
            found['database_bytes'] / megabyte, unit='MB'),
    ]


def of_journal(folder, event):
    """Times of the last journal that holds an event: seconds of each step, of the closed window and of the moves."""
    path = next(path for path in sorted(folder.glob('*/journal.jsonl'), reverse=True)
                if f'"event": "{event}"' in path.read_text())
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    found = {f'step_{entry["step"]}': entry['seconds'] for entry in entries if entry['event'] == 'end'}
    last = next(entry for entry in reversed(entries) if entry['event'] == event)
    if event == 'back-end':
        return {'moved': last['moved']}
    begin, end = (next(entry['time'] for entry in entries if entry['event'] == what and entry.get('step') == name)
                  for what, name in (('begin', 'stop'), ('end', 'start')))
    window = datetime.datetime.fromisoformat(end) - datetime.datetime.fromisoformat(begin)
    return {**found, 'window': window.total_seconds()}
