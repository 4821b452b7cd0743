"""One difference between two states of a database or a filestore, and how a person reads it."""
import dataclasses
import re

SHOWN = 3        # examples in a line
LONGEST = 60     # characters of a value in a line
SECRET = re.compile(r'passw|secret|token|smtp_pass|private|api_?key|(^|_)key$', re.I)
SECRET_TABLES = ('ir_config_parameter.value', 'res_users_apikeys.index')


@dataclasses.dataclass(frozen=True)
class Difference:
    """``before`` and ``after`` belong to ``ids`` one by one (at most 20 of ``count`` rows), or are single values."""
    table: str
    column: str = ''
    ids: tuple = ()
    before: object = None
    after: object = None
    text: str = ''
    count: int = 1
    kind: str = ''       # of rows: new, lost or doubled
    columns: tuple = ()  # one of these, where the pictures do not say which

    @property
    def subject(self):
        return f'{self.table}.{self.column}' if self.column else self.table

    def names(self):
        """By what it can be declared: table, table.column, table:new and the like."""
        return {self.table, self.subject, f'{self.table}:{self.kind}', *(f'{self.table}.{one}' for one in self.columns)}

    def as_json(self):
        return dataclasses.asdict(self)


def of_change(table, name, change):
    """The Difference of a :class:`deploy.compare_rows.Change`: of a column, or of rows that came or went."""
    rows = f'{change.count} row{"s" if change.count != 1 else ""}'
    if name.startswith('row '):
        kind = name.partition(' ')[2]
        shown = [f'id {number}{_called(label)}' if label or isinstance(number, int) else str(number)
                 for number, label in zip(change.ids, change.labels)]
        before, after = ([_masked_row(table, row) for row in side] for side in (change.before, change.after))
        return Difference(table, '', tuple(change.ids), tuple(before), tuple(after),
                          f'{table}: {rows} {kind}: {_list(shown, change.count)}', change.count, kind)
    before = [masked(table, name, value) for value in change.before]
    after = [masked(table, name, value) for value in change.after]
    shown = [f'id {number}{_called(label)}: {one} → {other}' for number, label, (one, other)
             in zip(change.ids, change.labels, map(_apart, before, after))]
    return Difference(table, name, tuple(change.ids), tuple(before), tuple(after),
                      f'{table}.{name}: {rows} changed: {_list(shown, change.count)}', change.count)


def masked(table, column, value):
    """The value, or *** where a password or key may stand."""
    hidden = SECRET.search(column) or f'{table}.{column}' in SECRET_TABLES
    return '***' if hidden and value is not None else value


def _masked_row(table, row):
    return {name: masked(table, name, value) for name, value in row.items()} if isinstance(row, dict) else row


def _called(label):
    return f' ({label[:LONGEST]})' if label else ''


def _list(shown, count):
    more = f'; and {count - SHOWN} more' if count > SHOWN else ''
    return '; '.join(shown[:SHOWN]) + more


def _apart(before, after):
    """Two values as text, cut to where they differ."""
    if before is None or after is None:
        return tuple('(empty)' if value is None else _quoted(value[:LONGEST]) for value in (before, after))
    same = next((i for i, (a, b) in enumerate(zip(before, after)) if a != b), min(len(before), len(after)))
    begin = max(0, same - LONGEST // 3) if max(len(before), len(after)) > LONGEST else 0
    return tuple(_quoted(('…' if begin else '') + value[begin:begin + LONGEST]) for value in (before, after))


def _quoted(value):
    return value if value and value == value.strip() and '\n' not in value else repr(value)
