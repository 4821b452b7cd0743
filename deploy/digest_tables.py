"""The digest of one table or of a range of its pages: the SQL that makes it, and what comes out."""
import dataclasses
import re

from psycopg2 import sql

from deploy.digest_accounting import BOOKS, Book
from deploy.may_change import STAMPS, Rule

SEED = 1  # not 0: with it a number 0.0 and a NULL have the same hash
PIECE = 8192  # pages of a table that one session reads at a time: 64 MB
WRAP = 1 << 128
# Types that PostgreSQL hashes by value; of all others the text is hashed. jsonb too: its own hash misses swapped parts.
HASHED = {'integer', 'bigint', 'smallint', 'boolean', 'text', 'character varying', 'numeric', 'double precision',
          'real', 'date', 'timestamp without time zone', 'timestamp with time zone', 'uuid', 'bytea', 'oid'}
RECORDS = sql.SQL('LEFT JOIN (SELECT DISTINCT ON (res_id) res_id, module FROM public.ir_model_data WHERE model = {} '
                  'ORDER BY res_id, id) o ON o.res_id = t.{}')
MODULES = sql.SQL('LEFT JOIN (SELECT id, name AS module FROM public.ir_module_module) o ON o.id = t.{}')
OLD, OPEN, NEW, FREE = 'old', 'open', 'new', 'free'  # the status of a row, see conditions


@dataclasses.dataclass(frozen=True)
class Table:
    """A table as the catalog has it.

    ``columns``: name -> type. ``only``: the columns to look at, all by default. ``own``: columns of the modules that
    are about to be upgraded. ``last``: the largest id of before; rows beyond it are new.
    """
    schema: str
    name: str
    columns: dict
    required: tuple = ()
    weight: int = 0  # pages with TOAST
    pages: int = 0   # pages of the table alone
    rule: Rule = Rule('')
    only: dict = None
    own: tuple = ()
    last: int = None

    @property
    def key(self):
        """The name as people know it: the schema only where it is not public."""
        return self.name if self.schema == 'public' else f'{self.schema}.{self.name}'

    def __str__(self):
        return f'The table {self.key}'

    @property
    def book(self):
        return BOOKS.get(self.key, Book())

    @property
    def named(self):
        return sql.Identifier(self.schema, self.name)

    def parts(self):
        """What is digested apart: {part: {column: type}}, each with the id, which binds them.

        ``protected``: what ordinary work never changes; ``free``: what an upgrade may change; ``rest``. ``own
        protected`` and ``own rest``: of the modules to be upgraded, as a release may do away with some.
        """
        columns = {name: kind for name, kind in sorted(self.columns.items())
                   if self.only is None or self.only.get(name) == kind}
        if 'id' not in columns:
            return {'rest': columns} if columns else {}
        found = {'rest': {'id': columns.pop('id')}}
        for name, kind in columns.items():
            part = ('protected' if name in self.book.protected else
                    'free' if name in (*STAMPS, *self.rule.columns) else 'rest')
            part = f'own {part}' if name in self.own and part != 'free' else part
            found.setdefault(part, {'id': found['rest']['id']})[name] = kind
        return found

    def by(self):
        return [name for name in self.book.by if name in self.columns]

    def sums(self):
        return [name for name in self.book.sums if name in self.columns]


def base_type(kind):
    """``numeric(16,2)`` -> ``numeric``."""
    return re.sub(r'\(.*?\)', '', kind).strip()


def expression(name, kind, method):
    """The column as it goes into the hash."""
    column = sql.SQL('t.{}').format(sql.Identifier(name))
    if method == 'text':
        return sql.SQL('md5({})').format(column) if base_type(kind) == 'bytea' else column
    return column if base_type(kind) in HASHED else sql.SQL('{}::text').format(column)


def row_hash(columns, method):
    """SQL for the 64-bit hash of a row over ``columns`` (name -> type).

    :param method: ``record`` from PostgreSQL 14 on, ``text`` everywhere
    """
    listed = sql.SQL(', ').join(expression(name, kind, method) for name, kind in columns.items())
    shape = 'hash_record_extended(ROW({}), {})' if method == 'record' else 'hashtextextended(ROW({})::text, {})'
    return sql.SQL(shape).format(listed, sql.Literal(SEED))


def statement(table, method, opened=(), pages=None):
    """SQL that yields a row for each group of rows: key, count, largest id, two sums for each part, the sums.

    The key, as text, is the status of the rows, where a table has others than old ones; the values of ``by``; the
    owner.

    :param opened: ids of the entries that were not posted before
    :param pages: (first, one beyond the last) pages to read, the latter None for all; the whole table by default
    """
    owner, join = _owner(*table.rule.owner) if table.rule.owner else (None, sql.SQL(''))
    values = {
        'k': [*_status(table, opened), *map(_column, table.by()), *([owner] if owner else [])],
        'h': [row_hash(columns, method) for columns in table.parts().values()],
        's': [sql.SQL('{}::numeric').format(_column(name)) for name in table.sums()],
        'last': [_column('id') if 'id' in table.columns else sql.SQL('NULL::int')]}
    inner = [sql.SQL('{} AS {}').format(value, sql.SQL(f'{kind}{number}'))
             for kind, some in values.items() for number, value in enumerate(some)]
    names = {kind: [f'{kind}{number}' for number in range(len(some))] for kind, some in values.items()}
    outer = [_array('text', (f'{name}::text' for name in names['k'])), 'count(*)', 'max(last0)::bigint',
             _array('numeric', (f'sum({name}), sum(hashint8extended({name}, {SEED}))' for name in names['h'])),
             _array('numeric', (f'coalesce(sum({name}), 0)' for name in names['s']))]
    return sql.SQL('SELECT {} FROM (SELECT {} FROM ONLY {} t {} WHERE {} OFFSET 0) x{}').format(
        sql.SQL(', '.join(outer)), sql.SQL(', ').join(inner), table.named, join, _within(pages),
        sql.SQL(f' GROUP BY {", ".join(names["k"])}' if names['k'] else ''))


def _array(kind, values):
    return f'ARRAY[{", ".join(values)}]::{kind}[]'


def _column(name):
    return sql.SQL('t.{}').format(sql.Identifier(name))


def conditions(table, opened=()):
    """{status: SQL}, in the order in which they are asked. free: an upgrade may change the row, wherever it comes from;
    new: not there before; open: of an entry that was not posted before. All other rows are old.
    """
    found = {FREE: sql.SQL(table.rule.rows)} if table.rule.rows else {}
    if table.last is not None and 'id' in table.columns:
        found[NEW] = sql.SQL('t.id > {}').format(sql.Literal(table.last))
    if opened and table.book.entry in table.columns:
        found[OPEN] = sql.SQL('{} IN (SELECT unnest({}::int[]))').format(
            _column(table.book.entry), sql.Literal(list(opened)))
    return found


def old_rows(table, opened=()):
    """SQL for the old rows; None where there are no others."""
    found = [sql.SQL('({}) IS NOT TRUE').format(one) for one in conditions(table, opened).values()]
    return sql.SQL(' AND ').join(found) if found else None


def _status(table, opened):
    found = [sql.SQL('WHEN {} THEN {}').format(one, sql.Literal(name))
             for name, one in conditions(table, opened).items()]
    return [sql.SQL('CASE {} ELSE {} END').format(sql.SQL(' ').join(found), sql.Literal(OLD))] if found else []


def _owner(column, model):
    """(expression, join) for the module that a row belongs to."""
    if model == 'module':
        return _column(column), sql.SQL('')
    join = MODULES if model == 'module id' else RECORDS
    names = [sql.Identifier(column)] if model == 'module id' else [sql.Literal(model), sql.Identifier(column)]
    return sql.SQL("coalesce(o.module, '')"), join.format(*names)


def _within(pages):
    if not pages:
        return sql.SQL('true')
    first = sql.SQL('t.ctid >= {}::tid').format(sql.Literal(f'({pages[0]},0)'))
    if pages[1] is None:
        return first
    return sql.SQL('{} AND t.ctid < {}::tid').format(first, sql.Literal(f'({pages[1]},0)'))


class Group:
    """What is known of a set of rows: how many, a digest for each part, sums. Adding does not depend on the order."""

    def __init__(self, rows=0, last=None, hashes=(), sums=()):
        self.rows, self.last = int(rows), last
        self.hashes, self.sums = [int(value) for value in hashes], list(sums)

    def add(self, other):
        """Adds another set."""
        self.rows += other.rows
        self.last = max(self.last or 0, other.last or 0)
        self.hashes = [(a + b) % WRAP for a, b in _pairs(self.hashes, other.hashes)]
        self.sums = [a + b for a, b in _pairs(self.sums, other.sums)]

    def digest(self):
        """One word for each part: the sum of the hashes, and the sum of the hashes hashed again."""
        return [f'{a % WRAP:x}.{b % WRAP:x}' for a, b in zip(self.hashes[::2], self.hashes[1::2])]

    @classmethod
    def read(cls, entry):
        """A group as a picture holds it."""
        return cls(entry['rows'], hashes=[int(word, 16) for pair in entry['digest'] for word in pair.split('.')])


def _pairs(mine, others):
    return zip(mine or [0] * len(others), others)
