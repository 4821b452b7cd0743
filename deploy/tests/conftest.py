"""A real PostgreSQL for the tests of the deployment tool, private and with fsync off, and settings that lead to it."""
import pathlib
import shutil
import sys
import tempfile

import code_samples
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from odoo_home import odoo_home  # noqa: F401
from psycopg2 import sql
from small_world import live  # noqa: F401

from deploy.postgres import Server
from deploy.settings import Settings
from dev import postgres as private


@pytest.fixture(scope='session')
def cluster():
    """A private PostgreSQL while the tests run."""
    path = pathlib.Path(tempfile.mkdtemp(prefix='deploy-server-'))
    path.chmod(0o755)
    one = private.Cluster(path, private.binaries())
    with one.used():
        yield one
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def settings(cluster, tmp_path):
    """Settings of a server whose database has a name with a quote, a space and a hyphen."""
    for name in ('data', 'backup', 'addons'):
        (tmp_path / name).mkdir()
    return Settings(database='pro"d \'x-1', module='payment_account_enhanced', db_host=str(cluster.socket),
                    db_port='5432', db_user=private.ROLE, addons_path=(str(tmp_path / 'addons'),),
                    data_dir=str(tmp_path / 'data'), backup_dir=str(tmp_path / 'backup'))


@pytest.fixture
def server(settings):
    """The server; every database made in the test is dropped at its end."""
    one = Server(settings)
    before = set(one.names(''))
    yield one
    for name in set(one.names('')) - before:
        drop(one, name)


def create(server, name, *statements):
    """A database made of SQL statements."""
    server.rows(sql.SQL('CREATE DATABASE {} TEMPLATE template0').format(sql.Identifier(name)))
    with server.session(name) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop(server, name):
    """Drops a database whatever its state."""
    identifier = sql.Identifier(name)
    server.rows(sql.SQL('ALTER DATABASE {} IS_TEMPLATE false').format(identifier))
    server.rows('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s', [name])
    server.rows(sql.SQL('DROP DATABASE {}').format(identifier))


@pytest.fixture
def in_use(tmp_path):
    """Settings of a server whose addons folder holds a small addon; new code is expected in ``new``."""
    code_samples.write(tmp_path / 'addons' / code_samples.MODULE)
    (tmp_path / 'deployment').mkdir()
    return Settings(database='d', module=code_samples.MODULE, addons_path=(str(tmp_path / 'addons'),),
                    data_dir=str(tmp_path / 'data'), backup_dir=str(tmp_path / 'backup'), source=str(tmp_path / 'new'))
