"""The Python and the environments: what is asked of pip, and what is left when it fails."""
import re

import pytest

from dev import cache, python_env
from dev.process import ROOT, output
from dev.report import Exit, Stop

REQUIREMENTS = """# The officially supported versions
Babel==2.10.3 ; python_version >= '3.11'
cryptography==3.4.8; python_version < '3.12'  # incompatibility between pyopenssl
ebaysdk==2.1.5
psycopg2==2.9.5 ; python_version == '3.11'
pypiwin32 ; sys_platform == 'win32'
python-ldap==3.4.0 ; sys_platform != 'win32' and python_version < '3.12' # min version
pytz  # no version pinning
rl-renderPM==4.0.3 ; sys_platform == 'win32'

"""


def test_what_is_asked_of_pip():
    assert python_env.wanted(REQUIREMENTS) == [
        "Babel==2.10.3 ; python_version >= '3.11'",
        "cryptography==3.4.8; python_version < '3.12'",
        "psycopg2-binary==2.9.5 ; python_version == '3.11'",
        'pytz',
    ]
    assert python_env.wanted('psycopg2-binary==2.9.13') == ['psycopg2-binary==2.9.13']


def test_conditions_settled_for_another_python():
    lines = ["a==1 ; python_version < '3.11'", "a==2 ; sys_platform != 'win32' and python_version >= '3.11'",
             "b==1 ; python_version == '3.10'", "b==2 ; python_version <= '3.11' and python_version > '3.10'", 'c']
    assert python_env.judged_as(lines, (3, 11)) == [
        "a==1 ; python_version < '3'", "a==2 ; sys_platform != 'win32' and python_version >= '3'",
        "b==1 ; python_version < '3'", "b==2 ; python_version >= '3' and python_version >= '3'", 'c']


def test_an_environment_is_made_once(own_cache, capsys):
    base = python_env.find_python()
    digest = cache.digest(output([base, '-c', 'import sys; print(sys.version, sys.base_prefix)']), '# nothing')
    half = own_cache / f'venvs/empty-{digest}'
    half.mkdir(parents=True)
    (half / 'rubbish').touch()
    python = python_env.environment('empty', ['# nothing'])
    assert python == str(half.resolve() / 'bin/python')
    assert not (half / 'rubbish').exists(), 'a half-made one is made again'
    assert 'virtual environment' in capsys.readouterr().out
    assert output([python, '-c', 'import sys; print(sys.prefix != sys.base_prefix)']) == 'True\n'
    assert python_env.environment('empty', ['# nothing']) == python
    assert capsys.readouterr().out == ''


def test_nothing_half_made_is_left(own_cache, monkeypatch):
    monkeypatch.setenv('PIP_NO_INDEX', '1')
    monkeypatch.setenv('PIP_FIND_LINKS', str(own_cache))
    with pytest.raises(Stop) as caught:
        python_env.environment('wrong', ['no-such-package-anywhere'])
    assert caught.value.code == Exit.NO_PACKAGES
    assert 'no-such-package-anywhere' in caught.value.line()
    assert not [path for path in (own_cache / 'venvs').iterdir() if path.is_dir()]


def test_a_python_that_will_not_do(monkeypatch):
    monkeypatch.setenv('PAE_PYTHON', '/bin/true')
    with pytest.raises(Stop) as caught:
        python_env.find_python()
    assert caught.value.code == Exit.NO_PYTHON


def test_versions_of_the_checkers_agree():
    lint = (ROOT / 'dev/requirements-lint.txt').read_text()
    hooks = (ROOT / '.pre-commit-config.yaml').read_text()
    pinned = dict(re.findall(r'^([\w-]+)==([\d.]+)$', lint, re.M))
    assert set(pinned) == {'ruff', 'pylint-odoo', 'oca-odoo-pre-commit-hooks'}
    for name, repository in (('ruff', 'ruff-pre-commit'), ('pylint-odoo', 'OCA/pylint-odoo')):
        assert f'{repository}\n    rev: v{pinned[name]}\n' in hooks
    assert f'[oca-odoo-pre-commit-hooks=={pinned["oca-odoo-pre-commit-hooks"]}]' in hooks
