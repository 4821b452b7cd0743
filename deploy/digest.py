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
from deploy.digest_tables import PIECE, Group, Table, statement
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
OPEN = "SELECT array_agg(id ORDER BY id) FROM public.account_move WHERE state <> 'posted'"


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
    return rows(session, OPEN)[0][0] or [] if {'id', 'state'} <= set(columns) else []


def digests(sessions, wanted, how, still_open=(), progress=None):
    """What a picture says of each table, by its name."""
    wanted = list(wanted)
    groups = {table.key: {} for table in wanted}
    if progress and not progress.total:
        progress.total = sum(table.weight for table in wanted)

    def work(session, piece):
        return rows(session, statement(piece.table, how, still_open, piece.pages)) if piece.table.parts() else []

    pieces = sorted((piece for table in wanted for piece in cut(table, sessions[0].server_version)),
                    key=lambda piece: -piece.weight)
    for piece, result in share_out(sessions, pieces, work):
        _collect(groups[piece.table.key], piece.table, result)
        if progress:
            progress.advance(piece.weight)
    return {table.key: entry(table, groups[table.key]) for table in wanted}


@dataclasses.dataclass(frozen=True)
class Piece:
    """A table, or a range of its pages: the work of one session at a time."""
    table: Table
    pages: tuple = None
    weight: int = 0

    def __str__(self):
        return str(self.table)


def cut(table, version):
    """The pieces of a table. Ranges of pages are read without the rest from PostgreSQL 14 on."""
    if version < 140000 or table.pages < 2 * PIECE:
        return [Piece(table, weight=table.weight)]
    begins = list(range(0, table.pages, PIECE))
    return [Piece(table, pages, table.weight // len(begins)) for pages in zip(begins, [*begins[1:], None])]


def _collect(groups, table, result):
    """Adds the rows of one statement to the groups of their table."""
    keys = 1 + len(table.by()) + bool(table.rule.owner)
    hashes = 2 * len(table.parts())
    for row in result:
        key, (count, last), rest = row[:keys], row[keys:keys + 2], row[keys + 2:]
        groups.setdefault(key, Group()).add(Group(count, last, rest[:hashes], rest[hashes:]))


def entry(table, groups):
    """What a picture says of one table."""
    total = Group()
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
