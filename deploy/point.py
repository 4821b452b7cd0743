"""The rollback point and the moves of databases around it.

A database is known by its oid, which a rename does not change: every function looks where things are now and does only
what is missing, so each can be called again after a loss of power at any moment.
"""
import time

from deploy.postgres import WAIT, as_failure, named
from deploy.report import Failed

FILE_COPY_FROM = 15        # PostgreSQL version that knows strategies
SMALL = 200 * 1000 * 1000  # bytes; below it the copy through the log is faster than two checkpoints (make bench-deploy)
# Sessions in a database. Autovacuum has no role: it writes nothing that counts, only a superuser could end it, and
# PostgreSQL itself puts it out when a database is copied, renamed or dropped.
SESSIONS = """
    SELECT pid, usename, application_name, client_addr, state, backend_start FROM pg_stat_activity
     WHERE datname = %s AND usesysid IS NOT NULL ORDER BY pid"""
INVALID = -2  # connection limit of a database whose dropping was broken off: it can only be dropped
LEAVE_LIMIT = 30           # seconds for sessions to leave


class Databases:
    """Databases of one server by oid."""

    def __init__(self, server):
        self.server = server

    def oid(self, name):
        return self._first('SELECT oid FROM pg_database WHERE datname = %s', name)

    def name(self, oid):
        """Its present name, or None when it is gone."""
        return self._first('SELECT datname FROM pg_database WHERE oid = %s', oid) if oid else None

    def comment(self, name):
        return self._first("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", name)

    def _first(self, query, value):
        found = self.server.rows(query, [value], wait=WAIT)
        return found[0][0] if found else None

    def _do(self, statement, *names, **more):
        with as_failure('PostgreSQL refused'):
            self.server.rows(named(statement, *names, **more), wait=WAIT)

    def allow(self, name, allowed):
        """Lets sessions in, or none at all, not even a superuser's."""
        self._do(f'ALTER DATABASE {{}} WITH ALLOW_CONNECTIONS {str(bool(allowed)).lower()}', name)

    def hide(self, name, hidden=True):
        """A template is passed over by Odoo's list of databases, and so by its crons."""
        self._do(f'ALTER DATABASE {{}} WITH IS_TEMPLATE {str(bool(hidden)).lower()}', name)

    def close(self, name):
        """Nobody can come in, and nobody is in any more. Failed names the session that will not leave."""
        self.allow(name, False)
        end = time.monotonic() + LEAVE_LIMIT
        while True:
            left = self.sessions(name)
            if not left:
                return
            if time.monotonic() > end:
                raise Failed(f'A session will not leave {name}: {left[0]}.')
            with as_failure(f'A session of {name} cannot be ended ({left[0]})'):
                self.server.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
                                 'WHERE datname = %s AND usesysid IS NOT NULL', [name])
            time.sleep(0.1)

    def sessions(self, name):
        """One text for each session in a database."""
        found = self.server.rows(SESSIONS, [name], wait=WAIT)
        return [f'process {pid} of {user} ({application or "no name"}, from {address or "this machine"}, '
                f'{state or "background"}, since {since})' for pid, user, application, address, state, since in found]

    def copy(self, source, target):
        """A full copy, hidden and closed. A half-made one of an earlier try is dropped first."""
        self.end_work_on(target)
        self.drop(target)
        with as_failure(f'Copying {source} failed'):
            self.server.rows(named('CREATE DATABASE {} TEMPLATE {} ' + self._strategy(source)
                                   + 'IS_TEMPLATE true ALLOW_CONNECTIONS false', target, source), wait=WAIT)

    def _strategy(self, source):
        large = self.server.version() >= FILE_COPY_FROM and self.server.database_size(source) > SMALL
        return 'STRATEGY FILE_COPY ' if large else ''

    def end_work_on(self, name):
        """Ends what an earlier process of this tool may have left running in the server, and waits for it."""
        query = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid() AND state = 'active' AND strpos(query, %s) > 0
                      AND query ~ '^(CREATE|DROP|ALTER) DATABASE'"""
        end = time.monotonic() + LEAVE_LIMIT
        while self.server.rows(query, [f'"{name}"'], wait=WAIT):
            if time.monotonic() > end:
                raise Failed(f'An earlier piece of work on {name} does not end.')
            time.sleep(0.2)

    def placeholder(self, name, passing, mark):
        """A small closed database that holds a name while the real one is elsewhere; its comment is ``mark``.

        It is made under the name ``passing``: what has the real name and not the mark is never ours.
        """
        self.drop(passing)
        self._do('CREATE DATABASE {} TEMPLATE template0 ALLOW_CONNECTIONS false IS_TEMPLATE true', passing)
        with as_failure('Marking the placeholder failed'):
            self.server.rows(named('COMMENT ON DATABASE {} IS %s', passing), [mark], wait=WAIT)
        self._do('ALTER DATABASE {} RENAME TO {}', passing, name)

    def rename(self, oid, name):
        """Gives a database a name; nothing when it has it. The database must be closed."""
        old = self.name(oid)
        if old is None:
            raise Failed(f'The database that should become {name} is gone.')
        if old != name:
            self._do('ALTER DATABASE {} RENAME TO {}', old, name)

    def drop(self, name):
        """Drops a database whatever its state; nothing when there is none."""
        if self.oid(name) is None:
            return
        if self._first('SELECT datconnlimit FROM pg_database WHERE datname = %s', name) != INVALID:
            self.hide(name, False)
            self.close(name)
        self._do('DROP DATABASE IF EXISTS {}', name)
