"""A picture of a database, as JSON: what every table holds, and what else belongs to it.

The digest of a table is a sum over its rows, so that their order does not matter. A row's hash is over its named
columns, so that a column that an upgrade adds does not matter either. Two sums for each part of a table: one of the
hashes as they are, which a single changed row always changes, and one of the hashes hashed again, which finds rows that
have swapped a value. Where an accounting table has protected columns, they are a part of their own.
"""
import dataclasses
import datetime

from psycopg2 import sql

from deploy import digest_accounting, digest_schema, may_change
from deploy.digest_sessions import share_out, snapshot
from deploy.digest_tables import OLD, PIECE, Group, Table, conditions, statement
from deploy.postgres import rows
from deploy.report import Refused

FORMAT = 2
SMALL = 64    # pages of a table that is read together with others
AT_ONCE = 25  # such tables in one statement
CATALOG = """
SELECT n.nspname, c.relname,
       (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull)
                        ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
       ceil(pg_table_size(c.oid) / 8192.0)::bigint, pg_relation_size(c.oid) / 8192
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND (c.relkind = 'r' OR c.relispopulated)
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
"""
MODELS = """
SELECT model, transient, model IN (SELECT model FROM public.ir_model_data) FROM public.ir_model
"""
# Fields of a model that other modules brought, and those of them that these modules have changed.
OTHERS = """
SELECT f.model, array_agg(f.name) FILTER (WHERE d.first <> ALL(%s)),
       array_agg(f.name) FILTER (WHERE d.first <> ALL(%s) AND d.modules && %s)
FROM public.ir_model_fields f LEFT JOIN (
    SELECT res_id, (array_agg(module::text ORDER BY id))[1] AS first, array_agg(module::text) AS modules
    FROM public.ir_model_data WHERE model = 'ir.model.fields' GROUP BY res_id) d ON d.res_id = f.id GROUP BY 1
"""
OPENED = "SELECT array_agg(id ORDER BY id) FROM public.account_move WHERE state <> 'posted'"


def take(server, database, workers=2, progress=None, columns=None, name=None, modules=()):
    """The picture of a database: see the module. Constant memory; the database is only read.

    :param progress: a :class:`deploy.progress.Progress`; its total becomes the pages to read
    :param columns: a picture of before: its columns are digested, and rows that came since are counted apart
    :param name: an exported snapshot to look at, such as the one that a dump is made of
    :param modules: those to be upgraded: their columns are digested apart, so that the others can be compared by the
        pictures alone even if the release does away with a column of its own
    :raises Failed: the database cannot be read
    """
    if columns and columns.get('format') != FORMAT:
        raise Refused('The picture was written by another version of this tool.', 'take it anew')
    with snapshot(server, database, workers, name) as sessions:
        found = tables(sessions[0], columns, modules)
        picture = {
            'format': FORMAT, 'database': database, 'like': columns and columns['taken'],
            'taken': datetime.datetime.now(datetime.timezone.utc).isoformat(),
            'method': columns['method'] if columns else method(sessions[0]),
            'open': columns['open'] if columns else opened(sessions[0], found)}
        reading = Reading(found.values(), picture['method'], picture['open'], progress)
        return {**picture, **reading.run(sessions), 'names': names(sessions[0], found)}


def method(session):
    """How rows are hashed on this server: ``record`` is quicker, ``text`` is known before PostgreSQL 14 too."""
    return 'record' if session.server_version >= 140000 else 'text'


def tables(session, like=None, modules=()):
    """The tables of a database by their names, each with its rule; with a picture, what it says of them."""
    found = {}
    for schema, name, columns, weight, pages in rows(session, CATALOG):
        columns = columns or []
        one = Table(schema, name, {column: kind for column, kind, _strict in columns},
                    tuple(column for column, _kind, strict in columns if strict), weight, pages)
        before = like['tables'].get(one.key) if like else None
        if before:  # of its columns, those that were digested
            one = dataclasses.replace(one, last=before['last'] or 0, only={
                column: before['columns'][column] for part in before['parts'].values() for column in part},
                own=tuple(column for part, names in before['parts'].items() if part.startswith('own') for column in
                          names))
        found[one.key] = one
    models = _models(session, found)
    rules, own = may_change.rules(models), _own(session, modules, found) if models and modules and not like else {}
    return {key: dataclasses.replace(table, rule=rules(key), own=own.get(key, table.own))
            for key, table in found.items()}


def _own(session, modules, found):
    """table -> columns that these modules have brought, or changed where nothing protects them, or that no field is
    known of: an older release left them."""
    own, modules = {}, list(modules)
    for model, others, changed in rows(session, OTHERS, [modules] * 3):
        table = found.get(model.replace('.', '_'))
        if table:
            others = {'id', *(others or ())} - (set(changed or ()) - set(table.book.protected))
            own[table.key] = tuple(set(table.columns) - others)
    return own


def _models(session, found):
    """table -> (model, whether its records are a wizard's, whether modules own some); None without Odoo."""
    if not {'ir_model', 'ir_model_data'} <= set(found):
        return None
    return {model.replace('.', '_'): (model, transient, owned) for model, transient, owned in rows(session, MODELS)}


def opened(session, found):
    """Ids of the entries that are not posted: what ordinary work may still change."""
    columns = found['account_move'].columns if 'account_move' in found else {}
    return rows(session, OPENED)[0][0] or [] if {'id', 'state'} <= set(columns) else []


class Reading:
    """Reads tables, each in pieces, and the rest of the database, with as many sessions as there are."""

    def __init__(self, wanted, how, opened=(), progress=None):
        self.found = {table.key: Pages(table, opened) for table in wanted}
        self.how, self.opened, self.progress, self.rest = how, opened, progress, {}
        if progress and not progress.total:
            progress.total = sum(pages.table.weight for pages in self.found.values())

    def run(self, sessions):
        """The part of a picture that this reads."""
        version = sessions[0].server_version
        whole = [piece for pages in self.found.values() for piece in cut(pages.table, version)]
        self._share_out(sessions, [REST, *batches(whole)])
        return {**self.rest, 'tables': {key: pages.entry() for key, pages in self.found.items()}}

    def _share_out(self, sessions, tasks):
        """The heaviest first."""
        for batch, result in share_out(sessions, sorted(tasks, key=lambda one: -one.weight), self._read):
            if batch is REST:
                self.rest = result
            else:
                for number, *row in result:
                    self.found[batch.pieces[number].table.key].collect(*row)
            if self.progress:
                self.progress.advance(batch.weight)

    def _read(self, session, batch):
        if batch is REST:
            return digest_schema.take(session)
        return rows(session, sql.SQL(' UNION ALL ').join(
            sql.SQL('SELECT {}, q.* FROM ({}) q').format(
                sql.Literal(number), statement(piece.table, self.how, self.opened, piece.pages))
            for number, piece in enumerate(batch.pieces)))


@dataclasses.dataclass(frozen=True)
class Piece:
    """A table, or a range of its pages."""
    table: Table
    pages: tuple = None
    weight: int = 0


@dataclasses.dataclass(frozen=True)
class Batch:
    """The work of one session at a time: one large piece, or many small ones in one statement."""
    pieces: tuple = ()

    @property
    def weight(self):
        return sum(piece.weight for piece in self.pieces)

    def __str__(self):
        names = sorted({piece.table.key for piece in self.pieces})
        if not names:
            return 'What is beside the tables'
        return f'The table {names[0]}' if len(names) == 1 else f'One of the tables {", ".join(names)}'


REST = Batch()


def batches(pieces):
    """Pieces as the work of one session: small ones together, so that they do not wait for one another's answers."""
    small = [piece for piece in pieces if piece.weight < SMALL]
    return [*(Batch((piece,)) for piece in pieces if piece.weight >= SMALL),
            *(Batch(tuple(small[begin:begin + AT_ONCE])) for begin in range(0, len(small), AT_ONCE))]


def cut(table, version):
    """The pieces of a table, none of an empty one. Ranges of pages are read by themselves from PostgreSQL 14 on."""
    if not table.pages or not table.parts():
        return []
    if version < 140000 or table.pages < 2 * PIECE:
        return [Piece(table, weight=table.weight)]
    begins = list(range(0, table.pages, PIECE))
    return [Piece(table, pages, table.weight // len(begins)) for pages in zip(begins, [*begins[1:], None])]


class Pages:
    """What was read of one table so far, by groups: {(status, by ..., owner): Group}."""

    def __init__(self, table, opened):
        self.table, self.groups = table, {}
        self.told_apart = bool(conditions(table, opened))

    def collect(self, key, count, last, hashes, sums):
        """Adds one row of a statement."""
        if count:
            status = key.pop(0) if self.told_apart else OLD
            self.groups.setdefault((status, *key), Group()).add(Group(count, last, hashes, sums))

    def entry(self):
        """What a picture says of the table."""
        table, total = self.table, Group()
        groups = {key: group for key, group in self.groups.items() if group.rows}
        for group in groups.values():
            total.add(group)
        return {
            'schema': table.schema, 'name': table.name, 'columns': table.columns, 'required': list(table.required),
            'parts': {part: list(columns) for part, columns in table.parts().items()},
            'rows': total.rows, 'last': total.last, 'rule': dataclasses.asdict(table.rule),
            'by': ['status', *table.by(), *(['owner'] if table.rule.owner else [])], 'sums': table.sums(),
            'groups': [{'key': list(key), 'rows': group.rows, 'digest': group.digest(),
                        'sums': [str(value) for value in group.sums]}
                       for key, group in sorted(groups.items(), key=lambda pair: str(pair[0]))]}


def names(session, found):
    """What the ids in the keys stand for: {column: {id: name}}."""
    named = {}
    for column, (table, label) in digest_accounting.NAMES.items():
        if {'id', label} <= set(found[table].columns if table in found else ()):
            query = digest_accounting.NAMED.format(*map(digest_accounting.sql.Identifier, (label, table)))
            named[column] = {str(number): str(text) for number, text in rows(session, query)}
    return named
