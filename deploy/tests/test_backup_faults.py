"""What goes wrong while a backup is made: each time it is whole or not there, and says why."""
import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from conftest import create
from small_world import attach

from deploy import backup, dump, half, manifest, process, restore, tarball
from deploy.postgres import Server
from deploy.report import Failed, Refused, secret

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOISE = """CREATE TABLE noise AS SELECT n, string_agg(md5(random()::text), '') AS t
             FROM generate_series(1, 4000) n, generate_series(1, 60) GROUP BY n"""
LOCK = 'BEGIN; LOCK TABLE account_move IN ACCESS EXCLUSIVE MODE'


@contextlib.contextmanager
def volume(path, *options):
    """A small volume of its own, mounted while the block lasts."""
    if os.geteuid() != 0:
        pytest.skip('only root can mount a volume')
    path.mkdir(exist_ok=True)
    subprocess.run(['mount', '-t', 'tmpfs', '-o', ','.join(['mode=700', *options]), 'tmpfs', path], check=True)
    try:
        yield path
    finally:
        subprocess.run(['umount', '-l', path], check=True)


def left(settings):
    """What lies in the folder of backups."""
    home = backup.home(settings)
    return sorted(path.name for path in home.iterdir()) if home.exists() else []


def test_the_volume_is_full_while_dumping(server, settings, live, tmp_path):
    server.rows(NOISE, database=settings.database)
    with volume(tmp_path / 'small', 'size=4m') as small:
        small_one = dataclasses.replace(settings, backup_dir=str(small))
        with pytest.raises(Failed) as caught:
            backup.make(small_one, server, backup.place(small_one, 'one'), live)
        assert 'is full' in caught.value.what and 'prune' in caught.value.remedy
        assert left(small_one) == []
        assert backup.sizes.of_tree(small) == 0


def test_the_volume_is_full_while_files_are_copied(server, settings, live, tmp_path):
    (live / 'large.bin').write_bytes(os.urandom(5_000_000))
    with volume(tmp_path / 'small', 'size=4m') as small:
        small_one = dataclasses.replace(settings, backup_dir=str(small))
        with pytest.raises(Failed, match='is full'):
            backup.make(small_one, server, backup.place(small_one, 'one'), live)
        assert left(small_one) == []


def test_a_filestore_that_cannot_fit_is_told_at_once(server, settings, live, tmp_path):
    attach(server, settings, os.urandom(5_000_000))
    with volume(tmp_path / 'small', 'size=4m') as small:
        small_one = dataclasses.replace(settings, backup_dir=str(small))
        with pytest.raises(Failed, match='The filestore has .* free'):
            backup.make(small_one, server, backup.place(small_one, 'one'), live)
        assert left(small_one) == []


def test_a_folder_that_cannot_be_written(server, settings, live, tmp_path):
    with volume(tmp_path / 'fixed', 'ro') as fixed, pytest.raises(Refused, match='Read-only file system'):
        backup.make(settings, server, fixed / 'backups/one', live)
    (tmp_path / 'file').write_text('no folder')
    with pytest.raises(Refused, match='cannot be made: Not a directory'):
        backup.make(settings, server, tmp_path / 'file/backups/one', live)


@pytest.fixture
def password(cluster, server):
    """A role that needs a password; yields both."""
    hba = cluster.data / 'pg_hba.conf'
    before = hba.read_text()
    server.rows("CREATE ROLE careful LOGIN SUPERUSER PASSWORD 'opensesame 1'")
    hba.write_text(f'local all careful scram-sha-256\n{before}')
    server.rows('SELECT pg_reload_conf()')
    yield 'careful', 'opensesame 1'
    hba.write_text(before)
    server.rows('SELECT pg_reload_conf()')
    server.rows('DROP ROLE careful')


def test_a_wrong_password(settings, live, password):
    wrong = dataclasses.replace(settings, db_user=password[0], db_password='guessed')
    with pytest.raises(Refused, match='cannot be reached.*password authentication failed'):
        backup.make(wrong, Server(wrong), backup.place(wrong, 'one'), live)
    assert left(settings) == []


def test_a_password_is_nowhere_to_be_seen(server, settings, live, password, tmp_path):
    conf = tmp_path / 'odoo.conf'
    conf.write_text('[options]\nadmin_passwd = master word\ndb_name = x\ndb_password = opensesame 1\n'
                    'smtp_password=post word\nsession_token : token word\n; a note on opensesame 1\n')
    known = dataclasses.replace(settings, db_user=password[0], db_password=secret(password[1]), conf=str(conf))
    with server.session(settings.database) as blocker:
        blocker.cursor().execute(LOCK)
        with backup.together(lambda _stopped: backup.make(
                known, Server(known), backup.place(known, 'one'), live)) as future:
            lines = command_lines('pg_dump', '--format=directory')
            blocker.cursor().execute('ROLLBACK')
            future.result()
    assert any('--format=directory' in line for line in lines)
    assert not any('opensesame' in line for line in lines)
    folder = backup.place(known, 'one')
    for path in folder.rglob('*'):
        if path.is_file():
            words = (b'opensesame', b'master word', b'post word', b'token word')
            assert not any(word in path.read_bytes() for word in words), path
    assert 'db_name = x' in (folder / 'odoo.conf').read_text()


def command_lines(program, word):
    """Command lines of a program's processes, once one of them has the word: others only ask for the version."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = []
        for path in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
            with contextlib.suppress(OSError):
                words = path.read_bytes().replace(b'\0', b' ').decode(errors='replace')
                if words.split(' ')[0].endswith(program):
                    found.append(words)
        if any(word in line for line in found):
            return found
        time.sleep(0.05)
    return []


def test_a_table_that_stays_locked_ends_the_backup(server, settings, live, monkeypatch):
    monkeypatch.setattr(dump, 'LOCK_LIMIT', 300)
    with server.session(settings.database) as blocker:
        blocker.cursor().execute(LOCK)
        with pytest.raises(Failed, match='a table that somebody is altering'):
            backup.make(settings, server, backup.place(settings, 'one'), live)
    assert left(settings) == []


def test_killed_it_leaves_nothing_that_looks_whole(server, settings, live):
    folder = backup.place(settings, 'one')
    script = ('import sys; from deploy import backup; from deploy.postgres import Server; '
              'from deploy.settings import Settings; one = Settings(**eval(sys.argv[1])); '
              'backup.make(one, Server(one), backup.place(one, "one"), sys.argv[2])')
    values = {name: value for name, value in dataclasses.asdict(settings).items() if name in (
        'database', 'module', 'db_host', 'db_port', 'db_user', 'data_dir', 'backup_dir')}
    with server.session(settings.database) as blocker:
        blocker.cursor().execute(LOCK)
        victim = subprocess.Popen([sys.executable, '-c', script, repr(values), str(live)], cwd=ROOT,
                                  env={**os.environ, process.OWNER: 'killed_one'})
        packed = folder.with_name('one.part') / 'filestore.tar'
        while not packed.exists() or not command_lines('pg_dump', '--format=directory'):
            assert victim.poll() is None
            time.sleep(0.05)
        with pytest.raises(Refused, match='Somebody else'):
            backup.make(settings, server, folder, live)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        assert process.end_left_over('killed_one')
    assert left(settings) == ['one.part'] and not half.is_worked_on(folder.with_name('one.part'))
    with pytest.raises(Refused, match='half of a backup'):
        manifest.load(folder.with_name('one.part'))
    assert backup.all_backups(settings) == []
    backup.make(settings, server, folder, live)
    assert left(settings) == ['one'] and manifest.check(folder, manifest.load(folder)) is None


def test_an_attachment_deleted_meanwhile_is_no_fault(server, settings, live, monkeypatch):
    name, pack = attach(server, settings, b'soon gone'), tarball.pack

    def delete_first(source, *more, vanish=False):
        if vanish:
            server.rows('DELETE FROM ir_attachment WHERE store_fname = %s', [name], settings.database)
            (settings.filestore / name).unlink()
        return pack(source, *more, vanish=vanish)
    monkeypatch.setattr(tarball, 'pack', delete_first)
    made = backup.make(settings, server, backup.place(settings, 'one'), live)
    assert (made['vanished'], made['missing'], made['warnings']) == ([name], [], [])


def test_files_that_vanish_under_the_copy(server, settings, live, monkeypatch):
    name, walk = attach(server, settings, b'soon gone'), tarball._walk

    def walk_and_delete(source):
        for path, inner in walk(source):
            if inner == name:
                os.unlink(path)
            yield path, inner
    monkeypatch.setattr(tarball, '_walk', walk_and_delete)
    made = backup.make(settings, server, backup.place(settings, 'one'), live)
    assert made['missing'] == [name], 'the attachment still names it'
    assert restore.restore(settings, server, backup.place(settings, 'one'), 'again') == []


def test_a_file_that_is_missing_is_told(server, settings, live):
    name = attach(server, settings, b'lost long ago')
    (settings.filestore / name).unlink()
    made = backup.make(settings, server, backup.place(settings, 'one'), live)
    assert made['missing'] == [name] and f'{name} the first' in made['warnings'][0]


def test_client_programs_are_compared_with_the_server(server):
    assert dump.client_version(server, 'pg_dump') >= server.version()
    assert dump.major(server.call('psql', '--version')) == dump.client_version(server, 'psql')
    assert dump.major('pg_dump (PostgreSQL) 9.6.24') == 9
    assert dump.major('pg_dump (PostgreSQL) 17beta1') == 17
    assert dump.major('pg_dump (PostgreSQL) 14.11 (Ubuntu 14.11-0ubuntu0.22.04.1)') == 14
    assert dump.check_client(server) == dump.client_version(server, 'pg_dump')
    with pytest.raises(Refused, match='older than the archive of pg_dump 99'):
        dump.check_client(server, 'pg_restore', at_least=99)


def test_a_database_that_is_not_there(server, settings, live):
    with pytest.raises(Failed, match='does not exist'):
        backup.make(dataclasses.replace(settings, database='nowhere'), server, backup.place(settings, 'one'), live)
    assert left(settings) == []


@pytest.mark.parametrize('name', ['-x', 'dbname=postgres', 'postgresql://localhost/x', "a'b\\c", 'ünï "cödé"', ' '])
def test_any_name_is_only_a_name(server, settings, name):
    create(server, name, 'CREATE TABLE account_move AS SELECT 7 AS amount')
    odd = dataclasses.replace(settings, database=name)
    backup.make(odd, server, backup.place(odd, 'one'))
    restore.restore(odd, server, backup.place(odd, 'one'), f'{name}2')
    assert server.rows('SELECT amount FROM account_move', database=f'{name}2') == [(7,)]


def test_other_databases_are_left_alone(server, settings, live):
    create(server, 'other', 'CREATE TABLE account_move AS SELECT 1 AS a')
    other = dataclasses.replace(settings, database='other')
    backup.make(settings, server, backup.place(settings, 'one'), live)
    backup.make(other, server, backup.place(settings, 'two'))
    assert [facts['database'] for _folder, facts in backup.all_backups(settings)] == [settings.database]
    assert [folder.name for folder, _facts in backup.all_backups(other)] == ['two']


def test_root_over_the_socket_works_as_the_service(cluster, settings, server, live, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip('only root takes the identity of the service')
    monkeypatch.setenv('PGHOST', settings.db_host)
    hba = cluster.data / 'pg_hba.conf'
    before, account = hba.read_text(), cluster.account.pw_name
    server.rows(f'CREATE ROLE {account} LOGIN SUPERUSER')
    hba.write_text(f'local all {account} peer\n{before}')
    server.rows('SELECT pg_reload_conf()')
    try:
        one = dataclasses.replace(settings, db_host='', db_user=account, user=account)
        folder = backup.place(one, 'one')
        made = backup.make(one, Server(one), folder, live)
        assert restore.restore(one, Server(one), folder, 'again', settings.filestores / 'again') == []
        assert server.value('SELECT count(*) FROM account_move', database='again') == 2000
        assert len(made['files']) > 5
        files = [path for path in (settings.filestores / 'again').rglob('*') if path.is_file()]
        assert files and all(path.owner() == account for path in files)
    finally:
        hba.write_text(before)
        server.rows('SELECT pg_reload_conf()')
        server.rows('DROP DATABASE IF EXISTS again')
        server.rows(f'DROP ROLE {account}')
