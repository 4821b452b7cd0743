"""What people entered since is counted by table and person, and nothing that an upgrade wrote."""
import datetime

import pytest
from books import ROWS, TABLES
from conftest import create
from psycopg2 import sql

from deploy import entered
from deploy.entered import Entered

BEFORE, AFTER = 'copy of before', 'now "here"'
NOW = datetime.datetime(2026, 5, 1, 12)


@pytest.fixture
def pair(server):
    create(server, BEFORE, TABLES, ROWS, "UPDATE res_partner SET create_date = '2026-01-01', create_uid = 1")
    server.rows(sql.SQL('CREATE DATABASE {} TEMPLATE {}').format(sql.Identifier(AFTER), sql.Identifier(BEFORE)))
    return server


def work(server):
    """A clerk makes two partners and changes one of old; the manager changes one of old and one of the clerk's."""
    for statement in (
            "INSERT INTO res_partner (name, create_uid, create_date, write_uid, write_date) VALUES "
            "('a', 2, '2026-05-01 12:01', 2, '2026-05-01 12:01'), ('b', 2, '2026-05-01 12:02', 3, '2026-05-01 12:03')",
            "UPDATE res_partner SET write_uid = 2, write_date = '2026-05-01 12:05' WHERE id = 1",
            "UPDATE res_partner SET write_uid = 3, write_date = '2026-05-01 12:05' WHERE id = 2",
            "UPDATE ir_ui_view SET write_uid = 1, write_date = '2026-05-01 12:00:30'",
            "UPDATE ir_ui_view SET write_uid = 99, write_date = '2026-05-01 12:06' WHERE id = 9"):
        server.rows(statement, database=AFTER)


def test_by_table_and_person(pair):
    assert entered.since_time(pair, AFTER, NOW) == []
    assert entered.since(pair, BEFORE, AFTER) == []
    work(pair)
    expected = [Entered('res_partner', 'clerk', 2, 1), Entered('ir_ui_view', 'user 99', 0, 1),
                Entered('res_partner', 'manager', 0, 1)]
    assert entered.since_time(pair, AFTER, NOW) == expected
    assert entered.since(pair, BEFORE, AFTER) == expected


def test_the_moment_counts(pair):
    work(pair)
    aware = datetime.datetime(2026, 5, 1, 14, 4, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert {(one.person, one.created, one.changed) for one in entered.since_time(pair, AFTER, aware)} == {
        ('clerk', 0, 1), ('manager', 0, 1), ('user 99', 0, 1)}
    assert entered.since_time(pair, AFTER, NOW + datetime.timedelta(hours=1)) == []


def test_shown(pair):
    work(pair)
    rows = entered.since_time(pair, AFTER, NOW)
    assert entered.by_person(rows) == {'clerk': (2, 1), 'manager': (0, 1), 'user 99': (0, 1)}
    lines = entered.shown(rows).splitlines()
    assert lines[0].split() == ['table', 'person', 'created', 'changed']
    assert lines[2].split() == ['res_partner', 'clerk', '2', '1']
