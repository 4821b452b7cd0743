"""A copy gets back what CREATE DATABASE … TEMPLATE and pg_dump leave behind; what may not be set is said."""
import dataclasses
import json

import pytest
from conftest import create
from psycopg2 import sql

from deploy import database_facts
from deploy.postgres import Server, named

OWNER, READER, WEAK = 'foreign "owner"', "reader's role", 'weak'


@pytest.fixture
def people(server):
    """Two roles with odd names and one that may only create databases."""
    server.rows(named('CREATE ROLE {}; CREATE ROLE {}; CREATE ROLE {} LOGIN CREATEDB', OWNER, READER, WEAK))
    yield
    for name in server.names(''):
        if name not in ('template0', 'template1', 'postgres'):
            server.rows(named('ALTER DATABASE {} OWNER TO odoo', name))
            for role in (OWNER, READER, WEAK):
                server.rows(named('ALTER ROLE {} IN DATABASE {} RESET ALL', role, name))
                server.rows(named('REVOKE ALL ON DATABASE {} FROM {} CASCADE', name, role))
    server.rows(named('DROP ROLE {}, {}, {}', OWNER, READER, WEAK))


@pytest.fixture
def special(server, settings, people):
    """A database with everything that a copy loses."""
    name = settings.database
    create(server, name, 'CREATE EXTENSION pg_trgm', 'CREATE PUBLICATION told FOR ALL TABLES')
    for statement in ('ALTER DATABASE {n} OWNER TO {o}', 'COMMENT ON DATABASE {n} IS $$it\'s "live"$$',
                      'ALTER DATABASE {n} CONNECTION LIMIT 77', 'REVOKE ALL ON DATABASE {n} FROM PUBLIC',
                      'GRANT CONNECT ON DATABASE {n} TO {r} WITH GRANT OPTION',
                      "ALTER DATABASE {n} SET work_mem = '7MB'",
                      'ALTER DATABASE {n} SET default_transaction_read_only = off',
                      'ALTER DATABASE {n} SET search_path = "$user", public, "odd, one"',
                      "ALTER DATABASE {n} SET our.own = 'a''b'", "ALTER ROLE {r} IN DATABASE {n} SET work_mem = '9MB'"):
        server.rows(named(statement, n=name, o=OWNER, r=READER))
    return name


def test_a_template_copy_gets_everything_back(server, special):
    wanted = json.loads(json.dumps(database_facts.facts(server, special)))
    server.rows(named('CREATE DATABASE {} TEMPLATE {}', 'the copy', special))
    lost = database_facts.differences(wanted, database_facts.facts(server, 'the copy'))
    assert {'owner', 'comment', 'connection_limit', 'rights', 'settings'} <= set(lost)
    assert not database_facts.apply(server, 'the copy', wanted)
    assert database_facts.differences(wanted, database_facts.facts(server, 'the copy'), skip=()) == []
    acl = "SELECT datacl::text FROM pg_database WHERE datname = %s"
    assert server.value(acl, ['the copy']) == server.value(acl, [special])
    with server.session('the copy') as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), current_setting('our.own')")
        assert cursor.fetchone() == ('"$user", public, "odd, one"', "a'b")


def test_applying_twice_changes_nothing(server, special):
    wanted = database_facts.facts(server, special)
    server.rows(named('CREATE DATABASE {} TEMPLATE {}', 'the copy', special))
    database_facts.apply(server, 'the copy', wanted)
    present = database_facts.facts(server, 'the copy')
    assert list(database_facts.statements('the copy', wanted, present)) == []


def test_settings_and_rights_that_the_original_lacks_are_taken_back(server, settings, people):
    create(server, settings.database)
    create(server, 'the copy')
    wanted = database_facts.facts(server, settings.database)
    server.rows(named("ALTER DATABASE {c} SET work_mem = '1GB'", c='the copy'))
    server.rows(named('GRANT CREATE ON DATABASE {c} TO {r}', c='the copy', r=READER))
    assert not database_facts.apply(server, 'the copy', wanted)
    assert database_facts.differences(wanted, database_facts.facts(server, 'the copy')) == []


def test_whether_a_copy_is_closed_is_not_touched(server, settings):
    create(server, settings.database)
    create(server, 'the copy')
    wanted = database_facts.facts(server, settings.database)
    server.rows(named('ALTER DATABASE {} IS_TEMPLATE true', 'the copy'))
    server.rows(named('ALTER DATABASE {} ALLOW_CONNECTIONS false', 'the copy'))
    assert not database_facts.apply(server, 'the copy', wanted)
    present = database_facts.facts(server, 'the copy')
    assert (present['is_template'], present['allow_connections'], present['extensions']) == (True, False, None)
    assert not database_facts.apply(server, 'the copy', wanted, skip=())
    assert database_facts.facts(server, 'the copy') == wanted


def test_who_may_not_gets_the_sql_to_run_by_hand(server, settings, special):
    wanted = database_facts.facts(server, special)
    weak = Server(dataclasses.replace(settings, db_user=WEAK))
    weak.rows(sql.SQL('CREATE DATABASE {} TEMPLATE template0').format(sql.Identifier('weak copy')))
    warnings = database_facts.apply(weak, 'weak copy', wanted)
    by_hand = [one.remedy for one in warnings]
    assert 'ALTER DATABASE "weak copy" OWNER TO "foreign ""owner""";' in by_hand
    assert any(one.subject == 'extension' and 'CREATE EXTENSION "pg_trgm"' in one.remedy for one in warnings)
    present = database_facts.facts(server, 'weak copy')
    assert present['comment'] == wanted['comment'], 'what an owner may do is done'
    for statement in by_hand:
        if statement.startswith(('ALTER', 'GRANT', 'REVOKE')) and 'EXTENSION' not in statement:
            server.rows(statement.replace('%', '%%'))
    assert database_facts.differences(wanted, database_facts.facts(server, 'weak copy')) == [
        'extensions', 'publications']
