"""What preflight finds, line by line, on a real PostgreSQL and real folders; and that it can write nothing."""
import contextlib
import dataclasses
import os
import pathlib
import pwd
import shutil
import tempfile

import psycopg2
import pytest
from conftest import create, drop

from deploy import (
    conf,
    preflight,
    preflight_activity,
    preflight_data,
    preflight_disk,
    preflight_folders,
    preflight_host,
    preflight_odoo,
    preflight_server,
    process,
)
from deploy.finding import OK, STOP, WARNING
from deploy.postgres import named

MODULES = ("CREATE TABLE ir_module_module (name text, state text, latest_version text)",
           "INSERT INTO ir_module_module VALUES ('payment_account_enhanced', 'installed', '17.0.1.0.8'), "
           "('account', 'installed', '17.0.1.2')",
           'CREATE TABLE ir_cron (id int, active bool, nextcall timestamp, cron_name text)')


@pytest.fixture
def reader(server, settings):
    """A database with a few tables of Odoo, and sessions that cannot write."""
    create(server, settings.database, *MODULES)
    return preflight.Reader(settings)


def found(section, settings, reader):
    return {one.subject: one for one in section.findings(settings, reader)}


def test_its_sessions_cannot_write(reader, settings):
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        reader.rows('CREATE TABLE left_behind ()', database=settings.database)
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        reader.rows(named('DROP DATABASE {}', settings.database))


def test_a_healthy_server(reader, settings):
    for section in (preflight_server, preflight_data, preflight_activity):
        for one in section.findings(settings, reader):
            assert one.level == OK, one.line()


def test_a_missing_database_and_a_server_that_is_not_there(reader, settings):
    other = dataclasses.replace(settings, database='nowhere')
    assert found(preflight_server, other, reader)['database'].level == STOP
    away = dataclasses.replace(settings, db_host='127.0.0.1', db_port='9')
    lines = [one for one in preflight.findings(away) if one.subject == 'PostgreSQL']
    assert lines[0].level == STOP
    assert 'could not be looked at' in lines[0].text


@pytest.fixture
def limited(server, settings):
    """Settings of a role that owns nothing and may create nothing."""
    server.rows('CREATE ROLE limited LOGIN')
    yield dataclasses.replace(settings, db_user='limited')
    for name in [settings.database]:
        drop(server, name)
    server.rows('DROP ROLE limited')


def test_rights_of_the_role(reader, limited):
    seen = found(preflight_server, limited, preflight.Reader(limited))
    assert seen['owner'].level == STOP
    assert 'OWNER TO "limited"' in seen['owner'].remedy
    assert seen['right to create databases'].level == STOP
    assert 'CREATEDB' in seen['right to create databases'].remedy


def test_objects_of_others(server, reader, limited):
    """The limited role owns the database, but not what is in it."""
    server.rows(named('ALTER DATABASE {} OWNER TO limited', limited.database))
    server.rows("SELECT lo_from_bytea(0, 'x'::bytea)", database=limited.database)
    for table in ('ir_module_module', 'ir_cron'):
        server.rows(named('GRANT SELECT ON {} TO limited', table), database=limited.database)
    seen = found(preflight_data, limited, preflight.Reader(limited))
    assert seen['owner of the tables'].level == STOP
    assert 'REASSIGN OWNED BY "odoo"' in seen['owner of the tables'].remedy
    assert seen['large objects'].level == STOP
    server.rows(named('ALTER DATABASE {} OWNER TO odoo', limited.database))


def test_client_programs_older_than_the_server(reader, settings, tmp_path):
    script = tmp_path / 'pg_dump'
    script.write_text('#!/bin/sh\necho "pg_dump (PostgreSQL) 11.22"\n')
    script.chmod(0o755)
    shutil.copy(script, tmp_path / 'pg_restore')
    old = dataclasses.replace(settings, pg_bin=str(tmp_path))
    one = found(preflight_server, old, preflight.Reader(old))['pg_dump']
    assert one.level == STOP
    assert 'postgresql-client-' in one.remedy


def test_a_replication_slot_without_a_reader(server, reader, settings):
    server.rows("SELECT pg_create_physical_replication_slot('standby_one')")
    try:
        assert found(preflight_server, settings, reader)['replication slot'].level == WARNING
    finally:
        server.rows("SELECT pg_drop_replication_slot('standby_one')")


def test_extensions_that_the_server_has_no_files_of():
    one = next(preflight_data._extensions([('pg_trgm', '1.6', True, True), ('postgis', '3.3', False, False)]))
    assert (one.level, 'postgis' in one.text) == (STOP, True)
    one = next(preflight_data._extensions([('pg_stat_statements', '1.9', True, False)]))
    assert one.level == WARNING


def test_clocks():
    assert [preflight_server._clock(seconds).level for seconds in (0.1, -3, 70)] == [OK, WARNING, STOP]


def test_leftovers(server, settings, monkeypatch):
    create(server, settings.database, *MODULES)
    for kind in ('work', 'rollback'):
        create(server, f'deploy_20261101_180000_{kind}')
    reader = preflight.Reader(settings)
    lines = [one for one in preflight_data.findings(settings, reader) if one.subject == 'left over']
    assert [one.level for one in lines] == [WARNING, STOP]
    assert '--resume' in lines[1].remedy
    monkeypatch.setattr(process, 'owner', '20261101_180000')
    assert not [one for one in preflight_data.findings(settings, reader) if one.subject == 'left over']


def test_open_transactions_and_sessions_of_others(server, reader, settings, monkeypatch):
    monkeypatch.setattr(preflight_activity, 'LONG', 0)
    with server.session(settings.database) as other:
        with other.cursor() as cursor:
            cursor.execute("SET application_name TO 'the report tool'; BEGIN; SELECT 1")
        seen = found(preflight_activity, settings, reader)
        assert seen['open transaction'].level == WARNING
        assert 'the report tool' in seen['open transaction'].text
        assert 'idle in transaction' in seen['open transaction'].text
        assert seen['other sessions'].level == WARNING
        assert seen['scheduled actions running'].level == OK


def test_a_scheduled_action_that_runs(server, reader, settings):
    with server.session(settings.database) as cron:
        with cron.cursor() as cursor:
            cursor.execute('BEGIN; SELECT * FROM ir_cron FOR NO KEY UPDATE SKIP LOCKED')
        one = found(preflight_activity, settings, reader)['scheduled actions running']
        assert (one.level, one.text.startswith('1, ')) == (WARNING, True)


@pytest.mark.parametrize('state, version, level, text', [
    ('installed', '17.0.1.0.8', OK, '17.0.1.0.8'),
    ('uninstalled', None, STOP, 'nothing to upgrade'),
    ('installed', '17.0.1.2.0', STOP, 'newer than any release'),
    ('installed', '17.0.1.20.0', OK, '17.0.1.20.0'),
])
def test_the_module_in_the_database(settings, state, version, level, text):
    one = preflight_odoo._module(settings, [(state, version)])
    assert one.level == level
    assert text in one.text
    if '1.2.0' in one.text:
        assert one.remedy.startswith('run takeover/version_back.sql on it: docs/upgrade.md')


def test_modules_half_way(settings):
    one = preflight_odoo._stuck(settings, [('sale', 'to upgrade'), ('stock', 'to install')])
    assert one.level == STOP
    assert '-u sale,stock' in one.remedy


def test_other_databases_of_the_same_process(server, reader, settings, tmp_path):
    create(server, 'second', *MODULES)
    create(server, 'third')
    with_conf = dataclasses.replace(settings, conf=str(tmp_path / 'odoo.conf'))
    for options, expected in (('', {'second', 'third'}), ('db_name = x', set()), ('db_name = x, third', {'third'}),
                              ('dbfilter = ^sec', {'second'}), ('dbfilter = ^%d$', {'second', 'third'})):
        (tmp_path / 'odoo.conf').write_text(f'[options]\n{options}\n')
        assert set(conf.served(with_conf, preflight_odoo.others(settings, reader))) >= expected
        if options.startswith('db'):
            served = set(conf.served(with_conf, ['second', 'third']))
            assert served == expected
    (tmp_path / 'odoo.conf').write_text('[options]\n')
    one = next(preflight_odoo._others(with_conf, reader))
    assert one.level == WARNING
    assert one.text.startswith('second have payment_account_enhanced')


def test_syslog_and_dev_mode(settings, tmp_path):
    path = tmp_path / 'odoo.conf'
    path.write_text('[options]\nsyslog = True\ndev_mode = reload\n')
    lines = list(preflight_odoo._conf(dataclasses.replace(settings, conf=str(path))))
    assert [one.level for one in lines] == [STOP, WARNING]


def addon(settings):
    """The folder of the addon, as empty as Odoo allows."""
    folder = pathlib.Path(settings.addons_path[0]) / settings.module
    folder.mkdir()
    (folder / '__manifest__.py').write_text('{}')
    return folder


def test_space_is_computed_from_sizes(server, reader, settings):
    addon(settings)
    settings.filestore.mkdir(parents=True)
    (settings.filestore / 'file').write_bytes(b'x' * 1_000_000)
    lines = list(preflight_disk.findings(settings, reader))
    assert [one.level for one in lines] == [OK], [one.line() for one in lines]
    assert 'filestore and code of the backup 1.0 MB' in lines[0].text
    assert 'copy of the database' in lines[0].text


def test_too_little_space_says_how_much_to_free(tmp_path):
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    one = preflight_disk._space('space', tmp_path, free + 5_000_000_000, 'dump')
    assert one.level == STOP
    assert 'free 5.' in one.remedy
    assert preflight_disk._space('space', tmp_path, free - 1000, 'dump').level == WARNING


def test_a_server_elsewhere_cannot_be_measured(settings):
    far = dataclasses.replace(settings, db_host='db.example.com')
    assert preflight_disk._data_place(far, None) is None


@contextlib.contextmanager
def another_account():
    """The effective account of the block is one without rights. (The tests may run as root, whom nothing stops.)"""
    if os.geteuid():
        yield
        return
    os.seteuid(pwd.getpwnam('nobody').pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


def test_folders_that_this_account_may_not_write(settings):
    place = pathlib.Path(tempfile.mkdtemp())
    place.chmod(0o755)
    code = place / 'addons' / settings.module
    filestore = place / 'data/filestore' / settings.database
    for folder in (code, filestore, place / 'backup'):
        folder.mkdir(parents=True)
    (code / '__manifest__.py').write_text('{}')
    (filestore / 'ab').write_text('secret')
    (filestore / 'ab').chmod(0o400 if os.geteuid() == 0 else 0)
    if os.geteuid():
        for folder in (code.parent, filestore.parent, place / 'backup'):
            folder.chmod(0o555)
    mine = dataclasses.replace(settings, addons_path=(str(code.parent),), data_dir=str(place / 'data'),
                               backup_dir=str(place / 'backup'))
    with another_account():
        seen = found(preflight_folders, mine, None)
    assert {subject for subject, one in seen.items() if one.level == STOP} == {
        'folder of the code', 'filestores', 'filestore', 'backup folder'}
    assert '1 of 1 files cannot be read' in seen['filestore'].text
    shutil.rmtree(place)


def test_a_backup_folder_inside_the_code(settings):
    inside = dataclasses.replace(settings, backup_dir=str(addon(settings) / 'backup'))
    assert found(preflight_folders, inside, None)['backup folder'].level == STOP


def test_commands_that_cannot_be_executed(settings, tmp_path):
    commands = {name: (str(tmp_path / name),) for name in ('start', 'stop', 'status')}
    from deploy.service import Service
    mine = dataclasses.replace(settings, **commands)
    one = preflight_host._rights(mine, Service(mine))
    assert (one.level, str(tmp_path / 'stop') in one.text) == (STOP, True)


def test_a_log_that_is_not_there(settings, tmp_path):
    assert preflight_host._log(dataclasses.replace(settings, logfile=str(tmp_path / 'none.log'))).level == STOP
    assert preflight_host._log(settings).level == WARNING
