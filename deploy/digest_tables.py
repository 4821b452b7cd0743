"""The digest of one table or of a range of its pages: the SQL that makes it, and what comes out."""
import dataclasses
import re

from psycopg2 import sql

from deploy.digest_accounting import BOOKS, Book
from deploy.may_change import Rule

SEED = 1  # not 0: with it a number 0.0 and a NULL have the same hash
PIECE = 8192  # pages of a table that one session reads at a time: 64 MB
WRAP = 1 << 128
# Types that PostgreSQL hashes by value; of all others the text is hashed. jsonb too: its own hash misses swapped parts.
HASHED = {'integer', 'bigint', 'smallint', 'boolean', 'text', 'character varying', 'numeric', 'double precision',
          'real', 'date', 'timestamp without time zone', 'timestamp with time zone', 'uuid', 'bytea', 'oid'}
OWNERS = sql.SQL('LEFT JOIN (SELECT DISTINCT ON (res_id) res_id, module FROM public.ir_model_data WHERE model = {} '
                 'ORDER BY res_id, id) o ON o.res_id = t.{}')


@dataclasses.dataclass(frozen=True)
class Table:
    """A table as the catalog has it.

    ``columns``: name -> type. ``only``: the columns to look at, all by default. ``last``: the largest id of before;
    rows beyond it are new.
    """
    schema: str
    name: str
    columns: dict
    required: tuple = ()
    weight: int = 0  # pages with TOAST
    pages: int = 0   # pages of the table alone
    rule: Rule = Rule('')
    only: dict = None
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

    def digested(self):
        """Columns that no upgrade may change: name -> type."""
        return {name: kind for name, kind in self.columns.items()
                if name not in self.rule.columns and (self.only is None or self.only.get(name) == kind)}

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


def parts(table):
    """The columns as they are digested: the protected ones and the rest apart, each with the id that binds them."""
    columns = table.digested()
    names = sorted(columns, key=lambda name: (name != 'id', name))
    guarded = [name for name in names if name in table.book.protected]
    if guarded and 'id' in columns:
        rest = [name for name in names if name not in (*guarded, 'id')]
        divided = [['id', *guarded], ['id', *rest]]
    else:
        divided = [names]
    return [{name: columns[name] for name in one} for one in divided]


def statement(table, method, opened, owners, pages=None):
    """SQL that yields one row for each group of rows: its key, rows, largest id, two sums for each part, the sums.

    :param opened: ids of entries that were not posted when the first picture was taken
    :param owners: whether the database knows who owns a row
    :param pages: (first, last) pages to read, the last one open; the whole table by default
    """
    hashes = [row_hash(one, method) for one in parts(table)]
    keys = [_status(table, opened), *(sql.SQL('t.{}').format(sql.Identifier(name)) for name in table.by())]
    join = sql.SQL('')
    if table.rule.owner and owners:
        owner, join = _owner(*table.rule.owner)
        keys.append(owner)
    sums = [sql.SQL('t.{}::numeric').format(sql.Identifier(name)) for name in table.sums()]
    inner = sql.SQL(', ').join([
        *(sql.SQL('{} AS k{}').format(key, sql.SQL(str(number))) for number, key in enumerate(keys)),
        *(sql.SQL('{} AS h{}').format(one, sql.SQL(str(number))) for number, one in enumerate(hashes)),
        *(sql.SQL('{} AS s{}').format(one, sql.SQL(str(number))) for number, one in enumerate(sums)),
        sql.SQL('t.id' if 'id' in table.columns else 'NULL::int AS id')])
    outer = [*(f'k{number}' for number in range(len(keys))), 'count(*)', 'max(id)',
             *(f'sum(h{number}), sum(hashint8extended(h{number}, {SEED}))' for number in range(len(hashes))),
             *(f'coalesce(sum(s{number}), 0)' for number in range(len(sums)))]
    return sql.SQL('SELECT {} FROM (SELECT {} FROM {} t {} WHERE {} OFFSET 0) x GROUP BY {}').format(
        sql.SQL(', '.join(outer)), inner, table.named, join, _condition(table, pages),
        sql.SQL(', '.join(f'k{number}' for number in range(len(keys)))))


def _status(table, opened):
    """new: not in the picture of before; open: its entry was not posted then; old: all others."""
    cases = []
    if table.last is not None and 'id' in table.columns:
        cases.append(sql.SQL("WHEN t.id > {} THEN 'new'").format(sql.Literal(table.last)))
    if table.book.entry and opened:
        cases.append(sql.SQL("WHEN t.{} IN (SELECT unnest({}::bigint[])) THEN 'open'").format(
            sql.Identifier(table.book.entry), sql.Literal(list(opened))))
    return sql.SQL("CASE {} ELSE 'old' END").format(sql.SQL(' ').join(cases)) if cases else sql.SQL("'old'::text")


def unchanged_since(table, opened):
    """SQL: the row was there before, and its entry was posted."""
    return sql.SQL("{} = 'old'").format(_status(table, opened))


def _owner(column, model):
    """(expression, join) for the module that a row belongs to."""
    if model == 'module':
        return sql.SQL('t.{}').format(sql.Identifier(column)), sql.SQL('')
    return sql.SQL("coalesce(o.module, '')"), OWNERS.format(sql.Literal(model), sql.Identifier(column))


def _condition(table, pages):
    found = [sql.SQL('({}) IS NOT TRUE').format(sql.SQL(table.rule.rows))] if table.rule.rows else []
    if pages:
        found.append(sql.SQL('t.ctid >= {}::tid').format(sql.Literal(f'({pages[0]},0)')))
        if pages[1]:
            found.append(sql.SQL('t.ctid < {}::tid').format(sql.Literal(f'({pages[1]},0)')))
    return sql.SQL(' AND ').join(found) if found else sql.SQL('true')


class Group:
    """What is known of a set of rows: how many, a digest for each part, sums. Adding does not depend on the order."""

    def __init__(self, rows=0, last=None, hashes=(), sums=()):
        self.rows, self.last = int(rows), last
        self.hashes, self.sums = [int(value) for value in hashes], list(sums)

    def add(self, other):
        self.rows += other.rows
        self.last = max(self.last or 0, other.last or 0)
        self.hashes = [(a + b) % WRAP for a, b in _pairs(self.hashes, other.hashes)]
        self.sums = [a + b for a, b in _pairs(self.sums, other.sums)]

    def digest(self):
        """One word for each part: the sum of the hashes, and the sum of the hashes hashed again."""
        return [f'{a % WRAP:x}.{b % WRAP:x}' for a, b in zip(self.hashes[::2], self.hashes[1::2])]


def _pairs(mine, others):
    return zip(mine or [0] * len(others), others)
