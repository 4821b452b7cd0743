"""PostgreSQL: connections, names as data, facts about databases, and the client programs with their environment."""
import contextlib
import ctypes
import os
import pathlib
import platform
import pwd
import shutil
import threading
import time

import psycopg2
import psycopg2.errors
from psycopg2 import sql

from deploy import process
from deploy.report import Failed, Refused

OUR_NAME = 'payment deploy tool'  # application_name of every session of this tool
WAIT = 60                         # seconds for a server that is just being restarted
PASSING = ('Connection refused', 'is starting up', 'is shutting down', 'No such file or directory',
           'terminating connection', 'server closed the connection', 'connection already closed', 'not yet accepting',
           'in recovery mode')
SETRESUID = {'x86_64': 117, 'aarch64': 147}  # the system call's number; libc's own function changes all threads
_identity = threading.Lock()


class Server:
    """The PostgreSQL server of a service, reached as the service reaches it."""

    def __init__(self, settings):
        self.settings = settings
        self.parameters = {name: value for name, value in (
            ('host', settings.db_host), ('port', settings.db_port), ('user', settings.db_user),
            ('password', settings.db_password)) if value}

    def connect(self, database='postgres', wait=0, **more):
        """A new connection with autocommit. As root over the local socket it takes the service's identity (peer).

        :param wait: seconds to wait for a server that is down or starting
        :raises psycopg2.OperationalError: not reachable, no such database, or not allowed
        """
        end = time.monotonic() + wait
        while True:
            try:
                with self._as_service():
                    connection = psycopg2.connect(dbname=database, application_name=OUR_NAME,
                                                  **{'connect_timeout': 10, **self.parameters, **more})
                connection.autocommit = True
                return connection
            except psycopg2.OperationalError as error:
                if time.monotonic() > end or not is_passing(error):
                    raise
            time.sleep(0.5)

    @contextlib.contextmanager
    def _as_service(self):
        """The socket's peer authentication looks at the effective user of whoever connects."""
        user = self.settings.user
        if os.geteuid() != 0 or self.settings.db_host or not user or user == 'root':
            yield
            return
        with _identity:
            _become(pwd.getpwnam(user).pw_uid)
            try:
                yield
            finally:
                _become(0)

    @contextlib.contextmanager
    def session(self, database='postgres', **more):
        """A connection while the block lasts."""
        connection = self.connect(database, **more)
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, query, values=None, database='postgres', wait=0):
        """Rows of one statement, in a session of its own; [] for a statement without a result."""
        with self.session(database, wait=wait) as connection:
            return rows(connection, query, values)

    def value(self, query, values=None, database='postgres'):
        found = self.rows(query, values, database)
        return found[0][0] if found else None

    def version(self):
        """Major version of the server."""
        return int(self.value("SELECT current_setting('server_version_num')::int")) // 10000

    def exists(self, database):
        return bool(self.rows('SELECT 1 FROM pg_database WHERE datname = %s', [database], wait=WAIT))

    def names(self, prefix):
        """Databases whose names begin with ``prefix``."""
        return [row[0] for row in self.rows(
            'SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1', [prefix])]

    def database_size(self, database):
        """Bytes."""
        return int(self.value('SELECT pg_database_size(%s)', [database]) or 0)

    def program(self, name):
        """Path of a client program such as pg_dump; Refused names the package."""
        path = pathlib.Path(self.settings.pg_bin) / name if self.settings.pg_bin else shutil.which(name)
        if not path or not os.access(path, os.X_OK):
            raise Refused(f'There is no {name} here.', 'install the PostgreSQL client programs, or set pg_bin')
        return str(path)

    def environment(self):
        """Variables that lead a client program to this server, the password included: never on a command line."""
        names = {'host': 'PGHOST', 'port': 'PGPORT', 'user': 'PGUSER', 'password': 'PGPASSWORD'}
        return {'PGAPPNAME': OUR_NAME, **{names[name]: value for name, value in self.parameters.items()}}

    def call(self, name, *arguments, what='', **options):
        """Output of a client program; Failed with its last lines when it does not end with 0."""
        user = '' if self.settings.db_host else self.settings.user
        return process.need([self.program(name), *arguments], what or name, user=user,
                            **{'limit': 24 * 3600, **self.environment(), **options})


def _become(number):
    """Sets the effective user of this thread alone where the system call is known: other threads may be at files."""
    call = SETRESUID.get(platform.machine())
    if call is None:
        os.seteuid(number)
    elif ctypes.CDLL(None, use_errno=True).syscall(call, *map(ctypes.c_long, (-1, number, -1))):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def rows(connection, query, values=None):
    """Rows of one statement on an open connection; [] for a statement without a result."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def named(statement, *names, **more):
    """A statement with names of databases, tables or roles put in as quoted identifiers: ``{}`` or ``{key}`` each."""
    return sql.SQL(statement).format(*map(sql.Identifier, names),
                                     **{key: sql.Identifier(name) for key, name in more.items()})


def is_passing(error):
    """True for an error of a server that is restarting, or of a broken connection: worth another try."""
    broken = isinstance(error, (psycopg2.OperationalError, psycopg2.InterfaceError))
    return broken and any(part in str(error) for part in PASSING)


@contextlib.contextmanager
def as_failure(what):
    """Errors of PostgreSQL in the block become Failed with ``what`` in front."""
    try:
        yield
    except psycopg2.Error as error:
        raise Failed(f'{what}: {str(error).strip().splitlines()[0] if str(error).strip() else error!r}.') from error
