"""A damaged backup, or one that does not fit the server, is refused before anything is made; a broken-off restore
leaves nothing that looks whole."""
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import psycopg2
import pytest
from conftest import create
from test_backup_faults import volume

from deploy import backup, dump, manifest, process, restore, verify
from deploy.postgres import Server, named
from deploy.report import Failed, Refused
from dev import postgres as private

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def made(server, settings, live):
    """The folder of a good backup."""
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, live, fingerprint=False)
    return folder


def flip(path):
    """Turns one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def cut(path):
    os.truncate(path, path.stat().st_size - 3)


def test_a_damaged_file_is_named(server, settings, made):
    for name in ('database/toc.dat', 'filestore.tar', 'code.tar', '.dat.gz', 'blobs.toc'):
        path = next(path for path in sorted(made.rglob('*')) if str(path).endswith(name))
        for fault, text in ((flip, 'was altered'), (cut, 'bytes instead of'), (os.unlink, 'No such file')):
            before = path.read_bytes()
            fault(path)
            with pytest.raises(Refused, match=f'{path.name}.*{text}'):
                restore.restore(settings, server, made, 'again', settings.filestores / 'again')
            path.write_bytes(before)
    assert not server.exists('again') and not (settings.filestores / 'again').exists()
    assert server.names('deploy_') == []
    manifest.check(made, manifest.load(made))


def test_an_altered_manifest(server, settings, made):
    path = made / manifest.NAME
    before = path.read_text()
    for text in (before[:-3], before[:200], '[]', '', before.replace('"server": 1', '"server": 2'),
                 before.replace('"owner": "', '"owner": "x')):
        path.write_text(text)
        with pytest.raises(Refused, match='manifest.json is damaged'):
            restore.restore(settings, server, made, 'again')


def test_what_is_no_backup(server, settings, tmp_path):
    for folder in (tmp_path, tmp_path / 'nowhere'):
        with pytest.raises(Refused, match='is no backup'):
            restore.restore(settings, server, folder, 'again')


def test_nothing_that_exists_is_restored_into(server, settings, made):
    with pytest.raises(Refused, match='exists already'):
        restore.restore(settings, server, made, settings.database)
    with pytest.raises(Refused, match='exists already and is not empty'):
        restore.restore(settings, server, made, 'again', settings.filestore)
    assert server.value('SELECT count(*) FROM account_move', database=settings.database) == 2000
    assert server.names('deploy_') == [] and not server.exists('again')


def test_a_full_volume_for_the_filestore(server, settings, made, tmp_path):
    with volume(tmp_path / 'small', 'size=100k') as small:
        with pytest.raises(Failed, match='is full'):
            restore.restore(settings, server, made, 'again', small / 'filestore')
        assert list(small.iterdir()) == []
    assert not server.exists('again') and server.names('deploy_') == []


def test_killed_it_leaves_nothing_that_looks_whole(server, settings, made):
    script = ('import sys; from deploy import restore; from deploy.postgres import Server; '
              'from deploy.settings import Settings; one = Settings(**eval(sys.argv[1])); '
              'restore.restore(one, Server(one), sys.argv[2], "again", sys.argv[3])')
    values = {name: value for name, value in dataclasses.asdict(settings).items() if isinstance(value, str)}
    target = settings.filestores / 'again'
    with server.session() as watch:
        victim = subprocess.Popen([sys.executable, '-c', script, repr(values), str(made), str(target)], cwd=ROOT,
                                  env={**os.environ, process.OWNER: 'killed_two'})
        while not sessions(watch):
            assert victim.poll() is None
            time.sleep(0.005)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    process.end_left_over('killed_two')
    while server.rows("SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'deploy%%'"):
        time.sleep(0.05)
    assert not server.exists('again') and not target.exists()
    half = server.names(restore.HALF)
    assert server.value('SELECT datistemplate FROM pg_database WHERE datname = %s', half), 'Odoo passes it over'
    assert restore.restore(settings, server, made, 'again', target) == []
    assert server.names('deploy_') == []


def sessions(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname LIKE 'deploy%'")
        return cursor.fetchall()


def test_two_at_once(server, settings, made):
    with restore.working_on(server, 'deploy_x'), pytest.raises(Refused, match='Somebody else'):
        restore.restore(settings, server, made, 'deploy_x')
    assert not restore.is_worked_on(server, 'deploy_x')


@pytest.fixture
def other_owner(server, settings, live):
    """The database and its tables belong to a role that is not ours."""
    owner = 'the "owner"'
    server.rows(named('CREATE ROLE {}; CREATE ROLE weak LOGIN CREATEDB', owner))
    server.rows(named('ALTER DATABASE {} OWNER TO {}', settings.database, owner))
    server.rows(named('ALTER TABLE account_move OWNER TO {}', owner), database=settings.database)
    server.rows(named('GRANT SELECT ON account_move TO weak'), database=settings.database)
    yield owner
    for name in server.names(''):
        if name not in ('template0', 'template1', 'postgres'):
            for statement in ('REASSIGN OWNED BY {}, weak TO odoo', 'DROP OWNED BY {}, weak'):
                server.rows(named(statement, owner), database=name)
            server.rows(named('ALTER DATABASE {} OWNER TO odoo', name))
    server.rows(named('DROP ROLE {}, weak', owner))


OWNERS = "SELECT tableowner::text FROM pg_tables WHERE tablename = 'account_move'"


def test_a_foreign_owner_comes_back(server, settings, live, other_owner):
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, live)
    assert restore.restore(settings, server, folder, 'again') == []
    assert server.value(OWNERS, database='again') == other_owner
    assert server.value('SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = %s',
                        ['again']) == other_owner
    assert verify.verify(settings, server, folder) == []


def test_who_may_not_give_it_away_is_told(server, settings, live, other_owner):
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, live, fingerprint=False)
    weak = dataclasses.replace(settings, db_user='weak')
    warnings = restore.restore(weak, Server(weak), folder, 'again')
    assert 'owner' in {one.subject for one in warnings}
    assert any('OWNER TO "the ""owner"""' in one.remedy for one in warnings)
    assert server.value(OWNERS, database='again') == 'weak'
    assert server.value('SELECT count(*) FROM account_move', database='again') == 2000


def test_a_role_that_is_missing(server, settings, made):
    server.rows('CREATE ROLE passing')
    server.rows('ALTER TABLE account_move OWNER TO passing', database=settings.database)
    folder = backup.place(settings, 'two')
    backup.make(settings, server, folder, fingerprint=False)
    server.rows('REASSIGN OWNED BY passing TO odoo', database=settings.database)
    server.rows('DROP ROLE passing')
    with pytest.raises(Refused, match='roles that this server does not have: passing') as caught:
        restore.restore(settings, server, folder, 'again')
    assert caught.value.remedy == 'CREATE ROLE "passing";'


@pytest.fixture(scope='module')
def bare():
    """A second server whose programs came without the extension pg_trgm."""
    programs = private.binaries()
    share = pathlib.Path(subprocess.run([programs / 'pg_config', '--sharedir'], check=True, capture_output=True,
                                        text=True).stdout.strip())
    base = pathlib.Path(tempfile.mkdtemp(prefix='deploy-bare-'))
    base.chmod(0o755)
    if not share.is_relative_to('/usr'):
        pytest.skip('the programs of this server cannot be moved')
    for path in (programs, share, programs.parent / 'lib'):
        shutil.copytree(path, base / path.relative_to('/'), symlinks=True)
    for path in (base / share.relative_to('/') / 'extension').glob('pg_trgm*'):
        path.unlink()
    one = private.Cluster(base, base / programs.relative_to('/'))
    with one.used():
        yield one
    shutil.rmtree(base, ignore_errors=True)


def test_an_extension_is_missing_on_the_server(settings, made, bare):
    other = dataclasses.replace(settings, db_host=str(bare.socket))
    server = Server(other)
    with pytest.raises(psycopg2.Error):
        server.rows('CREATE EXTENSION pg_trgm')
    with pytest.raises(Refused, match='no extension pg_trgm') as caught:
        restore.restore(other, server, made, 'again')
    assert 'install it on the database server' in caught.value.remedy
    assert not server.exists('again')


def test_an_extension_for_superusers(server, settings, live):
    server.rows('CREATE EXTENSION pg_buffercache', database=settings.database)
    server.rows('CREATE ROLE weak LOGIN CREATEDB')
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, fingerprint=False)
    weak = dataclasses.replace(settings, db_user='weak')
    with pytest.raises(Refused, match='Only a superuser .* pg_buffercache'):
        restore.restore(weak, Server(weak), folder, 'again')
    server.rows('DROP ROLE weak')


def test_event_triggers_and_publications(server, settings, live):
    for statement in ("CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
                      'CREATE EVENT TRIGGER told ON ddl_command_end EXECUTE FUNCTION f()',
                      'CREATE PUBLICATION everything FOR ALL TABLES'):
        server.rows(statement, database=settings.database)
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, fingerprint=False)
    restore.restore(settings, server, folder, 'again')
    assert server.value('SELECT count(*) FROM pg_event_trigger', database='again') == 1
    assert server.value('SELECT count(*) FROM pg_publication', database='again') == 1


def test_another_locale(server, settings, tmp_path):
    server.rows(named("CREATE DATABASE {} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", settings.database))
    server.rows("CREATE TABLE account_move AS SELECT 'Grüße' AS name", database=settings.database)
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder)
    assert restore.restore(settings, server, folder, 'again') == []
    assert server.rows('SELECT pg_encoding_to_char(encoding)::text, datcollate FROM pg_database WHERE datname = %s',
                       ['again']) == [('LATIN1', 'C')]
    assert verify.verify(settings, server, folder) == []


def test_an_icu_locale(server, settings):
    if server.version() < 15 or not server.value("SELECT count(*) FROM pg_collation WHERE collprovider = 'i'"):
        pytest.skip('this server has no ICU databases')
    server.rows(named("CREATE DATABASE {} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de-DE' LOCALE 'C'",
                      settings.database))
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder)
    assert restore.restore(settings, server, folder, 'again') == []


def test_the_proof_finds_another_content(server, settings, live):
    """The dump of one database with the fingerprint of another: what a backup that lies would look like."""
    folder, other = backup.place(settings, 'one'), backup.place(settings, 'two')
    backup.make(settings, server, folder, live)
    server.rows('UPDATE account_move SET amount = amount + 1 WHERE id = 77', database=settings.database)
    backup.make(settings, server, other, live)
    shutil.copy(other / backup.FINGERPRINT, folder / backup.FINGERPRINT)
    manifest.write(folder, {key: value for key, value in manifest.load(folder).items() if key not in ('files', 'seal')})
    wrong = verify.verify(settings, server, folder)
    assert wrong and 'account_move' in wrong[0] and not verify.proven(folder)


def test_the_proof_finds_an_attachment_that_was_altered(server, settings, live):
    path = next(path for path in settings.filestore.rglob('*') if path.is_file())
    flip(path)
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, live)
    wrong = verify.verify(settings, server, folder)
    assert len(wrong) == 1 and path.name in wrong[0] and 'is not what its attachment says' in wrong[0]


def test_numbers_that_are_drawn_meanwhile_are_no_difference(server, settings, live, monkeypatch):
    server.rows('CREATE SEQUENCE ir_sequence_007', database=settings.database)
    draw, write = 'SELECT setval(%s, nextval(%s) + 5)', dump.write

    def write_and_draw(*arguments):
        server.rows(draw, ['ir_sequence_007'] * 2, settings.database)
        write(*arguments)
        server.rows(draw, ['ir_sequence_007'] * 2, settings.database)
    monkeypatch.setattr(dump, 'write', write_and_draw)
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, live)
    assert verify.verify(settings, server, folder) == []
    path = folder / backup.FINGERPRINT
    path.write_text(path.read_text().replace('"ir_sequence_007": [', '"ir_sequence_007": [9'))
    manifest.write(folder, {key: value for key, value in manifest.load(folder).items() if key not in ('files', 'seal')})
    assert 'ir_sequence_007' in verify.verify(settings, server, folder)[0]


def test_without_a_fingerprint_there_is_no_proof(server, settings, made):
    with pytest.raises(Refused, match='without a fingerprint'):
        verify.verify(settings, server, made)


def test_a_file_name_that_leads_out_of_the_folder(server, settings, made, tmp_path):
    import io
    import tarfile
    with tarfile.open(made / backup.FILES, 'a') as tar:
        info = tarfile.TarInfo('../../outside')
        info.size = 3
        tar.addfile(info, io.BytesIO(b'abc'))
    manifest.write(made, {key: value for key, value in manifest.load(made).items() if key not in ('files', 'seal')})
    with pytest.raises(Failed, match='leads out of its folder'):
        restore.restore(settings, server, made, 'again', settings.filestores / 'again')
    assert not (settings.filestores.parent / 'outside').exists() and not server.exists('again')


def test_it_is_hidden_when_asked(server, settings, made):
    create(server, 'deploy_left_rehearsal')  # what an interrupted restore left under such a name is made anew
    server.rows('DROP DATABASE deploy_left_rehearsal')
    restore.restore(settings, server, made, 'deploy_left_rehearsal', hidden=True)
    assert server.value('SELECT datistemplate FROM pg_database WHERE datname = %s', ['deploy_left_rehearsal'])
