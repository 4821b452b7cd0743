"""A backup is whole or not there, private, and comes back as it was."""
import hashlib
import os
import stat

import pytest
from conftest import create

from deploy import backup, manifest, restore

TABLES = (
    'CREATE EXTENSION pg_trgm',
    'CREATE TABLE account_move (id serial PRIMARY KEY, name text, amount numeric)',
    "INSERT INTO account_move (name, amount) SELECT 'BNK/' || n, n FROM generate_series(1, 2000) n",
    "SELECT setval('account_move_id_seq', 5000)",
    'CREATE TABLE ir_attachment (id serial PRIMARY KEY, store_fname text, checksum text)',
    'CREATE VIEW big AS SELECT * FROM account_move WHERE amount > 100',
    "SELECT lo_from_bytea(424242, 'a large object'::bytea)",
    "COMMENT ON TABLE account_move IS 'Journal entries'",
)


def attach(server, settings, content):
    """An attachment with its file, as Odoo stores it; returns its name."""
    total = hashlib.sha1(content).hexdigest()
    name = f'{total[:2]}/{total}'
    path = settings.filestore / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    server.rows('INSERT INTO ir_attachment (store_fname, checksum) VALUES (%s, %s)', [name, total], settings.database)
    return name


@pytest.fixture
def live(server, settings):
    """A production server in small: database, filestore, code and configuration; yields the code's folder."""
    create(server, settings.database, *TABLES)
    for number in range(30):
        attach(server, settings, f'content {number}'.encode() * (number * 50 + 1))
    code = settings.filestores.parent / 'code'
    (code / 'models').mkdir(parents=True)
    (code / 'models/a.py').write_text('A = 1\n')
    (code / 'link').symlink_to('models/a.py')
    return code


def test_everything_comes_back(server, settings, live, tmp_path):
    folder = backup.place(settings, 'one')
    made = backup.make(settings, server, folder, live, fingerprint=False)
    assert made == manifest.load(folder)
    target = tmp_path / 'data/filestore/again'
    assert restore.restore(settings, server, folder, 'again "2"', target) == []
    for query in ('SELECT count(*), sum(amount), max(name) FROM account_move',
                  'SELECT last_value, is_called FROM account_move_id_seq', 'SELECT count(*) FROM big',
                  "SELECT convert_from(lo_get(424242), 'UTF8')", "SELECT obj_description('account_move'::regclass)",
                  "SELECT extversion FROM pg_extension WHERE extname = 'pg_trgm'"):
        assert server.rows(query, database='again "2"') == server.rows(query, database=settings.database)
    assert contents(target) == contents(settings.filestore)
    assert server.rows("SELECT datistemplate, datallowconn FROM pg_database WHERE datname = %s", ['again "2"']) == [
        (False, True)]


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def test_what_the_manifest_says(server, settings, live):
    folder = backup.place(settings, 'one')
    made = backup.make(settings, server, folder, live, fingerprint=False)
    names = {one['path'] for one in made['files']}
    assert {'filestore.tar', 'code.tar', 'database/toc.dat'} <= names
    assert made['facts']['extensions']['pg_trgm']['schema'] == 'public'
    assert (made['database'], made['missing'], made['vanished'], made['warnings']) == (settings.database, [], [], [])
    assert made['files_packed'] >= 30 and made['server'] == server.version()
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob('*') if path.is_file()}
    assert on_disk == names | {'manifest.json'}


def test_only_its_owner_reads_it(server, settings, live):
    os.umask(0o022)
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, live, fingerprint=False)
    for path in (folder.parent, folder, *folder.rglob('*')):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_whole_backup_is_left_as_it_is(server, settings, live):
    folder = backup.place(settings, 'one')
    made = backup.make(settings, server, folder, live, fingerprint=False)
    server.rows('DELETE FROM account_move', database=settings.database)
    assert backup.make(settings, server, folder, live, fingerprint=False) == made
