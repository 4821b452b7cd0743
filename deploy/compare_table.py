"""What differs in the rows of each table of two pictures, and what of it an upgrade may change."""
import dataclasses
import functools

from deploy import compare_rows, digest
from deploy.compare_rows import Side
from deploy.difference import Difference, of_change
from deploy.digest_tables import FREE, NEW, OLD, Group
from deploy.may_change import CHANGE, COME, GO, NOTHING, STAMPS, Rule
from deploy.postgres import rows

RECORDS = 'SELECT DISTINCT res_id::text FROM public.ir_model_data WHERE model = %s AND module = ANY(%s)'
NUMBERS = 'SELECT id::text FROM public.ir_module_module WHERE name = ANY(%s)'
NONE = Group()


@dataclasses.dataclass
class Comparison:
    """Two pictures; ``pair``: the sessions of both databases, or None. The rest: see :func:`deploy.compare.compare`."""
    before: dict
    after: dict
    pair: list
    growth: bool
    strict: bool
    upgraded: frozenset

    def differences(self):
        """Differences of rows, table by table."""
        for key, old in self.before['tables'].items():
            new, rule = self.after['tables'].get(key), self._rule(old)
            if new is None or rule.whole or (self.growth and not self._parts(old)):
                continue
            yield from self._table(key, old, new, rule)

    def _rule(self, entry):
        """What may change: the picture holds the rule that it was taken with."""
        if self.strict:
            return NOTHING
        return Rule(**{name: tuple(value) if isinstance(value, list) else value
                       for name, value in entry['rule'].items()})

    def _table(self, key, old, new, rule):
        parts = self._parts(old)
        gone = [part for part in parts if self.before['method'] != self.after['method'] or
                old['parts'][part] != new['parts'].get(part)]
        if self.pair and gone:
            yield from self._rows(key, rule)
            return
        for part in gone:
            yield Difference(key, columns=tuple(old['parts'][part]) if part.startswith('own') else (), text=(
                f'{key}: columns are gone; whether {", ".join(old["parts"][part])} are as they were cannot be told '
                'without both databases'))
        left = [part for part in parts if part not in gone]
        wrong = self._wrong(old, new, rule, left)
        if self.pair and any(group[0] != FREE for group, *_sides in wrong):
            yield from self._rows(key, rule)
            wrong = [pair for pair in wrong if pair[0][0] == FREE]
        elif not self.pair:
            own = [part for part in left if part.startswith('own')]
            yield from self._own(key, old, own, self._wrong(old, new, rule, own))
            wrong = self._wrong(old, new, rule, [part for part in left if part not in own])
        for pair in wrong:
            yield self._sum(key, old, *pair)

    def _own(self, key, old, parts, wrong):
        """By the pictures alone: columns of the upgraded module differ, in as many rows as before."""
        if parts and any(one.rows == other.rows for _group, one, other in wrong):
            columns = tuple(name for part in parts for name in old['parts'][part] if name != 'id')
            yield Difference(key, columns=columns, text=f'{key}: other content in columns of the upgraded module: one '
                                                        f'or more of {", ".join(columns)}')

    def _wrong(self, old, new, rule, parts):
        """(key, Group before, Group after) of groups that differ as they must not."""
        mine, others = self._groups(old, parts), self._groups(new, parts)
        pairs = [(key, mine.get(key, NONE), others.get(key, NONE)) for key in sorted({**mine, **others}, key=str)]
        return [pair for pair in pairs if not self._may_differ(*pair, old, rule)]

    def _parts(self, entry):
        """Names of the parts that must be the same."""
        if self.growth:
            return [part for part in entry['parts'] if part.endswith('protected')]
        return [part for part in entry['parts'] if self.strict or part != 'free']

    def _groups(self, entry, wanted):
        """{key: Group} over some parts; the key begins with the status: old, new or free."""
        found = {}
        for one in entry['groups']:
            status, *rest = one['key']
            if self.growth and status != OLD:
                continue
            status = OLD if self.strict or status not in (NEW, FREE) else status
            group = Group.read(one)
            group.hashes = [value for part, pair in zip(entry['parts'], zip(group.hashes[::2], group.hashes[1::2]))
                            if part in wanted for value in pair]
            found.setdefault((status, *rest), Group()).add(group)
        return found

    def _may_differ(self, key, old, new, entry, rule):
        """True for groups that are equal, or that differ as the rule allows."""
        owned = entry['by'][-1] == 'owner' and key[-1] in self.upgraded
        if key[0] == FREE:
            return not rule.keep or old.rows <= new.rows
        if owned and CHANGE in rule.may:
            return GO in rule.may or old.rows <= new.rows
        come = rule.new or (owned and COME in rule.may)
        if key[0] == NEW:
            return come
        if (old.rows, old.digest()) == (new.rows, new.digest()):
            return True
        told_apart = self.after['like'] == self.before['taken'] and 'id' in entry['columns']
        return come and not told_apart and old.rows < new.rows

    def _sum(self, key, entry, group, old, new):
        """A difference as far as the pictures know it."""
        where = ', '.join(f'{name} {self._named(name, value)}' for name, value in zip(entry['by'][1:], group[1:]))
        what = f'{old.rows} rows → {new.rows} rows' if old.rows != new.rows else f'{old.rows} rows, other content'
        kind = '' if old.rows == new.rows else 'new' if old.rows < new.rows else 'lost'
        return Difference(key, before=old.rows, after=new.rows, kind=kind,
                          text=f'{key}{f" ({where})" if where else ""}: {what}')

    def _named(self, column, value):
        return self.before['names'].get(column, {}).get(str(value), value or 'none')

    def _rows(self, key, rule):
        """With both databases: rows and columns."""
        columns = self._columns(key, rule)
        opened = self.before['open'] if self.growth else ()
        owned = self._owned(rule.owner) if rule.owner and self.upgraded else ()
        sides = [Side(pair[0], dataclasses.replace(tables[key], rule=rule, last=self._last(key)), columns,
                      self.before['method'], owned if CHANGE in rule.may else (), opened)
                 for pair, tables in zip(self.pair, self._tables)]
        come = (lambda value: True) if rule.new else frozenset(owned).__contains__
        for name, change in compare_rows.differences(*sides, come).items():
            yield of_change(key, name, change)

    def _last(self, key):
        return (self.before['tables'][key]['last'] or 0) if self.growth else None

    def _columns(self, key, rule):
        """Columns that both databases have, of those that must be the same: name -> type."""
        mine, others = (tables[key] for tables in self._tables)
        free = () if self.strict else (*STAMPS, *rule.columns)
        return {name: kind for name, kind in sorted(mine.columns.items())
                if others.columns.get(name) == kind and name not in free
                and (not self.growth or name in ('id', *mine.book.protected))}

    @functools.cached_property
    def _tables(self):
        return [digest.tables(side[0]) for side in self.pair]

    def _owned(self, owner):
        """What belongs to an upgraded module in either database, as text."""
        modules = sorted(self.upgraded)
        if owner[1] == 'module':
            return modules
        query, values = (NUMBERS, [modules]) if owner[1] == 'module id' else (RECORDS, [owner[1], modules])
        return sorted({row[0] for side in self.pair for row in rows(side[0], query, values)})
