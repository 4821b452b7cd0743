"""The code check: every faulty release is found at the level that the table says, and good ones pass. Odoo is real."""
import dataclasses
import os
import pathlib
import pwd
import shutil
import subprocess
import sys

import faulty_code
import faulty_data
import faulty_files
import pytest
from release_faults import ALL, REHEARSAL, STOP

from deploy import code_check, code_check_known, finding, release
from deploy.report import table
from deploy.settings import Settings
from dev import cache, find_odoo, python_env

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE = 'payment_account_enhanced'
NOT_OURS = ('.git', '.ci', 'dev', 'deploy', 'bench', 'legacy', 'docs', '__pycache__', '*.pyc', '.ruff_cache', '.cache')
PEERS = ('account', 'sale', 'purchase', 'stock', 'hr_expense', 'point_of_sale', 'payment', 'website', 'mail',
         'l10n_fr', 'crm',
         'project', 'mrp', 'hr_holidays', 'web', 'base_import', 'account_payment', 'sale_stock', 'event')
TWICE = 'point_of_sale.product_template_only_form_view is the id of two records: the second overwrites the first'
REAL = {'point_of_sale': {TWICE}}  # true faults of Odoo itself
FOUND = 113  # of all faulty releases, by files alone
TABLES = (faulty_code, faulty_data, faulty_files)  # each fills ALL


@pytest.fixture(scope='module')
def odoo():
    return find_odoo.find()


@pytest.fixture(scope='module')
def world(odoo, tmp_path_factory):
    """(settings, folder of the good new release); the old version is in use in a folder of the addons path."""
    folder = tmp_path_factory.mktemp('code')
    for one in (folder, *folder.parents):
        if os.stat(one).st_uid == os.geteuid() and one != pathlib.Path('/'):
            one.chmod(one.stat().st_mode | 0o055)
    old, good = folder / 'addons' / MODULE, folder / 'good' / MODULE
    for place in (old, good):
        shutil.copytree(ROOT, place, ignore=shutil.ignore_patterns(*NOT_OURS))
    text = (old / '__manifest__.py').read_text()
    version = release.version(old)
    (old / '__manifest__.py').write_text(text.replace(version, '17.0.1.0.8'))
    python = python_env.for_odoo(odoo)[0]
    return Settings(database='d', module=MODULE, odoo=(python, str(odoo.root / 'odoo-bin')),
                    data_dir=str(folder / 'data'),
                    addons_path=(str(folder / 'addons'),
                                 *map(str, odoo.addons)), backup_dir=str(folder / 'backup')), good


def check(world, folder):
    return code_check.check_folder(world[0], folder, world[0].addon)


def test_this_release_is_sound(world):
    found = check(world, world[1])
    assert [one.line() for one in found if one.level != finding.OK] == []
    assert 'are sound' in found[0].text


def test_this_repository_as_it_is(world):
    """With its tools, tests and papers beside the addon."""
    assert [one.line() for one in check(world, ROOT) if one.level == finding.STOP] == []


def processor(work):
    """Seconds of processor time, of programs started by the work too: other work on the machine does not count."""
    before = os.times()
    work()
    return sum(os.times()[:4]) - sum(before[:4])


def test_it_takes_little_more_than_to_compile_the_files(world):
    """About two seconds, whatever the machine: the service's Python compiles all files, and that is a third of it."""
    files = [(name, (ROOT / name).read_bytes()) for name in code_check.Code(world[0], ROOT).files if name[-3:] == '.py']

    def compile_all():
        for name, content in files:
            compile(content, name, 'exec', dont_inherit=True)

    def check_all():
        code_check_known.module_facts.cache_clear()
        check(world, ROOT)

    pairs = [(processor(check_all), processor(compile_all)) for _time in range(3)]
    ratio = min(one / other for one, other in pairs)
    print(f'code check: {min(pairs)[0]:.2f} s of processor time, {ratio:.1f} times that of compiling the files')
    assert ratio < 4.5


def make(world, one, tmp_path):
    folder = tmp_path / MODULE
    shutil.copytree(world[1], folder, symlinks=True)
    one.mutate(folder)
    return folder


def as_nobody(settings):
    """Root may read everything: the check runs as an account that may not, with a Python that it may run."""
    python = next(path for path in ('/usr/bin/python3', '/usr/local/bin/python3',
                                    sys.executable) if os.path.exists(path))
    return dataclasses.replace(settings, user='nobody' if os.geteuid() == 0 else '', odoo=(python, settings.odoo[1]))


def result(world, one, folder):
    """(level found, line) of the finding that names the fault; ('', …) when there is none."""
    settings = world[0]
    if 'account cannot read' in one.name:
        settings = as_nobody(settings)
    found = code_check.check_folder(settings, folder, settings.addon)
    loud = [line for line in found if line.level != finding.OK]
    named = [line for line in loud if one.says in line.line()]
    first = next(iter(named or loud), None)
    return (first.level, first.line().splitlines()[0], bool(named)) if first else ('', '', False)


def test_faulty_releases(world, tmp_path):
    """The table: every fault is found at its level, and those for the rehearsal pass without a word."""
    rows, wrong = [], []
    for number, one in enumerate(ALL):
        level, line, named = result(world, one, make(world, one, tmp_path / str(number)))
        shutil.rmtree(tmp_path / str(number), ignore_errors=True)
        wanted = '' if one.level == REHEARSAL else one.level
        if (level, named) != (wanted, bool(wanted)):
            wrong.append(f'{one.name}: wanted {wanted or "nothing"} with {one.says!r}, got {line or "nothing"}')
        rows.append((number + 1, one.name, f'found ({level})' if level else 'not found',
                     line[10:90] if level else f'rehearsal: {one.says}'))
    count = sum(row[2] != 'not found' for row in rows)
    stops = sum(row[2] == f'found ({STOP})' for row in rows)
    print('\n' + table(('', 'faulty release', 'code check', 'what it says'), rows))
    print(f'\n{len(ALL)} faulty releases: {count} found by the code check, {stops} of them as stops; '
          f'{len(ALL) - count} left to the rehearsal')
    assert not wrong, '\n'.join(wrong)
    assert count == FOUND == sum(one.level != REHEARSAL for one in ALL)
    assert len({one.name for one in ALL}) == len(ALL) >= 57


@pytest.mark.parametrize('module', PEERS)
def test_no_false_alarm_on_odoos_own_addons(world, odoo, module):
    folder = next(path / module for path in odoo.addons if (path / module).is_dir())
    settings = dataclasses.replace(world[0], module=module, addons_path=tuple(map(str, odoo.addons)))
    found = code_check.check_folder(settings, folder)
    assert {one.text for one in found if one.level == finding.STOP} == REAL.get(module, set())


def test_the_folder_has_another_name(world, tmp_path):
    """Odoo would not find the module, leave every guard off and show a green login page."""
    shutil.copytree(world[1], tmp_path / 'addons' / f'{MODULE}-main')
    settings = dataclasses.replace(world[0], addons_path=(str(tmp_path / 'addons'), *world[0].addons_path[1:]))
    found = code_check.check_folder(settings, tmp_path / 'addons' / f'{MODULE}-main')
    assert 'no folder of the addons path holds' in ' '.join(one.text for one in found if one.level == finding.STOP)


def test_another_copy_hides_the_code(world, tmp_path):
    """Odoo looks into its data folder before the addons path."""
    shutil.copytree(world[1], tmp_path / 'addons/17.0' / MODULE)
    settings = dataclasses.replace(world[0], data_dir=str(tmp_path))
    found = code_check.check_folder(settings, world[1], settings.addon)
    assert any('not the code that would be replaced' in one.text for one in found if one.level == finding.STOP)


def test_an_older_release_on_the_way_back(world, tmp_path):
    """A newer version is in use: refused, unless the administrator goes back on purpose."""
    newer = tmp_path / MODULE
    shutil.copytree(world[1], newer)
    text = (newer / '__manifest__.py').read_text()
    (newer / '__manifest__.py').write_text(text.replace(release.version(newer), '17.0.99.0.0'))
    assert finding.stops(code_check.check_folder(world[0], world[1], newer))
    assert not finding.stops(code_check.check_folder(dataclasses.replace(world[0], older=1), world[1], newer))


def test_staged_and_checked_under_the_services_account(world, tmp_path):
    """The whole way: staged beside the old code, whose owner and modes it takes, and read by the service's account."""
    if os.geteuid() != 0:
        pytest.fail('this test needs root, as a deployment has')
    addons, account = tmp_path / 'addons', pwd.getpwnam('nobody')
    for one in (tmp_path, *tmp_path.parents[:-1]):
        one.chmod(one.stat().st_mode | 0o055)
    shutil.copytree(world[0].addon, addons / MODULE)
    for path in [addons / MODULE, *(addons / MODULE).rglob('*')]:
        os.chown(path, account.pw_uid, account.pw_gid)
        path.chmod(0o700 if path.is_dir() else 0o600)
    settings = dataclasses.replace(as_nobody(world[0]), source=str(world[1]),
                                   addons_path=(str(addons), *world[0].addons_path[1:]))
    new = release.stage(settings, tmp_path / 'deployment')
    lines = [one.line() for one in code_check.check(settings, new, settings.code_dir)]
    assert not [line for line in lines if 'cannot be read' in line or 'could not be asked' in line]
    (new.addon / 'models/account_move.py').chmod(0o000)
    lines = [one.line() for one in code_check.check(settings, new, settings.code_dir)]
    assert [line for line in lines if 'models/account_move.py: cannot be read by nobody' in line]


def test_nothing_is_written(world):
    before = sorted((str(path), path.stat().st_mtime_ns) for path in world[1].rglob('*'))
    check(world, world[1])
    assert sorted((str(path), path.stat().st_mtime_ns) for path in world[1].rglob('*')) == before


def test_it_imports_no_odoo():
    code = 'import sys; import deploy.code_check; sys.exit(any(name.split(".")[0] == "odoo" for name in sys.modules))'
    python = python_env.for_tools('test')
    assert subprocess.run([python, '-c', code], cwd=ROOT, check=False).returncode == 0
    assert cache.folder()
