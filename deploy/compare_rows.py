"""Which rows and columns of a table differ between two databases, in constant memory."""
import dataclasses
import heapq
import itertools

from psycopg2 import sql

from deploy.digest_tables import SEED, old_rows, row_hash
from deploy.postgres import rows

BUCKET = 4096    # ids that are compared by one sum first
AT_ONCE = 200    # rows whose columns are read at a time
EXAMPLES = 20    # of each kind of difference
LABELS = ('move_name', 'voucher_number', 'name', 'login', 'key', 'code')  # what a person knows a row by


@dataclasses.dataclass
class Change:
    """Rows that differ alike: how many, and the first of them."""
    count: int = 0
    ids: list = dataclasses.field(default_factory=list)
    before: list = dataclasses.field(default_factory=list)
    after: list = dataclasses.field(default_factory=list)
    labels: list = dataclasses.field(default_factory=list)

    def add(self, number, before=None, after=None, label=''):
        self.count += 1
        if len(self.ids) < EXAMPLES:
            self.ids.append(number)
            self.before.append(before)
            self.after.append(after)
            self.labels.append(label)


@dataclasses.dataclass
class Side:
    """One table in one database: what of it is compared."""
    session: object
    table: object
    columns: dict
    method: str
    owned: tuple = ()       # ids or names of what belongs to upgraded modules
    opened: tuple = ()      # growth only: entries that were open before

    def condition(self):
        """SQL for the rows that are compared."""
        rule, found = self.table.rule, old_rows(self.table, self.opened)
        parts = [found] if found else []
        if rule.owner and self.owned:
            parts.append(sql.SQL('t.{}::text NOT IN (SELECT unnest({}::text[]))').format(
                sql.Identifier(rule.owner[0]), sql.Literal(list(self.owned))))
        return sql.SQL(' AND ').join(parts) if parts else sql.SQL('true')

    def owner(self):
        """SQL for what tells whom a row without an id belongs to."""
        return sql.SQL('t.{}::text').format(sql.Identifier(self.table.rule.owner[0])) if self.table.rule.owner else (
            sql.SQL('NULL'))

    def stream(self, query, **values):
        """Rows of a statement as the server hands them out."""
        with self.session.cursor(name=f'rows_{id(self)}') as cursor:
            cursor.itersize = 2000
            cursor.execute(query.format(hash=row_hash(self.columns, self.method), table=self.table.named,
                                        where=self.condition(), owner=self.owner(), seed=sql.Literal(SEED),
                                        **{name: sql.Literal(value) for name, value in values.items()}))
            yield from cursor

    def read(self, numbers):
        """id -> {column: text} of some rows."""
        listed = sql.SQL(', ').join(sql.SQL('t.{}::text').format(sql.Identifier(name)) for name in self.columns)
        query = sql.SQL('SELECT t.id, {} FROM ONLY {} t WHERE t.id = ANY({}) AND {}').format(
            listed, self.table.named, sql.Literal(list(numbers)), self.condition())
        return {row[0]: dict(zip(self.columns, row[1:])) for row in rows(self.session, query)}


BUCKETS = sql.SQL('SELECT t.id / {size}, count(*), sum(h), sum(hashint8extended(h, {seed})) FROM '
                  '(SELECT t.id, {hash} AS h FROM ONLY {table} t WHERE {where} OFFSET 0) t GROUP BY 1 ORDER BY 1')
HASHES = sql.SQL('SELECT t.id, {hash} FROM ONLY {table} t WHERE t.id >= {first} AND t.id < {end} AND {where} '
                 'ORDER BY 1, 2')
WHOLE = sql.SQL('SELECT {hash}, t::text, {owner} FROM ONLY {table} t WHERE {where} ORDER BY 1')


def differences(before, after, may_come):
    """{kind or column: Change} of two sides: ``row lost``, ``row new``, ``row doubled`` and columns by their names.

    :param may_come: a function from a new row's id, or from what tells its owner, as text, to whether it is allowed
    """
    if 'id' not in before.columns:
        return _without_id(before, after, may_come)
    found, changed = {}, []
    for number, kind in _numbers(before, after):
        if kind == 'changed':
            changed.append(number)
        elif kind != 'row new' or not may_come(str(number)):
            found.setdefault(kind, Change()).add(number)
        if len(changed) == AT_ONCE:
            _columns(before, after, changed, found)
            changed = []
    _columns(before, after, changed, found)
    _describe(before, found.get('row lost'), 'before')
    _describe(after, found.get('row new'), 'after')
    return found


def _numbers(before, after):
    """(id, kind) of the rows that differ."""
    ranges = [bucket for bucket, old, new in merged(*(side.stream(BUCKETS, size=BUCKET) for side in (before, after)))
              if old != new]
    for begin, end in _joined(ranges):
        sides = [side.stream(HASHES, first=begin * BUCKET, end=end * BUCKET) for side in (before, after)]
        for number, old, new in merged(*sides):
            if old != new:
                yield number, _kind(old, new)


def _kind(old, new):
    if not old or not new:
        return 'row new' if new else 'row lost'
    return 'changed' if len(old) == len(new) == 1 else 'row doubled' if len(new) > len(old) else 'row lost'


def merged(before, after):
    """(key, its rows before, its rows after) of two streams that are ordered by their first value."""
    tagged = heapq.merge(((row[0], 0, row[1:]) for row in before), ((row[0], 1, row[1:]) for row in after),
                         key=lambda item: item[0])
    for key, items in itertools.groupby(tagged, key=lambda item: item[0]):
        sides = ([], [])
        for _key, side, rest in items:
            sides[side].append(rest)
        yield key, *sides


def _joined(buckets):
    """Neighbouring buckets as ranges (first, one beyond the last)."""
    begin = end = None
    for bucket in buckets:
        if bucket != end:
            if begin is not None:
                yield begin, end
            begin = bucket
        end = bucket + 1
    if begin is not None:
        yield begin, end


def _columns(before, after, numbers, found):
    """Adds what differs in the columns of some rows."""
    if not numbers:
        return
    old, new = before.read(numbers), after.read(numbers)
    for number in numbers:
        for name, value in old[number].items():
            if value != new[number][name]:
                found.setdefault(name, Change()).add(number, value, new[number][name], _label(new[number]))


def _describe(side, change, attribute):
    """Reads the examples of rows that only one side has."""
    if change:
        read = side.read(change.ids)
        change.labels = [_label(read.get(number, {})) for number in change.ids]
        setattr(change, attribute, [read.get(number) for number in change.ids])


def _label(row):
    return next((row[name] for name in LABELS if row.get(name)), '')


def _without_id(before, after, may_come):
    """A table of pairs: whole rows are looked at, ordered by their hashes."""
    found = {}
    for _hash, old, new in merged(before.stream(WHOLE), after.stream(WHOLE)):
        for text, _owner in old[len(new):]:
            found.setdefault('row lost', Change()).add(text)
        for text, owner in new[len(old):]:
            if not may_come(owner):
                found.setdefault('row new', Change()).add(text)
    return found
