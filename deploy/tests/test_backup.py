"""A backup is whole or not there, private, and comes back as it was."""
import os
import stat

from deploy import backup, manifest, restore, verify
from deploy.progress import progress


def test_everything_comes_back(server, settings, live, tmp_path):
    folder = backup.place(settings, 'one')
    with progress('backup') as shown:
        made = backup.make(settings, server, folder, live, shown)
    assert made == manifest.load(folder) and shown.total > 0
    target = tmp_path / 'data/filestore/again'
    with progress('restore') as shown:
        assert restore.restore(settings, server, folder, 'again "2"', target, shown) == []
    assert shown.done == manifest.total(made)
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
    made = backup.make(settings, server, folder, live)
    names = {one['path'] for one in made['files']}
    assert {'filestore.tar', 'code.tar', 'fingerprint.json', 'database/toc.dat'} <= names
    assert made['facts']['extensions']['pg_trgm']['schema'] == 'public'
    assert made['facts']['owners'] == ['odoo']
    assert (made['database'], made['missing'], made['vanished'], made['warnings']) == (settings.database, [], [], [])
    assert made['files_packed'] >= 30 and made['server'] == server.version()
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob('*') if path.is_file()}
    assert on_disk == names | {'manifest.json'}


def test_only_its_owner_reads_it(server, settings, live):
    os.umask(0o022)
    folder = backup.place(settings, 'one')
    backup.make(settings, server, folder, live)
    for path in (folder.parent, folder, *folder.rglob('*')):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_whole_backup_is_left_as_it_is(server, settings, live):
    folder = backup.place(settings, 'one')
    made = backup.make(settings, server, folder, live)
    server.rows('DELETE FROM account_move', database=settings.database)
    assert backup.make(settings, server, folder, live) == made


def test_a_restore_is_proven_by_the_fingerprint(server, settings, live):
    folder = backup.place(settings, '20261124_180000')
    backup.make(settings, server, folder, live)
    server.rows("UPDATE account_move SET amount = 0", database=settings.database)  # later work is no difference
    assert verify.verify(settings, server, folder) == []
    assert verify.proven(folder)
    assert server.names('deploy_') == []
