"""What goes on in the database right now: open transactions, sessions of others, scheduled actions that run."""
import re

from deploy import proc
from deploy.finding import ok, warning
from deploy.postgres import OUR_NAME, rows
from deploy.report import duration
from deploy.service import Service

SUBJECT = 'activity'
LONG = 60  # seconds that a transaction of ordinary work does not take
SESSIONS = """
    SELECT pid, coalesce(usename, ''), coalesce(application_name, ''), coalesce(host(client_addr), 'this machine'),
           coalesce(state, ''), extract(epoch FROM clock_timestamp() - xact_start)::float8,
           pg_has_role(usesysid, 'MEMBER')
      FROM pg_stat_activity
     WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND application_name <> %s
  ORDER BY xact_start
"""
# The transaction in which Odoo runs a scheduled action holds this lock from beginning to end.
CRONS = """
    SELECT a.pid, extract(epoch FROM clock_timestamp() - a.xact_start)::float8
      FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a USING (pid)
     WHERE c.relname = 'ir_cron' AND l.mode = 'RowShareLock' AND l.granted
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
DUE = """
    SELECT count(*), (SELECT cron_name FROM ir_cron WHERE active ORDER BY nextcall LIMIT 1),
           (SELECT to_char(min(nextcall), 'HH24:MI') FROM ir_cron WHERE active)
      FROM ir_cron WHERE active AND nextcall < (now() AT TIME ZONE 'UTC') + interval '1 hour'
"""
ODOO = re.compile(r'odoo-(\d+)$')
CLOSING = 'nothing: its session is ended when the database is closed, and its transaction is lost'


def findings(settings, server):
    with server.session(settings.database) as connection:
        sessions = rows(connection, SESSIONS, [settings.database, OUR_NAME])
        crons = rows(connection, CRONS)
        yield from _open(sessions, {pid for pid, _age in crons})
        yield from _strangers(settings, sessions)
        yield _crons(crons)
        if rows(connection, "SELECT 1 FROM information_schema.columns WHERE table_name = 'ir_cron' AND "
                            "column_name = 'cron_name'"):
            count, name, when = rows(connection, DUE)[0]
            following = f'; next {name} at {when} UTC' if name else ''
            yield ok('scheduled actions', f'{count} due within the hour{following}')


def _open(sessions, crons):
    long = [one for one in sessions if (one[5] or 0) > LONG and one[0] not in crons]
    for pid, user, name, place, state, age, _ours in long:
        yield warning('open transaction', f'{duration(age)}, {state}: {name or "no name"} of {user} from {place} '
                                          f'(process {pid} of PostgreSQL)',
                      f'let it end, or SELECT pg_terminate_backend({pid}); else its work is lost at the closing')
    if not long:
        yield ok('open transactions', f'none older than {LONG} s; {len(sessions)} sessions')


def _strangers(settings, sessions):
    """Sessions that are no part of this service: other programs, or another Odoo on the same database."""
    ours = {one.pid for one in proc.descendants(Service(settings).processes())}
    numbers = {int(odoo[1]) for odoo in (ODOO.match(one[2]) for one in sessions) if odoo}
    found = {}
    for _pid, user, name, place, _state, _age, may_end in sessions:
        odoo = ODOO.match(name)
        # In a container Odoo knows itself by other numbers than we see: then nothing can be said.
        if odoo and (int(odoo[1]) in ours or ours.isdisjoint(numbers)):
            continue
        what = f'another Odoo, process {odoo[1]}' if odoo else name or 'a program without a name'
        found.setdefault((what, user, place), []).append(may_end)
    for (what, user, place), may_end in sorted(found.items()):
        text = f'{what} of {user} from {place}: {len(may_end)} sessions'
        if all(may_end):
            yield warning('other sessions', f'{text}; they are ended when the database is closed', CLOSING)
        else:
            yield warning('other sessions', f'{text}; this role may not end them',
                          f'end {what} before the deployment, or as a superuser: GRANT pg_signal_backend TO the role '
                          f'of the service')


def _crons(found):
    if found:
        age = max(one[1] or 0 for one in found)
        return warning('scheduled actions running', f'{len(found)}, the oldest for {duration(age)}',
                       'wait for it: what is not finished when the service stops is rolled back and runs again')
    return ok('scheduled actions running', 'none')
