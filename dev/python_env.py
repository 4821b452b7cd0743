"""A Python from 3.10 to 3.12, and virtual environments kept by what they hold."""
import os
import pathlib
import re
import shutil
import sys

from dev import cache
from dev.process import output, run, tail
from dev.report import Exit, Stop, say, step

OLDEST, NEWEST = (3, 10), (3, 12)
LEFT_OUT = {'python-ldap', 'ebaysdk', 'pypiwin32', 'rl-renderpm'}  # no wheels, or not for this addon
ADDED = ['websocket-client', 'coverage', 'setuptools>=75,<80.9', "rl-renderPM==4.0.3 ; python_version >= '3.12'"]
# For browser tests; `make coverage`; pkg_resources (before 75 it does not find packages of gevent under new names, from
# 80.9 on it warns at each start); barcodes of reportlab 4, for which Odoo asks on Windows alone.
HERE = pathlib.Path(__file__).parent
LIMIT = 1200  # seconds
NO_PYTHON = Stop(Exit.NO_PYTHON, 'There is no Python 3.10, 3.11 or 3.12 with venv and pip.',
                 'install one (Debian, Ubuntu: apt-get install python3-venv), or name one with PAE_PYTHON')


def find_python():
    """The first usable of ``PAE_PYTHON``, the running Python and those on the path."""
    asked = os.environ.get('PAE_PYTHON')
    names = [asked] if asked else [sys.executable, 'python3.11', 'python3.12', 'python3.10', 'python3',
                                   '/usr/bin/python3']
    for name in names:
        python = shutil.which(name)
        if python and _usable(python):
            return python
    raise NO_PYTHON


def _usable(python):
    return OLDEST <= version_of(python) <= NEWEST


def version_of(python):
    """(3, 11) of a Python that can make virtual environments; (0,) of another."""
    code = 'import sys, ssl, venv, ensurepip; print(*sys.version_info[:2])'
    return tuple(map(int, (output([python, '-c', code]) or '0').split()))


def wanted(text):
    """Odoo's requirements.txt as lines for pip: wheels where Odoo's own choice has none, without what nobody needs."""
    lines = []
    for line in text.splitlines():
        line = re.sub(r'(^|\s)#.*', '', line).strip()
        name = re.split(r'[^\w.-]', line)[0].lower()
        if name and name not in LEFT_OUT:
            lines.append(re.sub(r'^psycopg2\b(?!-)', 'psycopg2-binary', line))
    return lines


def judged_as(lines, version):
    """The lines with every condition on ``python_version`` settled as if it were ``version``, a pair of numbers.

    Odoo asks older packages of Python 3.10 than of 3.11, some of which no longer build; those for 3.11 work with both.
    """
    def settle(found):
        other = tuple(map(int, found[2].split('.')))
        holds = {'<': version < other, '<=': version <= other, '==': version == other, '!=': version != other,
                 '>=': version >= other, '>': version > other}[found[1]]
        return f"python_version {'>=' if holds else '<'} '3'"

    return [re.sub(r"python_version\s*([<>=!]=?)\s*'(\d+\.\d+)'", settle, line) for line in lines]


def for_odoo(odoo):
    """(Python that runs this Odoo, extra environment variables). Makes the virtual environment at the first call."""
    if not odoo.python:
        lines = wanted(odoo.requirements().read_text())
        if version_of(find_python()) == (3, 10):
            lines = judged_as(lines, (3, 11))
        python = environment('odoo', [*lines, *ADDED])
        return python, {'PYTHONPATH': str(odoo.root)}
    if output([odoo.python, '-c', 'import websocket, coverage']) is not None:
        return odoo.python, {}
    say(f'   Odoo is installed for {odoo.python}: its packages are used as they are')
    return odoo.python, {'PYTHONPATH': str(_beside(odoo.python))}


def for_tools(kind):
    """The Python of a virtual environment with dev/requirements-<kind>.txt."""
    return environment(kind, wanted((HERE / f'requirements-{kind}.txt').read_text()))


def environment(name, lines):
    """The Python of a virtual environment with these requirements, made once and found by their digest."""
    base = find_python()
    version = output([base, '-c', 'import sys; print(sys.version, sys.base_prefix)'])
    path = cache.folder() / 'venvs' / f'{name}-{cache.digest(version, *lines)}'
    with cache.lock(path.with_suffix('.lock')):
        if not (path / 'complete').exists():
            with step(f'virtual environment for {name} ({len(lines)} packages)'):
                _build(base, path, lines)
    return str(path / 'bin/python')


def _build(base, path, lines):
    shutil.rmtree(path, ignore_errors=True)
    log = cache.folder() / 'logs' / f'pip-{path.name}.log'
    log.unlink(missing_ok=True)
    try:
        if run([base, '-m', 'venv', path], log, LIMIT):
            raise Stop(Exit.NO_PYTHON, f'{base} cannot make a virtual environment; its log: {log}.', NO_PYTHON.remedy)
        _install([path / 'bin/python'], path, lines, log)
        (path / 'complete').touch()
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def _beside(python):
    """A folder with the added packages for an installed Odoo whose own Python is left alone."""
    return _folder('beside', python, ADDED)


def addons(kind, python):
    """The folder of Odoo addons of dev/requirements-<kind>.txt, without what these packages ask for."""
    lines = wanted((HERE / f'requirements-{kind}.txt').read_text())
    return _folder(kind, python, lines, '--no-deps') / 'odoo/addons'


def _folder(name, python, lines, *options):
    """A folder with these packages and nothing of them in the Python itself, made once and found by its digest."""
    path = cache.folder() / 'venvs' / f'{name}-{cache.digest(python, *lines)}'
    with cache.lock(path.with_suffix('.lock')):
        if not (path / 'complete').exists():
            with step(f'packages for {name} ({len(lines)})'):
                shutil.rmtree(path, ignore_errors=True)
                log = cache.folder() / f'logs/pip-{name}.log'
                log.unlink(missing_ok=True)
                _install([python], path, lines, log, '--target', path, *options)
                (path / 'complete').touch()
    return path


def _install(python, path, lines, log, *options):
    wish = path.with_suffix('.txt')
    wish.write_text('\n'.join(lines) + '\n')
    command = [*python, '-m', 'pip', 'install', '--quiet', '--prefer-binary', '--disable-pip-version-check']
    if run([*command, *options, '-r', wish], log, LIMIT):
        raise Stop(Exit.NO_PACKAGES, f'Python packages could not be installed:\n{tail(log)}\n  the whole log: {log}.',
                   'allow pip to reach a package index, or name one with PIP_INDEX_URL or PIP_FIND_LINKS')
