"""The PostgreSQL server: versions, client programs, rights of the role, extensions, standbys, the clock."""
import re
import time

from deploy import process
from deploy.finding import ok, stop, warning
from deploy.postgres import rows
from deploy.report import duration, size

SUBJECT = 'PostgreSQL'
OLDEST, NEWEST = 12, 17
PROGRAMS = ('pg_dump', 'pg_restore')
CLOCK_WARNING, CLOCK_STOP = 2, 60  # seconds
FREE_SESSIONS = 10
SERVER = """
    SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'), inet_server_port(),
           current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity), pg_is_in_recovery()
"""
ROLE = """
    SELECT r.rolname, r.rolsuper, r.rolcreatedb, o.rolname, pg_has_role(d.datdba, 'USAGE'), d.datallowconn,
           d.datconnlimit
      FROM pg_database d JOIN pg_roles o ON o.oid = d.datdba, pg_roles r
     WHERE d.datname = %s AND r.rolname = current_user
"""
STANDBYS = "SELECT coalesce(application_name, ''), state FROM pg_stat_replication"
SLOTS = """
    SELECT slot_name, slot_type, active, coalesce(database, ''),
           coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn() END,
                                    restart_lsn), 0)::bigint
      FROM pg_replication_slots ORDER BY 1
"""


def findings(settings, server):
    with server.session() as connection:
        begin = time.time()
        now = float(rows(connection, 'SELECT extract(epoch FROM clock_timestamp())')[0][0])
        clock = _clock(now - (begin + time.time()) / 2)
        version, text, port, free, recovery = rows(connection, SERVER)[0]
        yield _version(version, text, recovery)
        yield from (_program(server, name, version) for name in PROGRAMS)
        yield from _between(settings, port)
        yield _sessions(free)
        yield clock
        yield from _role(settings, rows(connection, ROLE, [settings.database]))
        yield from _replication(settings, connection)


def _version(version, text, recovery):
    if recovery:
        return stop('PostgreSQL', 'is a standby in recovery: it takes no changes', 'name the primary with db_host')
    if version < OLDEST:
        return stop('PostgreSQL', f'{text}: older than {OLDEST}', f'upgrade PostgreSQL to {OLDEST} or later first')
    if version > NEWEST:
        return warning('PostgreSQL', f'{text}: newer than {NEWEST}, the last one this tool was tried with',
                       'rehearse before you deploy')
    return ok('PostgreSQL', text)


def _program(server, name, version):
    path = server.program(name)
    code, output = process.run([path, '--version'], limit=20)
    found = re.search(r'\d+', output)
    if code or not found:
        return stop(name, f'{path} does not run: {process.last_lines(output)}', 'install it anew, or set pg_bin')
    if int(found[0]) < version:
        return stop(name, f'{path} is {found[0]}, older than the server ({version}): it refuses to work',
                    f'install the client programs of PostgreSQL {version} (Debian: postgresql-client-{version}), and '
                    f'set pg_bin to their folder, such as /usr/lib/postgresql/{version}/bin')
    return ok(name, f'{output.strip()} in {path}')


def _between(settings, port):
    """A pooler hands out sessions that do not stay ours: locks and snapshots get lost."""
    asked = settings.db_port or '5432'
    if port and str(port) != asked:
        yield warning('connection', f'asked at port {asked}, answered by port {port}: a pooler or a forwarded port',
                      'where it is a pooler (pgbouncer), set db_host and db_port to PostgreSQL itself')


def _sessions(free):
    if free < FREE_SESSIONS:
        return warning('free sessions', f'{free} of max_connections are free: the tool needs up to {FREE_SESSIONS}',
                       'raise max_connections, or lower db_maxconn in odoo.conf')
    return ok('free sessions', f'{free}')


def _clock(difference):
    text = f'the server\'s clock is {duration(abs(difference))} {"ahead of" if difference > 0 else "behind"} this one'
    if abs(difference) > CLOCK_STOP:
        return stop('clocks', text, 'set both clocks (NTP): what users entered since is counted by time')
    if abs(difference) > CLOCK_WARNING:
        return warning('clocks', text, 'set both clocks (NTP)')
    return ok('clocks', 'the server\'s and this machine\'s agree')


def _role(settings, found):
    """Copies, renames and the closed door need the owner of the database and CREATEDB."""
    if not found:
        yield stop('database', f'{settings.database} does not exist on this server',
                   'check db_name, db_host and db_port')
        return
    role, superuser, createdb, owner, owns, allowed, limit = found[0]
    if not (owns or superuser):
        yield stop('owner', f'{settings.database} belongs to {owner}, not to {role}',
                   f'as a superuser: ALTER DATABASE "{settings.database}" OWNER TO "{role}"')
    else:
        yield ok('owner', f'{settings.database} belongs to {owner}; the tool works as {role}')
    if not (createdb or superuser):
        yield stop('right to create databases', f'{role} may not: no rollback point could be made',
                   f'as a superuser: ALTER ROLE "{role}" CREATEDB')
    else:
        yield ok('right to create databases', f'{role} may')
    if not allowed:
        yield stop('database', f'{settings.database} takes no sessions (ALLOW_CONNECTIONS false)',
                   'python3 -m deploy status says whether a deployment left it so; else ALTER DATABASE … '
                   'ALLOW_CONNECTIONS true')
    if 0 <= limit < FREE_SESSIONS:
        yield warning('database', f'CONNECTION LIMIT {limit}', 'ALTER DATABASE … CONNECTION LIMIT -1')


def _replication(settings, connection):
    standbys = rows(connection, STANDBYS)
    yield ok('standbys', ', '.join(f'{name or "one"} ({state or "state not shown to this role"})'
                                   for name, state in standbys) or 'none')
    for name, kind, active, database, behind in rows(connection, SLOTS):
        if database == settings.database:
            yield stop('replication slot', f'{name} ({kind}) reads {database}: it would follow the database through '
                                           f'renames and lose its place at a rollback',
                       f'stop its reader, then SELECT pg_drop_replication_slot(\'{name}\'), and make it anew later')
        elif not active:
            yield warning('replication slot', f'{name} has no reader and keeps {size(behind)} of log on the disk',
                          f'start its reader, or SELECT pg_drop_replication_slot(\'{name}\')')
