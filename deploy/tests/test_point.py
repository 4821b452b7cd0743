"""The rollback point, and the moves of databases around it: each may be broken off and done again."""
import threading

import psycopg2
import pytest
from conftest import create

from deploy import point, report
from deploy.point import Databases


@pytest.fixture
def databases(server, settings):
    create(server, settings.database, 'CREATE TABLE t AS SELECT 7 AS a')
    return Databases(server)


def test_a_closed_database_lets_nobody_in_and_ends_who_is_there(databases, server, settings):
    visitor = server.connect(settings.database)
    databases.close(settings.database)
    with pytest.raises(psycopg2.OperationalError):
        visitor.cursor().execute('SELECT 1')
    with pytest.raises(psycopg2.OperationalError, match='not currently accepting connections'):
        server.connect(settings.database)


def test_a_session_that_will_not_leave_is_named(databases, server, settings, monkeypatch):
    """Only a superuser's session cannot be ended by the owner of the database."""
    server.rows("CREATE ROLE plain LOGIN CREATEDB")
    try:
        server.rows(point.named('ALTER DATABASE {} OWNER TO plain', settings.database))
        visitor = server.connect(settings.database)
        plain = type(server)(type(settings)(**{**vars(settings), 'db_user': 'plain'}))
        monkeypatch.setattr(point, 'LEAVE_LIMIT', 1)
        with pytest.raises(report.Failed, match=f'process {visitor.info.backend_pid} of odoo'):
            Databases(plain).close(settings.database)
        visitor.close()
    finally:
        server.rows(point.named('ALTER DATABASE {} OWNER TO odoo', settings.database))
        server.rows('DROP ROLE plain')


def test_the_copy_is_whole_hidden_and_closed(databases, server, settings):
    databases.close(settings.database)
    databases.copy(settings.database, 'deploy_x_rollback')
    assert server.rows("SELECT datistemplate, datallowconn FROM pg_database WHERE datname = 'deploy_x_rollback'") == [
        (True, False)]
    databases.allow('deploy_x_rollback', True)
    assert server.rows('SELECT a FROM t', database='deploy_x_rollback') == [(7,)]


def test_a_half_made_copy_of_an_earlier_try_is_replaced(databases, server, settings):
    create(server, 'deploy_x_rollback', 'CREATE TABLE rubbish ()')
    databases.close(settings.database)
    databases.copy(settings.database, 'deploy_x_rollback')
    databases.allow('deploy_x_rollback', True)
    assert server.rows('SELECT a FROM t', database='deploy_x_rollback') == [(7,)]


def test_work_that_a_dead_tool_left_running_is_ended(databases, server, settings):
    """The server goes on copying when the tool that asked for it was killed."""
    with server.session(settings.database) as connection, connection.cursor() as cursor:
        cursor.execute('CREATE TABLE large AS SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 200000) g')
    databases.close(settings.database)
    statement = point.named('CREATE DATABASE {} TEMPLATE {}', 'deploy_x_rollback', settings.database)
    failed = []

    def dead_tool():
        try:
            server.rows(statement)
        except psycopg2.Error as error:
            failed.append(error)
    thread = threading.Thread(target=dead_tool)
    thread.start()
    while not server.rows("SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE DATABASE%'"):
        assert thread.is_alive()
    databases.copy(settings.database, 'deploy_x_rollback')
    thread.join()
    assert failed
    databases.allow('deploy_x_rollback', True)
    assert server.rows('SELECT count(*) FROM large', database='deploy_x_rollback') == [(200000,)]


def test_a_database_is_found_by_its_number_after_a_rename(databases, server, settings):
    oid = databases.oid(settings.database)
    databases.close(settings.database)
    databases.rename(oid, 'deploy_x_work')
    databases.rename(oid, 'deploy_x_work')
    databases.placeholder(settings.database, 'deploy_x_placeholder', 'placeholder of deployment x')
    assert databases.name(oid) == 'deploy_x_work'
    assert databases.comment(settings.database) == 'placeholder of deployment x'
    with pytest.raises(psycopg2.OperationalError, match='not currently accepting connections'):
        server.connect(settings.database)
    databases.drop(settings.database)
    databases.rename(oid, settings.database)
    databases.allow(settings.database, True)
    assert server.rows('SELECT a FROM t', database=settings.database) == [(7,)]


def test_dropping_what_is_gone_is_no_error(databases):
    databases.drop('deploy_never_was')
