"""The day after, the log by kinds, and the announcement for the users."""
import dataclasses
import datetime
import time

import pytest
from conftest import create

from deploy import checks_log, day_after, digest, notice, odoo_log
from deploy.finding import OK, STOP, WARNING
from deploy.journal import Journal

TABLES = (
    'CREATE TABLE ir_module_module (id int, name text, state text, latest_version text)',
    'CREATE TABLE account_move (id serial PRIMARY KEY, state text, amount_total numeric, access_token text)',
    "INSERT INTO account_move (state, amount_total) SELECT 'posted', n FROM generate_series(1, 20) n",
)


def line(moment, message, level='ERROR', pid=7):
    stamp = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S')
    return f'{stamp},123 {pid} {level} prod odoo.http: {message}\n'


@pytest.fixture
def logged(settings, tmp_path):
    """A function that writes the log; returns the settings that lead to it."""
    path = tmp_path / 'odoo.log'
    mine = dataclasses.replace(settings, logfile=str(path))

    def write(*lines):
        path.write_text(''.join(lines))
        return mine
    return write


def test_errors_of_a_kind_are_counted_together():
    text = ''.join(line(0, f"Record {number} of 'account.payment' at 0x7f{number:014x} is gone") for number in range(3))
    text += line(0, 'Something else') + 'Traceback (most recent call last):\nValueError: 12 is wrong\n'
    kinds = checks_log.grouped(odoo_log.records(text))
    assert sorted(kinds.values()) == [1, 3]
    assert any('ValueError: … is wrong' in kind for kind in kinds)
    assert checks_log.shown(kinds).startswith('3 × ERROR odoo.http: Record …')


def test_new_errors_come_before_those_that_were_there(logged):
    now = time.time()
    since = now - 3600
    settings = logged(line(since - 60, 'Old trouble 1'), line(since - 50, 'A note', 'INFO'),
                      line(since + 60, 'Old trouble 2'), line(since + 70, 'Old trouble 3'), line(since + 80, 'News'))
    found = list(day_after.errors(settings, since))
    assert [one.subject for one in found] == ['new error', 'error as before']
    assert found[0].text.startswith('1 ×')
    assert found[1].text.startswith('2 ×')
    assert 'before the deployment: 1 ×' in found[1].text


def test_a_quiet_night(logged):
    found = list(day_after.errors(logged(line(time.time(), 'All is well', 'INFO')), time.time() - 60))
    assert [one.level for one in found] == [OK]


def test_a_log_that_cannot_be_read_is_said(settings):
    assert [one.level for one in day_after.errors(settings, time.time())] == [WARNING]


def test_only_growth_is_expected(server, settings):
    create(server, settings.database, *TABLES)
    picture = digest.take(server, settings.database)
    server.rows("INSERT INTO account_move (state, amount_total) VALUES ('posted', 7)", database=settings.database)
    assert [one.level for one in day_after.integrity(settings, server, picture)] == [OK]
    server.rows('UPDATE account_move SET amount_total = 99 WHERE id = 3', database=settings.database)
    found = list(day_after.integrity(settings, server, picture))
    assert STOP in {one.level for one in found}
    assert any('account_move' in one.text for one in found)


def test_the_notice_has_twice_the_minutes_of_the_rehearsal(settings):
    begin = datetime.datetime(2026, 11, 29, 18, 0)
    text = notice.text(settings, begin, others=['second'])
    assert 'Sunday 29 November 2026 from 18:00 to about 19:00 (60 minutes at most)' in text
    assert 'second' in text
    Journal.create(settings.state_dir, kind='rehearsal', database=settings.database).note(seconds_closed=380)
    assert notice.minutes_closed(settings) == 15
    assert 'to about 18:15 (15 minutes at most)' in notice.text(settings, begin)


def test_the_notice_of_another_database_does_not_count(settings):
    Journal.create(settings.state_dir, kind='rehearsal', database='other').note(seconds_closed=380)
    assert notice.rehearsed_seconds(settings) is None
