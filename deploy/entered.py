"""What people entered since a moment, by table and person: what a rollback with its database would throw away."""
import collections
import dataclasses
import datetime

from psycopg2 import sql

from deploy import digest
from deploy.digest_sessions import share_out, snapshot
from deploy.postgres import rows
from deploy.report import table

ODOOBOT = 1
STAMPS = {'create_uid', 'create_date', 'write_uid', 'write_date'}
COUNTS = sql.SQL('''
SELECT uid, count(*) FILTER (WHERE made), count(*) FILTER (WHERE NOT made) FROM (
    SELECT CASE WHEN t.create_date > {time} THEN t.create_uid ELSE t.write_uid END AS uid,
           coalesce(t.create_date > {time}, false) AS made
    FROM ONLY {table} t WHERE (t.create_date > {time} OR t.write_date > {time}) AND {where}) x GROUP BY 1
''')
PEOPLE = 'SELECT id, login FROM public.res_users'
LATEST = sql.SQL('SELECT max(greatest(t.create_date, t.write_date)) FROM ONLY {} t')


@dataclasses.dataclass(frozen=True)
class Entered:
    """Rows of one table that one person created, or changed without creating them."""
    table: str
    person: str
    created: int
    changed: int


def since_time(server, database, time, workers=2):
    """What was entered after ``time`` (aware, or naive in UTC), the largest first.

    Records that belong to modules and that the system wrote by itself, as an upgrade does, do not count, nor do
    wizards. Deleted rows are not counted: nothing says who deleted them.
    """
    if time.tzinfo:
        time = time.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    with snapshot(server, database, workers) as sessions:
        found = digest.tables(sessions[0])
        wanted = [table for table in found.values() if set(table.columns) >= STAMPS and not table.rule.whole]
        people = dict(rows(sessions[0], PEOPLE)) if 'res_users' in found else {}

        def work(session, table):
            return rows(session, COUNTS.format(time=sql.Literal(time), table=table.named, where=_where(table)))

        counted = [Entered(table.key, people.get(uid, f'user {uid}'), created, changed)
                   for table, result in share_out(sessions, wanted, work) for uid, created, changed in result]
    return sorted(counted, key=lambda one: (-one.created - one.changed, one.table, one.person))


def since(server, before_database, after_database, workers=2):
    """The same with the moment when ``before_database`` was copied: the last that anything was written in it."""
    return since_time(server, after_database, last_written(server, before_database, workers), workers)


def last_written(server, database, workers=2):
    """When the last row of a database was written, naive in UTC."""
    with snapshot(server, database, workers) as sessions:
        wanted = [table for table in digest.tables(sessions[0]).values() if set(table.columns) >= STAMPS]
        found = [result[0][0] for _table, result in share_out(
            sessions, wanted, lambda session, table: rows(session, LATEST.format(table.named)))]
    return max((time for time in found if time), default=datetime.datetime.min)


def _where(table):
    """Of what modules own, only what people wrote."""
    if table.rule.owner or table.rule.new:
        return sql.SQL('coalesce(t.write_uid, {bot}) <> {bot}').format(bot=sql.Literal(ODOOBOT))
    return sql.SQL('true')


def shown(entered):
    """The rows as a table for a person."""
    return table(('table', 'person', 'created', 'changed'), [dataclasses.astuple(one) for one in entered])


def by_person(entered):
    """person -> (created, changed) over all tables."""
    found = collections.defaultdict(lambda: [0, 0])
    for one in entered:
        found[one.person][0] += one.created
        found[one.person][1] += one.changed
    return {person: tuple(counts) for person, counts in sorted(found.items())}
