"""The OCA module and translation checks, run with the Python that calls this file.

They look for a module below a git checkout and find none where the checkout itself is the module: without a word, they
check nothing. So they are given a copy in a folder of its own, under the addon's name.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAME = 'payment_account_enhanced'
NOT_THE_ADDON = ('.git', 'dev', 'deploy', 'bench', 'legacy', '__pycache__', '.venv', '.ruff_cache')


def copy(folder):
    """Copies the addon below ``folder``, which is made to look like a git checkout; returns the copy."""
    (folder / '.git').mkdir(exist_ok=True)
    target = folder / NAME
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_THE_ADDON))
    return target


def main():
    """Runs both checkers; 1 when one found something."""
    with tempfile.TemporaryDirectory(prefix='pae-oca-') as name:
        folder = pathlib.Path(name)
        module = copy(folder)
        texts = sorted(module.glob('i18n*/*.po*'))
        codes = [_run(folder, 'cli', module.name)]
        if texts:
            codes.append(_run(folder, 'cli_po', *(path.relative_to(folder) for path in texts)))
    return int(any(codes))


def _run(folder, program, *names):
    return subprocess.run([sys.executable, '-m', f'oca_pre_commit_hooks.{program}', '--config', ROOT / '.oca_hooks.cfg',
                           *names], cwd=folder, check=False, env={**os.environ, 'NO_COLOR': '1'}).returncode


if __name__ == '__main__':
    sys.exit(main())
