"""The picture: one state of the database, whatever the number of sessions and pieces; sums for people."""
import threading

import pytest
from books import ROWS, TABLES
from conftest import create

from deploy import digest, sums
from deploy.progress import Progress
from deploy.report import Failed

NAME = 'the "books"'


@pytest.fixture
def books(server):
    create(server, NAME, TABLES, ROWS)
    return server


def digests(picture):
    return {key: entry['groups'] for key, entry in picture['tables'].items()}


def test_every_table_is_in_it(books):
    picture = digest.take(books, NAME)
    listed = books.rows("SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename FROM "
                        "pg_tables WHERE schemaname IN ('public', 'other one')", database=NAME)
    assert set(picture['tables']) == {row[0] for row in listed}
    assert picture['tables']['account_move_line']['rows'] == 200
    assert picture['tables']['empty_one']['rows'] == 0


@pytest.mark.parametrize('workers', [1, 3])
def test_workers_and_pieces_do_not_matter(books, workers, monkeypatch):
    books.rows("INSERT INTO account_move_line (move_id, name) SELECT 1 + n % 50, repeat('x', 500) "
               "FROM generate_series(1, 3000) n", database=NAME)
    whole = digest.take(books, NAME)
    monkeypatch.setattr(digest, 'PIECE', 7)
    with books.session(NAME) as session:
        table = digest.tables(session)['account_move_line']
        assert len(digest.cut(table, 150000)) > 20
    assert digests(digest.take(books, NAME, workers=workers)) == digests(whole)


def test_all_sessions_see_one_state(books):
    """Somebody writes all the time; debits and credits of the picture are equal all the same."""
    stop, done = threading.Event(), []

    def write():
        with books.session(NAME) as session, session.cursor() as cursor:
            while not stop.is_set():
                cursor.execute("UPDATE account_move_line SET debit = debit + sign(debit), "
                               "credit = credit + sign(credit); UPDATE account_payment SET amount = amount + 1")
                done.append(1)

    before = digest.take(books, NAME)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        pictures = [digest.take(books, NAME, workers=3) for _number in range(5)]
    finally:
        stop.set()
        writer.join()
    assert len(done) > 5
    first = sum(float(group['sums'][0]) for group in before['tables']['account_payment']['groups'])
    for picture in pictures:
        debit, credit = (sum(float(group['sums'][n]) for group in picture['tables']['account_move_line']['groups'])
                         for n in (0, 1))
        paid = sum(float(group['sums'][0]) for group in picture['tables']['account_payment']['groups'])
        assert debit == credit == paid
        assert paid >= first


def test_snapshot_of_a_dump(books):
    before = digests(digest.take(books, NAME))
    with books.session(NAME) as session, session.cursor() as cursor:
        cursor.execute('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_export_snapshot()')
        name = cursor.fetchone()[0]
        books.rows('DELETE FROM account_partial_reconcile', database=NAME)
        assert digests(digest.take(books, NAME, name=name)) == before
    assert digests(digest.take(books, NAME)) != before


def test_nothing_is_written(books):
    """The digest works where writing is forbidden, and leaves no transaction open."""
    books.rows(f"ALTER DATABASE {chr(34)}the {chr(34) * 2}books{chr(34) * 2}{chr(34)} SET "
               "default_transaction_read_only = on")
    digest.take(books, NAME)
    assert books.value("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [NAME]) == 0


def test_unreadable_table_is_named(books):
    books.rows("CREATE FUNCTION bad(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1 / ($1 - $1)'", database=NAME)
    books.rows('CREATE MATERIALIZED VIEW sound AS SELECT 1 AS id', database=NAME)
    assert 'sound' in digest.take(books, NAME)['tables']
    books.rows('CREATE ROLE nobody_else LOGIN')
    try:
        books.rows('ALTER TABLE res_partner ENABLE ROW LEVEL SECURITY', database=NAME)
        books.rows('GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobody_else', database=NAME)
        books.rows('GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO nobody_else', database=NAME)
        books.parameters['user'] = 'nobody_else'
        with pytest.raises(Failed, match='ir_sequence|res_partner|other one|large object'):
            digest.take(books, NAME)
    finally:
        books.parameters['user'] = 'odoo'
        books.rows('DROP OWNED BY nobody_else', database=NAME)
        books.rows('DROP ROLE nobody_else')


def test_no_such_database(server):
    with pytest.raises(Failed, match='no such'):
        digest.take(server, 'no such')


def test_progress_reaches_its_total(books):
    bar = Progress('reading', 0)
    digest.take(books, NAME, progress=bar)
    assert bar.total and bar.total * 0.9 <= bar.done <= bar.total


def test_sums_are_shown_with_names(books):
    text = sums.text(digest.take(books, NAME))
    block = text[text.index('account_move_line'):]
    line = next(line for line in block.splitlines() if line.startswith('Daughter') and '1000' in line and
                'posted' in line)
    assert line.split()[:5] == ['Daughter', '1000', 'USD', 'posted', '50']
    expected = books.value("SELECT sum(debit) FROM account_move_line WHERE company_id = 2 AND account_id = 1 AND "
                           "parent_state = 'posted'", database=NAME)
    assert line.split()[5] == str(expected)
