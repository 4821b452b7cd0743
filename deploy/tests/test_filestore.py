"""The snapshot may be interrupted and repeated; the check finds every file that is not as its row says."""
import hashlib
import os
import shutil
import time

import pytest
from conftest import create

from deploy import filestore
from deploy.filestore_check import examine
from deploy.report import Failed, Refused

NAME = 'files "here"'
TABLE = ('CREATE TABLE ir_attachment (id serial PRIMARY KEY, name varchar, store_fname varchar, checksum varchar(40), '
         'file_size int)')


@pytest.fixture
def store(server, tmp_path):
    """A server with a database and its filestore of 300 files, 20 of them of two attachments each."""
    folder = tmp_path / 'filestore' / NAME
    create(server, NAME, TABLE)
    with server.session(NAME) as session, session.cursor() as cursor:
        for number in range(300):
            path = put(folder, b'content %d ' % number * number)
            for _twice in range(1 + (number < 20)):
                cursor.execute('INSERT INTO ir_attachment (name, store_fname, checksum, file_size) VALUES '
                               '(%s, %s, %s, %s)', [f'file {number}', str(path.relative_to(folder)), path.name,
                                                    path.stat().st_size])
        cursor.execute("INSERT INTO ir_attachment (name) VALUES ('a link')")
    (folder / 'checklist' / 'ab').mkdir(parents=True)
    (folder / 'checklist' / 'ab' / 'abc').touch()
    return folder


def put(folder, content):
    """Writes a file as Odoo does; returns its path."""
    name = hashlib.sha1(content).hexdigest()
    path = folder / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def some(folder, number):
    return sorted(folder.glob('[0-9a-f][0-9a-f]/*'))[number]


def test_sound_filestore(server, store):
    put(store, b'nobody needs it')
    result = examine(server, NAME, store)
    assert (result.differences, result.files, result.orphans) == ([], 300, 1)
    assert filestore.check(server, NAME, store) == []


@pytest.mark.parametrize('harm, word', [
    (lambda path: path.unlink(), 'is missing'),
    (lambda path: path.write_bytes(path.read_bytes()[:-1]), 'other content'),
    (lambda path: path.write_bytes(path.read_bytes() + b'x'), 'other content'),
    (lambda path: path.write_bytes(b'X' + path.read_bytes()[1:]), 'other content'),
    (lambda path: path.write_bytes(b''), 'other content'),
    (lambda path: (path.unlink(), path.symlink_to('/dev/null')), 'other content'),
    (lambda path: (path.unlink(), path.mkdir()), 'is missing'),
])
def test_harm_is_found(server, store, harm, word):
    path = some(store, 77)
    harm(path)
    found = filestore.check(server, NAME, store)
    assert len(found) == 1
    assert word in found[0].text and path.name in found[0].text
    assert found[0].ids[0] == server.value('SELECT min(id) FROM ir_attachment WHERE checksum = %s', [path.name], NAME)


def test_two_attachments_of_a_lost_file(server, store):
    path = store / server.value('SELECT store_fname FROM ir_attachment WHERE id = 3', database=NAME)
    path.unlink()
    found = filestore.check(server, NAME, store)
    assert found[0].count == 2 and '(file 1) and 1 more' in found[0].text


def test_row_that_says_something_else(server, store):
    server.rows("UPDATE ir_attachment SET checksum = repeat('0', 40) WHERE id = 50", database=NAME)
    assert [one.ids for one in filestore.check(server, NAME, store)] == [(50,)]


def test_row_without_checksum_is_checked_by_its_name(server, store):
    server.rows('UPDATE ir_attachment SET checksum = NULL', database=NAME)
    assert filestore.check(server, NAME, store) == []
    some(store, 5).write_bytes(b'x')
    assert len(filestore.check(server, NAME, store)) == 1


def test_no_filestore_at_all(server, store):
    shutil.rmtree(store)
    assert len(filestore.check(server, NAME, store)) == 300


def test_old_files_are_only_looked_at(server, store):
    """With ``since``, content of before is not read again; lost files, cut ones and those touched since are found."""
    same, cut, lost, new, dated = (some(store, number) for number in range(5, 10))
    same.write_bytes(same.read_bytes()[::-1])
    time.sleep(0.05)
    begin = filestore.clock(store)
    assert filestore.check(server, NAME, store, since=begin) == []
    state = dated.stat()
    cut.write_bytes(cut.read_bytes()[1:])
    lost.unlink()
    for path in (new, dated):
        path.write_bytes(path.read_bytes()[::-1])
    os.utime(dated, ns=(state.st_atime_ns, state.st_mtime_ns))
    found = filestore.check(server, NAME, store, since=begin)
    assert sorted(one.text.partition('its file ')[2].split()[0] for one in found) == sorted(
        str(path.relative_to(store)) for path in (cut, lost, new, dated))
    assert sorted(path.name for path in store.parent.iterdir()) == [store.name]


def test_attachment_removed_meanwhile_is_no_difference(server, store, monkeypatch):
    """Odoo removed row and file after the check had begun to read the table."""
    path = some(store, 9)
    path.unlink()
    from deploy import filestore_check
    look = filestore_check._look

    def later(folder, batch, since):
        server.rows('DELETE FROM ir_attachment WHERE checksum = %s', [path.name], NAME)
        return look(folder, batch, since)

    monkeypatch.setattr(filestore_check, '_look', later)
    assert filestore.check(server, NAME, store) == []


def test_database_without_attachments(server, tmp_path):
    create(server, 'empty')
    assert filestore.check(server, 'empty', tmp_path) == []


def names(folder):
    return {str(path.relative_to(folder)): path.stat().st_ino for path in folder.rglob('*') if path.is_file()}


def test_snapshot_is_the_same_files(store):
    target = store.with_name('snapshot')
    done = filestore.snapshot(store, target)
    assert done.linked == 301 and done.copied == 0
    assert names(target) == names(store)


def test_second_call_adds_what_is_new(store):
    target = store.with_name('snapshot')
    filestore.snapshot(store, target)
    put(store, b'new one')
    done = filestore.snapshot(store, target)
    assert (done.linked, done.there) == (1, 301)
    assert names(target) == names(store)


def test_what_vanishes_stays_in_the_snapshot(store):
    target = store.with_name('snapshot')
    filestore.snapshot(store, target)
    path = some(store, 3)
    content = path.read_bytes()
    path.unlink()
    filestore.snapshot(store, target)
    assert (target / path.relative_to(store)).read_bytes() == content


def test_a_file_that_was_replaced_is_linked_anew(store):
    target = store.with_name('snapshot')
    filestore.snapshot(store, target)
    path = some(store, 3)
    half = path.with_suffix('.new')
    half.write_bytes(b'other')
    half.rename(path)
    filestore.snapshot(store, target)
    assert names(target) == names(store)


def test_interrupted_snapshot_goes_on(store, monkeypatch):
    target, link, count = store.with_name('snapshot'), os.link, []

    def interrupted(*arguments):
        count.append(1)
        if len(count) == 100:
            raise KeyboardInterrupt
        return link(*arguments)

    monkeypatch.setattr(os, 'link', interrupted)
    with pytest.raises(KeyboardInterrupt):
        filestore.snapshot(store, target)
    monkeypatch.undo()
    filestore.snapshot(store, target)
    assert names(target) == names(store)


def test_where_links_are_forbidden_files_are_copied(store, monkeypatch):
    def forbidden(*_arguments):
        raise PermissionError(1, 'Operation not permitted')

    monkeypatch.setattr(os, 'link', forbidden)
    target = store.with_name('snapshot')
    assert filestore.snapshot(store, target).copied == 301
    assert {name: (target / name).read_bytes() for name in names(store)} == {
        name: (store / name).read_bytes() for name in names(store)}


def test_owner_and_mode_of_folders(store):
    (some(store, 0).parent).chmod(0o750)
    target = store.with_name('snapshot')
    filestore.snapshot(store, target)
    copied = target / some(store, 0).parent.name
    assert copied.stat().st_mode == some(store, 0).parent.stat().st_mode
    assert copied.stat().st_uid == some(store, 0).parent.stat().st_uid


def test_snapshot_refuses(store, tmp_path):
    with pytest.raises(Refused, match='no filestore'):
        filestore.snapshot(tmp_path / 'none', tmp_path / 'x')
    if os.path.isdir('/dev/shm') and os.stat('/dev/shm').st_dev != store.stat().st_dev:
        with pytest.raises(Refused, match='another volume'):
            filestore.snapshot(store, f'/dev/shm/deploy-test-{os.getpid()}')
        os.rmdir(f'/dev/shm/deploy-test-{os.getpid()}')


def test_snapshot_that_cannot_be_written(store, tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(Failed, match='cannot be made'):
        filestore.snapshot(store, tmp_path / 'file' / 'snapshot')
