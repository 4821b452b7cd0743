"""Which Odoo is taken, and what is said about one that cannot be."""
import subprocess
import venv

import pytest
from conftest import fake_odoo

from dev import find_odoo
from dev.report import Exit, Stop


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No Odoo on this machine but what a test puts into ``tmp_path``/opt."""
    monkeypatch.setattr(find_odoo, 'USUAL', (f'{tmp_path}/opt/odoo*', f'{tmp_path}/opt/odoo*/*'))
    monkeypatch.setenv('PATH', '/usr/bin:/bin')
    monkeypatch.setattr(find_odoo, '_imported_root', lambda python: None)
    monkeypatch.setenv('ODOO_GIT_URL', f'file://{tmp_path}/no-such-repository')
    return tmp_path / 'opt'


def stopped(call, *arguments):
    with pytest.raises(Stop) as caught:
        call(*arguments)
    return caught.value


def test_home_is_a_checkout(tmp_path, monkeypatch):
    monkeypatch.setenv('ODOO_HOME', str(fake_odoo(tmp_path / 'mine')))
    odoo = find_odoo.find()
    assert odoo.root == tmp_path / 'mine'
    assert odoo.release == '17.0-20250106'
    assert odoo.addons == (tmp_path / 'mine/odoo/addons',)


def test_home_with_addons_beside_the_package(tmp_path):
    odoo = find_odoo.at_home(fake_odoo(tmp_path / 'mine', addons='addons'))
    assert odoo.addons == (tmp_path / 'mine/odoo/addons', tmp_path / 'mine/addons')


def test_home_is_the_package_itself(tmp_path):
    assert find_odoo.at_home(fake_odoo(tmp_path) / 'odoo').root == tmp_path


def test_home_is_a_virtual_environment(tmp_path):
    venv.create(tmp_path / 'env', with_pip=False)
    packages = next((tmp_path / 'env').glob('lib/python3*/site-packages'))
    fake_odoo(packages, requirements=False)
    for name in ('psycopg2', 'lxml', 'werkzeug', 'babel'):
        (packages / f'{name}.py').touch()
    odoo = find_odoo.at_home(tmp_path / 'env')
    assert odoo.root == packages
    assert odoo.python == str(tmp_path / 'env/bin/python')


def test_an_installed_package_needs_a_python_with_its_packages(tmp_path):
    venv.create(tmp_path / 'env', with_pip=False)
    fake_odoo(next((tmp_path / 'env').glob('lib/python3*/site-packages')), requirements=False)
    stop = stopped(find_odoo.at_home, tmp_path / 'env')
    assert stop.code == Exit.BROKEN_TREE
    assert 'no Python at hand can import it' in stop.line()


@pytest.mark.parametrize('series', [(16, 0), (18, 0), (17, 2)])
def test_home_of_another_series(tmp_path, series):
    stop = stopped(find_odoo.at_home, fake_odoo(tmp_path, series=series))
    assert stop.code == Exit.WRONG_SERIES
    assert f'series {series[0]}.{series[1]}, not 17.0' in stop.line()


@pytest.mark.parametrize(('without', 'named'), [
    (['account'], 'addon account'), (['web', 'account'], 'addon web, no addon account'),
    (['__main__'], 'odoo/__main__.py'), (['config'], 'odoo/tools/config.py'),
])
def test_home_is_broken(tmp_path, without, named):
    stop = stopped(find_odoo.at_home, fake_odoo(tmp_path, without=without))
    assert stop.code == Exit.BROKEN_TREE
    assert named in stop.line()


def test_home_is_empty(tmp_path):
    assert stopped(find_odoo.at_home, tmp_path).code == Exit.BROKEN_TREE
    assert stopped(find_odoo.at_home, tmp_path / 'nothing').code == Exit.BROKEN_TREE


def test_a_plain_name_wins(nowhere):
    for name in ('odoo17-old', 'odoo17.bak', 'odoo17', 'odoo-17.0-test'):
        fake_odoo(nowhere / name)
    assert find_odoo.find().root == nowhere / 'odoo17'


def test_wrong_neighbours_are_passed_over(nowhere, capsys):
    fake_odoo(nowhere / 'odoo', series=(16, 0))
    fake_odoo(nowhere / 'odoo17', without=['account'])
    fake_odoo(nowhere / 'odoo17-new')
    assert find_odoo.find().root == nowhere / 'odoo17-new'


def test_a_folder_of_trees(nowhere):
    fake_odoo(nowhere / 'odoo/17.0')
    assert find_odoo.find().root == nowhere / 'odoo/17.0'


def test_odoo_bin_on_the_path(nowhere, tmp_path, monkeypatch):
    root = fake_odoo(tmp_path / 'src')
    (root / 'odoo-bin').write_text('#!/bin/sh\n')
    (root / 'odoo-bin').chmod(0o755)
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'bin/odoo-bin').symlink_to(root / 'odoo-bin')
    monkeypatch.setenv('PATH', f'{tmp_path}/bin:/usr/bin:/bin')
    odoo = find_odoo.find()
    assert odoo.root == root
    assert odoo.command('py') == ['py', root / 'odoo-bin']


def test_importable_from_the_python_path(tmp_path, monkeypatch):
    monkeypatch.setattr(find_odoo, 'USUAL', ())
    monkeypatch.setenv('PYTHONPATH', str(fake_odoo(tmp_path / 'src')))
    assert find_odoo.find().root == tmp_path / 'src'


def test_without_odoo_bin_the_package_is_started(tmp_path):
    assert find_odoo.at_home(fake_odoo(tmp_path)).command('py') == ['py', '-m', 'odoo']


def test_build_changes_with_release_and_place(tmp_path):
    first = find_odoo.at_home(fake_odoo(tmp_path / 'a')).build
    assert find_odoo.at_home(tmp_path / 'a').build == first
    assert find_odoo.at_home(fake_odoo(tmp_path / 'b')).build != first
    assert find_odoo.at_home(fake_odoo(tmp_path / 'a', date='-20250107')).build != first


def test_clone(nowhere, own_cache, tmp_path, monkeypatch):
    source = fake_odoo(tmp_path / 'origin')
    for command in (['init', '-q', '-b', '17.0'], ['add', '.'],
                    ['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'a']):
        subprocess.run(['git', *command], cwd=source, check=True)
    monkeypatch.setenv('ODOO_GIT_URL', f'file://{source}')
    assert find_odoo.find().root == own_cache.resolve() / 'odoo-17.0'
    monkeypatch.setenv('ODOO_GIT_URL', 'file:///gone')
    assert find_odoo.find().root == own_cache.resolve() / 'odoo-17.0'


def test_nothing_to_be_had(nowhere, own_cache):
    fake_odoo(nowhere / 'odoo', series=(16, 0))
    stop = stopped(find_odoo.find)
    assert stop.code == Exit.NO_ODOO
    for remedy in ('ODOO_HOME', 'usual folder', 'network'):
        assert remedy in stop.line()
    assert [path.name for path in own_cache.iterdir()] == ['logs']
