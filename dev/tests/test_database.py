"""Databases and their files: whole or not at all, and nothing left over."""
import os
import subprocess

import pytest

from dev.database import Databases
from dev.postgres import Server
from dev.report import Exit, Stop


@pytest.fixture
def source(databases):
    name = databases.name('source')
    databases.create(name)
    (databases.filestore(name) / 'ab').mkdir()
    (databases.filestore(name) / 'ab/file').write_text('kept')
    databases.sql('CREATE TABLE kept AS SELECT 42 AS value', database=name)
    return name


def dead_process():
    with subprocess.Popen(['true']) as process:
        process.wait()
    return process.pid


def test_create_has_what_odoo_needs(databases, source):
    assert databases.exists(source)
    assert databases.sql("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'", database=source) == [[1]]


def test_copy_takes_rows_and_files(databases, source):
    databases.copy(source, databases.name('copy'))
    assert databases.sql('SELECT value FROM kept', database=databases.name('copy')) == [[42]]
    assert (databases.filestore(databases.name('copy')) / 'ab/file').read_text() == 'kept'
    databases.drop(databases.name('copy'))
    assert (databases.filestore(source) / 'ab/file').read_text() == 'kept'


def test_rename(databases, source):
    databases.rename(source, databases.name('new'))
    assert not databases.exists(source)
    assert databases.exists(databases.name('new'))


def test_a_database_without_its_files_does_not_count(databases, source):
    (databases.filestore(source) / 'ab/file').unlink()
    (databases.filestore(source) / 'ab').rmdir()
    databases.filestore(source).rmdir()
    assert not databases.exists(source)


def test_scratch_is_dropped_whatever_happens(databases, source):
    with pytest.raises(RuntimeError), databases.scratch('test', source) as name:
        assert databases.exists(name)
        raise RuntimeError
    assert databases.names() == [source]
    assert not databases.filestore(name).exists()


def test_left_over_of_an_interrupted_run(databases, source):
    gone, alive = (databases.name('tmp', 'run', str(number)) for number in (dead_process(), os.getpid()))
    databases.copy(source, gone)
    databases.copy(source, alive)
    assert databases.drop_left_over() == [gone]
    assert databases.names() == [source, alive]


def test_drop_throws_out_whoever_is_connected(databases, source, one_server):
    import psycopg2
    connection = psycopg2.connect(dbname=source, host=one_server.host, port=one_server.port, user=one_server.user)
    databases.drop(source)
    assert databases.names() == []
    connection.close()


def test_notes(databases, source):
    assert databases.noted(source) is None
    databases.note(source, "it's 100 %")
    assert databases.noted(source) == "it's 100 %"
    assert databases.noted('no_such_database') is None


def test_other_caches_have_other_names(databases, source, monkeypatch, tmp_path):
    monkeypatch.setenv('PAE_CACHE', str(tmp_path))
    assert Databases(databases.server, databases.python).names() == []


def test_rights(databases, one_server):
    databases.check_rights()
    databases.sql('DROP ROLE IF EXISTS poor', 'CREATE ROLE poor LOGIN')
    poor = Databases(Server(one_server.host, one_server.port, 'poor'), databases.python)
    with pytest.raises(Stop) as caught:
        poor.check_rights()
    assert caught.value.code == Exit.POSTGRES_FAILED
    assert 'CREATEDB' in caught.value.line()


def test_an_error_is_told(databases):
    with pytest.raises(Stop) as caught:
        databases.sql('SELECT no_such_column')
    assert 'no_such_column' in caught.value.line()
