"""Odoo's log: every record is read, whatever the names in it, and what is written after a mark is news."""
import os

import pytest

from deploy.odoo_log import Mark, errors, records

LINE = '2026-11-24 16:21:00,663 10685 {} {} {}: {}\n'


@pytest.mark.parametrize('database', ['books', 'it\'s the "books" of-2026', '?'])
@pytest.mark.parametrize('logger', ['odoo.sql_db', 'post-migrate', 'werkzeug'])
def test_names_of_databases_and_loggers_are_only_names(database, logger):
    found = records(LINE.format('ERROR', database, logger, 'Something: is not right'))
    assert [(one.level, one.database, one.logger, one.message, one.pid) for one in found] == [
        ('ERROR', database, logger, 'Something: is not right', 10685)]


def test_a_traceback_belongs_to_its_record():
    text = LINE.format('CRITICAL', 'books', 'odoo.x', 'failed') + 'Traceback:\n  ValueError: no\n' + LINE.format(
        'INFO', 'books', 'odoo.x', 'went on')
    one, = errors(records(text))
    assert one.line() == 'CRITICAL odoo.x: failed (ValueError: no)'


def test_what_comes_after_the_mark_is_news(tmp_path):
    log = tmp_path / 'odoo.log'
    log.write_text('old\n')
    mark = Mark.at_end(log)
    with log.open('a') as handle:
        handle.write('new\n')
    assert mark.news() == 'new\n'


def test_news_are_read_across_a_rotation(tmp_path):
    log = tmp_path / 'odoo.log'
    log.write_text('old\n')
    mark = Mark.at_end(log)
    with log.open('a') as handle:
        handle.write('before\n')
    os.rename(log, tmp_path / 'odoo.log.1')
    log.write_text('after\n')
    assert mark.news() == 'before\nafter\n'


def test_news_are_read_after_the_file_was_cut(tmp_path):
    log = tmp_path / 'odoo.log'
    log.write_text('a long line of before\n')
    mark = Mark.at_end(log)
    log.write_text('after\n')
    assert mark.news() == 'after\n'


def test_a_log_that_is_not_there_yet_is_all_news(tmp_path):
    mark = Mark.at_end(tmp_path / 'odoo.log')
    (tmp_path / 'odoo.log').write_text('first\n')
    assert mark.news() == 'first\n'
