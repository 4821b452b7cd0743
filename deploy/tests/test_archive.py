"""A copy elsewhere that is whole, or none; broken off, it goes on where it stopped."""
import os
import stat

import pytest
from test_backup_faults import volume
from test_restore_faults import cut, flip, made  # noqa: F401

from deploy import archive, half, manifest, restore
from deploy.report import Failed, Refused

FILE = 'filestore.tar'


def test_the_copy_restores(server, settings, made, tmp_path):  # noqa: F811
    copy, warnings = archive.archive(made, tmp_path / 'far')
    assert copy == tmp_path / 'far/one' and 'same volume' in warnings[0].text
    assert manifest.load(copy) == manifest.load(made)
    assert all(stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600) for path in copy.rglob('*'))
    assert restore.restore(settings, server, copy, 'again', settings.filestores / 'again') == []
    assert archive.archive(made, tmp_path / 'far') == (copy, []), 'once more is no fault'


def test_broken_off_it_goes_on(made, tmp_path):  # noqa: F811
    with volume(tmp_path / 'far', 'size=4m') as far:
        (far / 'other').write_bytes(b'x' * 4_100_000)
        with pytest.raises(Failed, match='still to be copied'):
            archive.archive(made, far)
        (far / 'other').unlink()
        part = far / f'one{half.PART}'
        part.mkdir(exist_ok=True)
        whole = (made / FILE).read_bytes()
        (part / FILE).write_bytes(whole)
        (part / 'code.tar').write_bytes(b'half of it')
        before = (part / FILE).stat().st_mtime_ns
        copy, warnings = archive.archive(made, far)
        assert warnings == [] and (copy / FILE).stat().st_mtime_ns == before, 'what was whole was left'
        assert [path.name for path in far.iterdir()] == ['one']
        manifest.check(copy, manifest.load(copy))


def test_a_volume_that_gets_full_meanwhile(made, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(archive, '_check_space', lambda *_arguments: None)  # somebody else fills it up meanwhile
    with volume(tmp_path / 'far', 'size=100k') as far:
        with pytest.raises(Failed, match='is full'):
            archive.archive(made, far)
        assert [path.name for path in far.iterdir()] == ['one.part']
        with pytest.raises(Refused, match='half of a backup'):
            manifest.load(far / 'one.part')


@pytest.mark.parametrize('fault', [flip, cut, os.unlink])
def test_a_damaged_backup_is_not_archived(made, tmp_path, fault):  # noqa: F811
    fault(made / FILE)
    with pytest.raises((Refused, Failed), match=FILE):
        archive.archive(made, tmp_path / 'far')
    assert not (tmp_path / 'far/one').exists()


def test_a_copy_that_was_altered_later(made, tmp_path):  # noqa: F811
    copy, _warnings = archive.archive(made, tmp_path / 'far')
    flip(copy / FILE)
    with pytest.raises(Refused, match='filestore.tar was altered'):
        archive.archive(made, tmp_path / 'far')


def test_another_backup_of_the_same_name(server, settings, made, tmp_path):  # noqa: F811
    copy, _warnings = archive.archive(made, tmp_path / 'far')
    facts = {key: value for key, value in manifest.load(copy).items() if key not in ('files', 'seal')}
    manifest.write(copy, {**facts, 'created': 'another day'})
    with pytest.raises(Refused, match='another backup of the same name'):
        archive.archive(made, tmp_path / 'far')


def test_a_folder_that_cannot_be_written(made, tmp_path):  # noqa: F811
    with volume(tmp_path / 'far', 'ro') as far, pytest.raises(Refused, match='Read-only'):
        archive.archive(made, far)
