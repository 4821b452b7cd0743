"""What differs between two pictures of a database, down to rows and columns where both databases are at hand."""
import contextlib
import dataclasses
import fnmatch

from deploy import compare_rows, compare_schema, digest
from deploy.compare_rows import Side
from deploy.difference import Difference, of_change
from deploy.digest_sessions import snapshot
from deploy.digest_tables import Group, parts
from deploy.postgres import as_failure, rows
from deploy.report import Refused

OWNED = 'SELECT DISTINCT res_id::text FROM public.ir_model_data WHERE model = %s AND module = ANY(%s)'


def compare(before, after, server=None, before_database=None, after_database=None, growth=False, modules=(),
            allowed=(), workers=2):
    """The differences between two pictures; [] when nothing changed but what an upgrade may change.

    :param server: with it and both databases, rows, columns and values are named
    :param growth: new rows are expected, and of those that were there only posted entries must be the same;
        ``after`` must have been taken like ``before``
    :param modules: modules that were upgraded beside those whose version or state changed
    :param allowed: names of tables or table.column that a release declares to change; * stands for anything
    """
    if growth and not after['like']:
        raise Refused('The second picture does not tell new rows from old ones.', 'take it like the first')
    with contextlib.ExitStack() as stack:
        pair = None
        if server and before_database and after_database:
            stack.enter_context(as_failure('Comparing the databases'))
            pair = [stack.enter_context(snapshot(server, name, workers)) for name in (before_database, after_database)]
        one = _Comparison(before, after, pair, growth, frozenset(upgraded(before, after, modules)))
        found = [*compare_schema.differences(before, after, growth), *one.differences()]
    return [difference for difference in found if not is_allowed(difference, allowed)]


def is_allowed(difference, patterns):
    """True for what a release has declared, by table or by table.column."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns
               for name in (difference.table, difference.subject))


def upgraded(before, after, modules=()):
    """The modules that an upgrade has touched: with a new version or state, those named, and all that need them."""
    old, new = before['modules'], after['modules']
    found, todo = set(), [*modules, *(name for name in new if old.get(name) != new[name])]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += after['needed_by'].get(name, ())
    return found


@dataclasses.dataclass
class _Comparison:
    before: dict
    after: dict
    pair: list
    growth: bool
    upgraded: frozenset

    def differences(self):
        """Differences of rows, table by table."""
        for key, old in self.before['tables'].items():
            new = self.after['tables'].get(key)
            if new and not old.get('whole') and not new.get('whole') and (not self.growth or len(old['parts']) == 2):
                yield from self._table(key, old, new)

    def _table(self, key, old, new):
        if old['parts'] != new['parts'] or self.before['method'] != self.after['method']:
            if not self.pair:
                yield from self._unknown(key, old, new)
                return
        elif self._groups(old) == self._groups(new):
            return
        if self.pair:
            yield from self._rows(key)
        else:
            yield from self._sums(key, old, new)

    def _groups(self, entry):
        """{key: (rows, digests)} of what must be the same, the key without the status."""
        found = {}
        for group in entry['groups']:
            status, *rest = group['key']
            if self._is_free(entry, status, rest):
                continue
            words = [int(word, 16) for one in group['digest'] for word in one.split('.')]
            words = words[:2] if self.growth else words
            found.setdefault(tuple(rest), Group()).add(Group(group['rows'], hashes=words))
        return {key: (group.rows, group.digest()) for key, group in found.items()}

    def _is_free(self, entry, status, rest):
        if self.growth:
            return status != 'old'
        owned = entry['by'][-1] == 'owner' and rest and rest[-1] in self.upgraded
        return owned or (status == 'new' and digest.may_change.rule(entry['name']).new)

    def _unknown(self, key, old, new):
        lost = sorted(set(sum(old['parts'], [])) ^ set(sum(new['parts'], [])))
        yield Difference(key, text=f'{key}: cannot be compared without both databases; columns that only one has: '
                                   f'{", ".join(lost)}')

    def _sums(self, key, old, new):
        """Without the databases: which groups of rows differ."""
        mine, others = self._groups(old), self._groups(new)
        for group in sorted(set(mine) | set(others), key=str):
            one, other = mine.get(group, (0, [])), others.get(group, (0, []))
            if one != other:
                where = ', '.join(f'{name} {value}' for name, value in zip(old['by'][1:], group))
                what = f'{one[0]} rows → {other[0]} rows' if one[0] != other[0] else f'{one[0]} rows, other content'
                yield Difference(key, before=one[0], after=other[0],
                                 text=f'{key}{f" ({where})" if where else ""}: {what}')

    def _rows(self, key):
        """With both databases: rows and columns."""
        tables = [digest.tables(side[0])[key] for side in self.pair]
        both = {name: kind for name, kind in tables[0].columns.items() if tables[1].columns.get(name) == kind}
        tables = [dataclasses.replace(table, only=both, last=self.before['tables'][key]['last'] or 0)
                  for table in tables]
        columns = parts(tables[0])[0] if self.growth else tables[0].digested()
        opened = self.before['open'] if self.growth else None
        owned = self._owned(tables[0].rule.owner)
        sides = [Side(side[0], table, columns, self.before['method'], owned, opened)
                 for side, table in zip(self.pair, tables)]
        for name, change in compare_rows.differences(*sides).items():
            if not (name == 'row new' and tables[0].rule.new):
                yield of_change(key, name, change)

    def _owned(self, owner):
        """What belongs to an upgraded module in either database, as text."""
        if not owner or not self.upgraded:
            return ()
        if owner[1] == 'module':
            return sorted(self.upgraded)
        values = [owner[1], sorted(self.upgraded)]
        return sorted({row[0] for side in self.pair for row in rows(side[0], OWNED, values)})
