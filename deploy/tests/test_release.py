"""New code from git, folders and archives: what it becomes, and what is refused before anything is touched."""
import dataclasses
import os
import pathlib
import pwd
import subprocess

import pytest
from code_samples import MANIFEST, MODULE, commit, git, make_zip, write

from deploy import release, switch
from deploy.report import Failed, Refused

ACCOUNT = 'nobody'
as_root = pytest.mark.skipif(os.geteuid() != 0, reason='giving files to other accounts needs root')


def stage(in_use, tmp_path, **more):
    return release.stage(dataclasses.replace(in_use, **more), tmp_path / 'deployment')


def test_a_folder(in_use, tmp_path):
    write(tmp_path / 'new', '17.0.1.0.9', **{'models/__pycache__/a.pyc': 'old', 'models/stale.pyc': 'old'})
    found = stage(in_use, tmp_path)
    assert (found.version, found.commit, found.module_path) == ('17.0.1.0.9', '', '')
    assert found.path == str(tmp_path / f'addons/.deploy_deployment_code/{MODULE}')
    assert sorted(path.name for path in release.files(found.path)) == ['__init__.py', '__init__.py', '__manifest__.py']
    assert not list(pathlib.Path(found.path).rglob('*.pyc')), 'compiled leftovers would be imported'
    assert found.digest == release.digest(tmp_path / 'new') == release.load(tmp_path / 'deployment').digest


def test_a_folder_that_holds_the_addon(in_use, tmp_path):
    write(tmp_path / 'new' / MODULE, '17.0.1.0.9')
    write(tmp_path / 'new' / 'other_addon', '17.0.9.9.9')
    assert stage(in_use, tmp_path).version == '17.0.1.0.9'


def test_the_folder_has_another_name(in_use, tmp_path):
    write(tmp_path / 'new' / f'{MODULE}-main', '17.0.1.0.9')
    write(tmp_path / 'new' / 'other_addon', '17.0.9.9.9')
    with pytest.raises(Refused, match=f'no addon called {MODULE}'):
        stage(in_use, tmp_path)
    assert not (tmp_path / 'addons/.deploy_deployment_code').exists(), 'a refusal leaves nothing behind'


def test_a_target_of_several_addons(in_use, tmp_path):
    write(tmp_path / 'new' / MODULE, '17.0.1.0.9')
    found = stage(in_use, tmp_path, target=str(tmp_path / 'addons'))
    assert (found.module_path, found.version) == (MODULE, '17.0.1.0.9')
    assert found.addon == tmp_path / '.deploy_deployment_code/addons' / MODULE


@pytest.mark.parametrize('source, ref, message', [
    ('', '', 'Where the new code comes from'), ('nowhere', '', 'reading .*nowhere'), ('new', 'no-such',
                                                                                      'no branch, tag'),
    ('new', '--upload-pack=evil', 'no name of a branch'), ('new', 'deadbeef', 'no branch, tag'), ('note.txt', '',
                                                                                                  'no archive')])
def test_no_such_source(in_use, tmp_path, source, ref, message):
    commit(write(tmp_path / 'new', '17.0.1.0.9'))
    (tmp_path / 'note.txt').write_text('x')
    with pytest.raises(Refused, match=message):
        stage(in_use, tmp_path, source=source and str(tmp_path / source), ref=ref)


def test_git_into_a_plain_folder(in_use, tmp_path):
    first = commit(write(tmp_path / 'new', '17.0.1.0.9'))
    git(tmp_path / 'new', 'tag', '-a', 'v9', '-m', 'release')
    second = commit(write(tmp_path / 'new', '17.0.1.1.0'))
    for ref, wanted in (('v9', first), ('main', second), ('origin/main', second), ('', second), (first, first),
                        (first[:8], first)):
        found = stage(in_use, tmp_path, ref=ref)
        (tmp_path / 'deployment/release.json').unlink()
        assert (found.commit, found.version) == (wanted, '17.0.1.0.9' if wanted == first else '17.0.1.1.0')
        assert not (pathlib.Path(found.path) / '.git').exists()


def test_the_ref_is_resolved_once(in_use, tmp_path):
    first = commit(write(tmp_path / 'new', '17.0.1.0.9'))
    assert stage(in_use, tmp_path, ref='main').commit == first
    commit(write(tmp_path / 'new', '17.0.1.1.0'))
    assert stage(in_use, tmp_path, ref='main').commit == first, 'a resumed deployment goes on with what it began with'


def test_a_damaged_stage_is_made_anew(in_use, tmp_path):
    write(tmp_path / 'new', '17.0.1.0.9')
    found = stage(in_use, tmp_path)
    (pathlib.Path(found.path) / '__init__.py').write_text('')
    assert stage(in_use, tmp_path).digest == found.digest == release.digest(found.path)


def test_a_branch_and_a_tag_of_one_name(in_use, tmp_path):
    commit(write(tmp_path / 'new', '17.0.1.0.9'))
    git(tmp_path / 'new', 'tag', 'main')
    commit(write(tmp_path / 'new', '17.0.1.1.0'))
    with pytest.raises(Refused, match='a branch and a tag'):
        stage(in_use, tmp_path, ref='main')


def test_the_addon_in_a_bigger_repository(in_use, tmp_path):
    write(tmp_path / 'new/addons' / MODULE, '17.0.1.0.9')
    write(tmp_path / 'new/addons/other', '17.0.9.9.9')
    commit(tmp_path / 'new')
    found = stage(in_use, tmp_path)
    assert found.version == '17.0.1.0.9'
    assert [path.name for path in pathlib.Path(found.path).iterdir() if path.name == 'addons'] == []


def test_a_checkout_stays_one(in_use, tmp_path):
    target = tmp_path / 'addons' / MODULE
    old = commit(target)
    subprocess.run(['git', 'clone', '--quiet', str(target), str(tmp_path / 'new')], check=True)
    git(target, 'remote', 'add', 'origin', str(tmp_path / 'new'))
    git(target, 'config', 'user.name', 'The administrator')
    new = commit(write(tmp_path / 'new', '17.0.1.0.9', **{'added.py': '1\n'}))
    (target / 'deploy.toml').write_text('ref = "main"\n')
    (target / 'deploy.toml').chmod(0o600)
    found = stage(in_use, tmp_path, source='')
    staged = pathlib.Path(found.path)
    assert (found.commit, git(staged, 'rev-parse', 'HEAD')) == (new, new)
    assert git(staged, 'status', '--porcelain') == '?? deploy.toml'
    assert (staged / 'deploy.toml').stat().st_mode & 0o777 == 0o600
    assert git(staged, 'symbolic-ref', '--short', 'HEAD') == 'main'
    assert git(staged, 'config', '--local', 'user.name') == 'The administrator'
    assert git(target, 'rev-parse', 'HEAD') == old, 'the old checkout is as it was'
    assert git(target, 'status', '--porcelain') == '?? deploy.toml'
    assert git(staged, 'for-each-ref', 'refs/deploy') == ''


def test_an_archive_onto_a_checkout(in_use, tmp_path):
    old = commit(tmp_path / 'addons' / MODULE)
    found = stage(in_use, tmp_path, source=make_zip(tmp_path / 'new.zip', {'__manifest__.py': MANIFEST}))
    assert git(found.path, 'rev-parse', 'HEAD') == old
    assert '__manifest__.py' in git(found.path, 'status', '--porcelain')


def test_a_symbolic_link_as_target(in_use, tmp_path):
    (tmp_path / 'addons' / MODULE).rename(tmp_path / 'code')
    (tmp_path / 'addons' / MODULE).symlink_to(tmp_path / 'code')
    write(tmp_path / 'new', '17.0.1.0.9')
    assert stage(in_use, tmp_path).path == str(tmp_path / f'.deploy_deployment_code/{MODULE}')


def test_modes_are_those_of_the_old_code(in_use, tmp_path):
    target = tmp_path / 'addons' / MODULE
    for path in [target, *target.rglob('*')]:
        path.chmod(0o750 if path.is_dir() else 0o640)
    write(tmp_path / 'new', '17.0.1.0.9', **{'tool.sh': '#!/bin/sh\n'})
    for path in (tmp_path / 'new').rglob('*'):
        path.chmod(0o777 if path.is_dir() else 0o600)
    (tmp_path / 'new/tool.sh').chmod(0o755)
    staged = pathlib.Path(stage(in_use, tmp_path).path)
    modes = {path.relative_to(staged).as_posix(): path.stat().st_mode & 0o777 for path in staged.rglob('*')}
    assert modes == {'__init__.py': 0o640, '__manifest__.py': 0o640, 'models': 0o750, 'models/__init__.py': 0o640,
                     'tool.sh': 0o750}
    assert staged.stat().st_mode & 0o777 == 0o750


@as_root
@pytest.mark.parametrize('kind', ['folder', 'git', 'own remote'])
def test_owner_is_the_one_of_the_old_code(in_use, tmp_path, kind):
    """git runs as the owner of the checkout: not refused as of a dubious owner, nor root at its config's mercy."""
    target, entry = tmp_path / 'addons' / MODULE, pwd.getpwnam(ACCOUNT)
    for folder in (tmp_path, *tmp_path.parents):
        if folder != pathlib.Path('/') and folder.stat().st_uid == 0:
            folder.chmod(folder.stat().st_mode | 0o055)
    if kind != 'folder':
        commit(target)
        subprocess.run(['git', 'clone', '--quiet', str(target), str(tmp_path / 'new')], check=True)
        git(target, 'remote', 'add', 'origin', str(tmp_path / 'new'))
        git(target, 'config', 'core.fsmonitor', f'id -u > {tmp_path}/who; false')
        write(tmp_path / 'new', '17.0.1.0.9')
        commit(tmp_path / 'new')
    else:
        write(tmp_path / 'new', '17.0.1.0.9')
    for path in [target, *target.rglob('*')]:
        os.chown(path, entry.pw_uid, entry.pw_gid)
    (tmp_path / 'who').touch()
    (tmp_path / 'who').chmod(0o666)
    found = stage(in_use, tmp_path, source='' if kind == 'own remote' else str(tmp_path / 'new'))
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in pathlib.Path(found.path).rglob('*')}
    assert found.version == '17.0.1.0.9' and owners == {(entry.pw_uid, entry.pw_gid)}
    assert set((tmp_path / 'who').read_text().split()) <= {str(entry.pw_uid)}


def test_a_stage_in_use_is_never_cleared(in_use, tmp_path):
    write(tmp_path / 'new', '17.0.1.0.9')
    found = stage(in_use, tmp_path)
    switch.exchange(found.path, tmp_path / 'addons' / MODULE)
    assert stage(in_use, tmp_path) == found, 'a resumed deployment finds what it staged'
    (tmp_path / 'deployment/release.json').unlink()
    with pytest.raises(Failed, match='was in use'):
        stage(in_use, tmp_path)
    assert (pathlib.Path(found.path) / '__manifest__.py').exists()


def test_a_link_to_a_folder_of_another_name(in_use, tmp_path):
    """The rehearsal runs the staged code from where it stands: it must be called as the module is."""
    (tmp_path / 'addons' / MODULE).rename(tmp_path / 'checkout-17.0')
    (tmp_path / 'addons' / MODULE).symlink_to(tmp_path / 'checkout-17.0')
    write(tmp_path / 'new', '17.0.1.0.9')
    found = stage(in_use, tmp_path)
    assert found.path == str(tmp_path / f'.deploy_deployment_code/{MODULE}')
    switch.exchange(found.path, in_use.addon)
    assert release.version(tmp_path / 'checkout-17.0') == '17.0.1.0.9' and in_use.addon.is_symlink()


def test_old_code_comes_back_as_it_was(in_use, tmp_path):
    """An archive came onto a checkout: what git calls HEAD there was never in use."""
    commit(write(tmp_path / 'addons' / MODULE, '17.0.1.0.7'))
    write(tmp_path / 'addons' / MODULE, '17.0.1.0.8')
    write(tmp_path / 'new', '17.0.1.0.9')
    one = stage(in_use, tmp_path)
    switch.exchange(one.path, in_use.addon)
    kept = switch.kept(one.path, in_use.addon)
    again = release.stage(dataclasses.replace(in_use, source=str(kept)), tmp_path / 'second')
    assert again.version == '17.0.1.0.8' and again.digest == release.digest(kept)
    assert git(again.path, 'status', '--porcelain') == git(kept, 'status', '--porcelain') == 'M __manifest__.py'
