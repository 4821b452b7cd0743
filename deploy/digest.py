"""A picture of a database, as JSON: what every table holds, and what else belongs to it.

The digest of a table is a sum over its rows, so that their order does not matter. A row's hash is over its named
columns, so that a column that an upgrade adds does not matter either. Two sums for each part of a table: one of the
hashes as they are, which a single changed row always changes, and one of the hashes hashed again, which finds rows that
have swapped a value. Where an accounting table has protected columns, they are a part of their own.
"""
import dataclasses
import datetime

from deploy import digest_accounting, digest_schema, may_change
from deploy.digest_sessions import share_out, snapshot
from deploy.digest_tables import FREE, NEW, OLD, OPEN, PIECE, Group, Table, having, statement
from deploy.postgres import rows
from deploy.report import Refused

FORMAT = 1
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
OPENED = "SELECT array_agg(id ORDER BY id) FROM public.account_move WHERE state <> 'posted'"


def take(server, database, workers=2, progress=None, columns=None, name=None):
    """The picture of a database: see the module. Constant memory; the database is only read.

    :param progress: a :class:`deploy.progress.Progress`; its total becomes the pages to read
    :param columns: a picture of before: its columns are digested, and rows that came since are counted apart
    :param name: an exported snapshot to look at, such as the one that a dump is made of
    :raises Failed: the database cannot be read
    """
    if columns and columns.get('format') != FORMAT:
        raise Refused('The picture was written by another version of this tool.', 'take it anew')
    with snapshot(server, database, workers, name) as sessions:
        found = tables(sessions[0], columns)
        picture = {
            'format': FORMAT, 'database': database, 'like': columns and columns['taken'],
            'taken': datetime.datetime.now(datetime.timezone.utc).isoformat(),
            'method': columns['method'] if columns else method(sessions[0]),
            'open': columns['open'] if columns else opened(sessions[0], found), **digest_schema.take(sessions[0])}
        picture['tables'] = digests(sessions, found.values(), picture['method'], picture['open'], progress)
        picture['names'] = names(sessions[0], found)
        return picture


def method(session):
    """How rows are hashed on this server: ``record`` is quicker, ``text`` is known before PostgreSQL 14 too."""
    return 'record' if session.server_version >= 140000 else 'text'


def tables(session, like=None):
    """The tables of a database by their names, each with its rule; of a picture, what it knows of them."""
    found = {}
    for schema, name, columns, weight, pages in rows(session, CATALOG):
        columns = columns or []
        one = Table(schema, name, {column: kind for column, kind, _strict in columns},
                    tuple(column for column, _kind, strict in columns if strict), weight, pages)
        before = like['tables'].get(one.key) if like else None
        only, last = (before['columns'], before['last'] or 0) if before else (None, None)
        found[one.key] = dataclasses.replace(one, only=only, last=last)
    rules = may_change.rules(_models(session, found))
    return {key: dataclasses.replace(table, rule=rules(key)) for key, table in found.items()}


def _models(session, found):
    """table -> (model, whether its records are a wizard's, whether modules own some); None without Odoo."""
    if not {'ir_model', 'ir_model_data'} <= set(found):
        return None
    return {model.replace('.', '_'): (model, transient, owned) for model, transient, owned in rows(session, MODELS)}


def opened(session, found):
    """Ids of the entries that are not posted: what ordinary work may still change."""
    columns = found['account_move'].columns if 'account_move' in found else {}
    return rows(session, OPENED)[0][0] or [] if {'id', 'state'} <= set(columns) else []


def digests(sessions, wanted, how, opened=(), progress=None):
    """What a picture says of each table, by its name."""
    found = {table.key: Pages(table) for table in wanted}
    if progress and not progress.total:
        progress.total = sum(pages.table.weight for pages in found.values())

    def work(session, piece):
        return rows(session, statement(piece.table, how, having(piece.table, piece.status, opened) if piece.status
                                       else None, piece.pages))

    for more in (lambda pages: cut(pages.table, sessions[0].server_version), lambda pages: pages.apart(opened)):
        pieces = sorted((piece for pages in found.values() for piece in more(pages)), key=lambda one: -one.weight)
        for piece, result in share_out(sessions, pieces, work):
            found[piece.table.key].collect(piece, result)
            if progress:
                progress.advance(piece.weight)
    return {key: pages.entry() for key, pages in found.items()}


@dataclasses.dataclass(frozen=True)
class Piece:
    """A table, or a range of its pages, or its rows of one status: the work of one session at a time."""
    table: Table
    pages: tuple = None
    weight: int = 0
    status: str = ''

    def __str__(self):
        return str(self.table)


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

    def __init__(self, table):
        self.table, self.groups = table, {}

    def collect(self, piece, result):
        """Adds the rows of one statement. Those of a status of their own were read before, among the old ones."""
        rule = self.table.rule
        flag, keys = bool(rule.rows), bool(rule.rows) + len(self.table.by()) + bool(rule.owner)
        hashes = keys + 2 + 2 * len(self.table.parts())
        for row in result:
            (count, last), key = row[keys:keys + 2], row[flag:keys]
            if count:
                group = Group(count, last, row[keys + 2:hashes], row[hashes:])
                status = piece.status or (FREE if flag and row[0] else OLD)
                self.groups.setdefault((status, *key), Group()).add(group)
                if piece.status:
                    self.groups[(OLD, *key)].add(group, -1)

    def apart(self, opened):
        """The pieces with the rows that are new or open: few, and found by an index."""
        newest = max((group.last or 0 for group in self.groups.values()), default=0)
        wanted = [OPEN, NEW] if self.table.last is not None and newest > self.table.last else [OPEN]
        return [Piece(self.table, status=status) for status in wanted if having(self.table, status, opened)]

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
