"""Databases of this tool: made under a passing name, renamed when complete, with their files beside them."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess

from dev import cache
from dev.report import Exit, Stop


class Databases:
    """The databases that one cache folder owns on one server; all their names begin alike."""

    def __init__(self, server, python):
        self.server = server
        self.python = python
        self.prefix = f'pae_{cache.digest(cache.folder(), os.uname().nodename, size=6)}_'
        self.files = cache.folder() / 'data'

    def name(self, *parts):
        return self.prefix + '_'.join(parts)

    def passing(self, purpose):
        """A name for this process alone; :meth:`drop_left_over` knows it when the process is gone."""
        return self.name('tmp', purpose, str(os.getpid()))

    def sql(self, *statements, database='postgres'):
        """Rows of the last statement; each is a string or (string, values)."""
        pairs = [(item, None) if isinstance(item, str) else item for item in statements]
        done = subprocess.run([self.python, pathlib.Path(__file__).with_name('sql.py')], text=True,
                              input=json.dumps({'database': database, 'statements': pairs}), capture_output=True,
                              env={**os.environ, **self.server.variables()}, check=False)
        if done.returncode:
            raise Stop(Exit.POSTGRES_FAILED, f'PostgreSQL refused: {done.stderr.strip()}.',
                       'check PGHOST, PGPORT, PGUSER and PGPASSWORD' if not self.server.host.startswith('/')
                       else 'make clean')
        return json.loads(done.stdout)

    def check_rights(self):
        """Stops where databases cannot be created."""
        rows = self.sql("SELECT rolcreatedb OR rolsuper, current_setting('server_version_num')::int / 10000 "
                        "FROM pg_roles WHERE rolname = current_user")
        if not rows or not rows[0][0]:
            raise Stop(Exit.POSTGRES_FAILED, 'The PostgreSQL user may not create databases.',
                       'ALTER ROLE ... CREATEDB, or unset PGHOST and PGPORT for a private server')
        if rows[0][1] < 12:
            raise Stop(Exit.NO_POSTGRES, f'PostgreSQL {rows[0][1]} is too old: 12 or later is needed.',
                       'unset PGHOST and PGPORT for a private server')

    def names(self):
        return [row[0] for row in self.sql((
            'SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1', [self.prefix]))]

    def exists(self, name):
        """True when the database and its files are there; either alone is a leftover."""
        return name in self.names() and self.filestore(name).is_dir()

    def filestore(self, name):
        return self.files / 'filestore' / name

    def copy(self, source, target):
        self.drop(target)
        self.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        shutil.copytree(self.filestore(source), self.filestore(target), copy_function=_link)

    def create(self, name):
        self.drop(name)
        self.sql(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'unicode' LC_COLLATE 'C'")
        self.sql('CREATE EXTENSION IF NOT EXISTS pg_trgm', database=name)
        self.filestore(name).mkdir(parents=True)

    def rename(self, old, new):
        self.drop(new)
        self.filestore(old).rename(self.filestore(new))
        self.sql(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def drop(self, *names):
        for name in names:
            self.sql(('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s', [name]),
                     f'DROP DATABASE IF EXISTS "{name}"')
            shutil.rmtree(self.filestore(name), ignore_errors=True)

    def drop_left_over(self):
        """Drops what interrupted runs left; returns the names."""
        gone = [name for name in self.names() if _left_over(name)]
        self.drop(*gone)
        return gone

    def note(self, name, text):
        """Keeps a short text with a database."""
        self.sql((f'COMMENT ON DATABASE "{name}" IS %s', [text]))

    def noted(self, name):
        rows = self.sql(("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]))
        return rows[0][0] if rows else None

    @contextlib.contextmanager
    def scratch(self, purpose, source):
        """A copy of a database that is dropped at the end of the block."""
        name = self.passing(purpose)
        try:
            self.copy(source, name)
            yield name
        finally:
            self.drop(name)


def _left_over(name):
    process = re.search(r'_tmp_\w+_(\d+)$', name)
    if not process:
        return False
    try:
        os.kill(int(process.group(1)), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _link(source, target):
    """Files of a filestore never change: a second name is a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
