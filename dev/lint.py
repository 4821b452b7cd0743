"""``make lint``: ruff, pylint-odoo, the OCA module and translation checks, XML."""
import os
import pathlib
import subprocess

from dev import cache, python_env
from dev.process import ROOT
from dev.report import Exit, say, step


def lint():
    """Runs every checker, whatever the ones before said; returns the exit code."""
    python = python_env.for_tools('lint')
    programs = pathlib.Path(python).parent
    checks = [
        ('ruff', [programs / 'ruff', 'check', '.'], ROOT),
        ('pylint-odoo', [programs / 'pylint', f'--rcfile={ROOT / "pyproject.toml"}', cache.NAME],
         cache.addons_folder()),
        ('OCA checks of module and translations', [python, '-m', 'dev.oca_checks'], ROOT),
        ('XML', [python, '-m', 'dev.xml_check', *files('.xml')], ROOT),
    ]
    bad = [title for title, command, folder in checks if not _passes(title, command, folder)]
    say(f'lint: {", ".join(bad)} found something' if bad else 'lint: nothing found')
    return Exit.TESTS_FAILED if bad else Exit.OK


def files(suffix):
    """Files of the checkout with a suffix, relative to it; hidden folders and what came with an old version apart."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob(f'*{suffix}'))
    return sorted(path for path in found
                  if path.parts[0] != 'legacy' and not any(part.startswith('.') for part in path.parts))


def _passes(title, command, folder):
    with step(title):
        return not subprocess.run([str(part) for part in command], cwd=folder, check=False, stdin=subprocess.DEVNULL,
                                  env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'}).returncode
