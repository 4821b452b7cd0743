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
            if new is None or rule.whole or (self.growth and 'protected' not in old['parts']):
                continue
            yield from self._table(key, old, new, rule)

    def _rule(self, entry):
        """What may change: the picture holds the rule that it was taken with."""
        if self.strict:
            return NOTHING
        return Rule(**{name: tuple(value) if isinstance(value, list) else value
                       for name, value in entry['rule'].items()})

    def _table(self, key, old, new, rule):
        comparable = self.before['method'] == self.after['method'] and all(
            old['parts'][part] == new['parts'].get(part) for part in self._parts(old))
        if not comparable and not self.pair:
            yield Difference(key, text=f'{key}: cannot be compared without both databases, as columns are gone')
            return
        mine, others = self._groups(old), self._groups(new)
        wrong = [group for group in sorted({**mine, **others}, key=str)
                 if not self._may_differ(group, mine.get(group, NONE), others.get(group, NONE), old, rule)]
        if self.pair and (not comparable or any(group[0] != FREE for group in wrong)):
            yield from self._rows(key, rule)
            wrong = [group for group in wrong if group[0] == FREE]
        for group in wrong:
            yield self._sum(key, old, group, mine.get(group, NONE), others.get(group, NONE))

    def _parts(self, entry):
        """Names of the parts that must be the same."""
        if self.growth:
            return ['protected']
        return [part for part in entry['parts'] if self.strict or part != 'free']

    def _groups(self, entry):
        """{key: Group} of what must be the same; the key begins with the status: old, new or free."""
        found, wanted = {}, self._parts(entry)
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
        return Difference(key, before=old.rows, after=new.rows,
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
