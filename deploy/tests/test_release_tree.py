"""What preflight says of the code in use and of the source: dirty, diverged, nested, without rights."""
import dataclasses
import os
import subprocess

import pytest
from code_samples import MODULE, commit, git, write

from deploy import release, release_tree, switch
from deploy.finding import OK, STOP, WARNING


def found(in_use, level, **more):
    return ' | '.join(one.text for one in release_tree.findings(dataclasses.replace(in_use,
                                                                                    **more)) if one.level == level)


@pytest.fixture
def checkout(in_use, tmp_path):
    """The target is a checkout of an upstream repository that has one more commit."""
    target = tmp_path / 'addons' / MODULE
    commit(target)
    subprocess.run(['git', 'clone', '--quiet', str(target), str(tmp_path / 'new')], check=True)
    git(target, 'remote', 'add', 'origin', str(tmp_path / 'new'))
    commit(write(tmp_path / 'new', '17.0.1.0.9'))
    return target


def test_a_clean_checkout(in_use, checkout):
    before = sorted((path.as_posix(), path.stat().st_mtime_ns) for path in checkout.rglob('*') if path.name != 'index')
    (checkout / 'deploy.toml').write_text('')
    (checkout / 'models/__pycache__').mkdir()
    (checkout / 'models/__pycache__/a.pyc').write_text('')
    assert found(in_use, STOP, source='') == ''
    assert 'is clean at commit' in found(in_use, OK, source='')
    assert 'HEAD is commit' in found(in_use, OK, source='')
    (checkout / 'deploy.toml').unlink()
    (checkout / 'models/__pycache__/a.pyc').unlink()
    (checkout / 'models/__pycache__').rmdir()
    after = sorted((path.as_posix(), path.stat().st_mtime_ns) for path in checkout.rglob('*') if path.name != 'index')
    assert [name for name, _time in before] == [name for name, _time in after], 'nothing was written'


def test_local_changes(in_use, checkout):
    (checkout / 'models/__init__.py').write_text('hot fix\n')
    (checkout / 'models/new file.py').write_text('hot fix\n')
    assert '2 files differ from the commit: models/__init__.py, ' in found(in_use, STOP, source='')


def test_local_commits(in_use, checkout):
    commit(write(checkout, **{'models/fix.py': '1\n'}), '[FIX] in production')
    text = found(in_use, STOP, source='')
    assert 'has 1 commits that the new code does not hold' in text and '[FIX] in production' in text


def test_an_older_ref(in_use, checkout):
    git(checkout.parent.parent / 'new', 'tag', 'v8', 'HEAD~1')
    git(checkout, 'pull', '--quiet', 'origin', 'main')
    assert 'v8 is older than the code in use, by 1 commits' in found(in_use, STOP, source='', ref='v8')
    assert 'in use already' in found(in_use, WARNING, source='', ref='main')


def test_a_ref_that_is_not_there(in_use, checkout):
    assert 'no branch, tag or commit v99' in found(in_use, STOP, source='', ref='v99')
    assert 'reading /no/such' in found(in_use, STOP, source='/no/such/repository')


def test_a_merge_under_way(in_use, checkout):
    (checkout / '.git/MERGE_HEAD').write_text(git(checkout, 'rev-parse', 'HEAD'))
    assert 'a merge is under way' in found(in_use, STOP, source='')


def test_ignored_files_stay_behind(in_use, checkout):
    (checkout / '.git/info/exclude').write_text('*.secret\n')
    (checkout / 'key.secret').write_text('')
    assert 'key.secret' in found(in_use, WARNING, source='')


def test_inside_a_bigger_repository(in_use, tmp_path):
    commit(tmp_path / 'addons')
    write(tmp_path / 'new', '17.0.1.0.9')
    assert 'lies in the git repository' in found(in_use, WARNING)
    (tmp_path / 'addons/other.txt').write_text('not ours')
    assert found(in_use, STOP) == ''
    (tmp_path / 'addons' / MODULE / '__init__.py').write_text('hot fix')
    assert '1 files differ' in found(in_use, STOP)


def test_what_a_deployment_left_is_clean(in_use, tmp_path):
    """A folder onto a part of a bigger repository: git calls it changed, yet nobody changed it."""
    commit(tmp_path / 'addons')
    write(tmp_path / 'new', '17.0.1.0.9')
    one = release.stage(in_use, in_use.state_dir / 'first')
    switch.exchange(one.path, in_use.addon)
    assert 'as the last deployment left it' in found(in_use, OK) and found(in_use, STOP) == ''
    (in_use.addon / '__init__.py').write_text('hot fix')
    assert 'differ from the commit' in found(in_use, STOP)


def test_a_folder_that_cannot_be_renamed(in_use, tmp_path, monkeypatch):
    write(tmp_path / 'new', '17.0.1.0.9')
    (tmp_path / 'addons').chmod(0o555)
    assert os.geteuid() == 0 or 'cannot be written to' in found(in_use, STOP)
    (tmp_path / 'addons').chmod(0o755)
    monkeypatch.setattr(os.path, 'ismount', lambda path: str(path).endswith(MODULE))
    assert 'volume of its own' in found(in_use, STOP)


@pytest.mark.parametrize('source, text', [('note.txt', 'is no archive'), ('new', 'has no ref main')])
def test_a_source_that_does_not_fit(in_use, tmp_path, source, text):
    write(tmp_path / 'new')
    (tmp_path / 'note.txt').write_text('')
    assert text in found(in_use, STOP, source=str(tmp_path / source), ref='main')
