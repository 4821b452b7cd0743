"""``make lint``: ruff, pylint-odoo, the OCA module and translation checks, XML."""
import os
import pathlib
import subprocess

from dev import cache, python_env, xml_check
from dev.process import ROOT
from dev.report import Exit, say, step

NOT_OURS = ('legacy', '.git')


def lint():
    """Runs every checker, whatever the ones before said; returns the exit code."""
    programs = pathlib.Path(python_env.for_tools('lint')).parent
    around = cache.addons_folder()
    name = cache.NAME
    texts = files('*.po', '*.pot')
    checks = [
        ('ruff', [programs / 'ruff', 'check', '.'], ROOT),
        ('pylint-odoo', [programs / 'pylint', f'--rcfile={ROOT / "pyproject.toml"}', name], around),
        ('OCA checks of the module', [programs / 'oca-checks-odoo-module', '--config', ROOT / '.oca_hooks.cfg', name],
         around),
    ]
    if texts:
        checks.append(('OCA checks of the translations', [programs / 'oca-checks-po', '--config',
                                                          ROOT / '.oca_hooks.cfg', *texts], ROOT))
    bad = [title for title, command, folder in checks if not _passes(title, command, folder)]
    with step('XML'):
        if xml_check.main(files('*.xml')):
            bad.append('XML')
    say(f'lint: {", ".join(bad)} found something' if bad else 'lint: nothing found')
    return Exit.TESTS_FAILED if bad else Exit.OK


def files(*patterns):
    """Files of the addon that match, relative to the root."""
    found = [path.relative_to(ROOT) for pattern in patterns for path in ROOT.rglob(pattern)]
    return sorted(path for path in found if not set(NOT_OURS).intersection(path.parts))


def _passes(title, command, folder):
    with step(title):
        return not subprocess.run([str(part) for part in command], cwd=folder, check=False,
                                  stdin=subprocess.DEVNULL, env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'}
                                  ).returncode
