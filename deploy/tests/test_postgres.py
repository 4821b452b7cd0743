"""Names are data, passwords stay out of sight, and a database is reached whatever its name."""
from conftest import create

from deploy import report
from deploy.postgres import named


def test_a_name_with_quotes_and_hyphens_is_only_a_name(server, settings):
    create(server, settings.database, 'CREATE TABLE t AS SELECT 1 AS a')
    assert server.exists(settings.database)
    assert server.rows('SELECT a FROM t', database=settings.database) == [(1,)]
    assert server.rows(named('SELECT 1 AS {}', 'a"; DROP TABLE t; --'), database=settings.database) == [(1,)]
    assert server.rows('SELECT a FROM t', database=settings.database) == [(1,)]


def test_a_password_is_never_shown(capsys):
    report.secret('hunter2!')
    report.say('connecting with hunter2!')
    assert 'hunter2!' not in capsys.readouterr().out
