"""The comparison of ``deploy`` as the judge of what an upgrade did to a database."""
import contextlib
import os
import subprocess

from dev import house
from dev.process import ROOT

DECLARED = ROOT / 'migrations/17.0.1.0.9/may_change.txt'


@contextlib.contextmanager
def judged(home, database, outcome, what, declared=()):
    """Counts one test: the block changes nothing in the database but what an upgrade may change and ``declared``."""
    with home.databases.scratch('judge', database) as before:
        yield
        code, said = _compare(home, before, database, declared)
    outcome.check(code == 0, f'{what}: the comparison of deploy finds:\n{said}')


def patterns():
    """What the release declares to change in a database of 17.0.1.0.8."""
    lines = (line.partition('#')[0].strip() for line in DECLARED.read_text().splitlines())
    return [line for line in lines if line]


def _compare(home, before, database, declared):
    """(exit code, output) of ``python3 -m deploy compare``."""
    server = home.databases.server
    words = {'database': database, 'module': house.MODULE, 'backup_dir': house.logs(), 'db_host': server.host,
             'db_port': server.port, 'db_user': server.user, 'data_dir': home.databases.files}
    options = [f'--{name.replace("_", "-")}={value}' for name, value in words.items() if value]
    options += [f'--allow={pattern}' for pattern in declared]
    done = subprocess.run([home.python, '-m', 'deploy', 'compare', f'--with={before}', '--no-files',
                           f'--upgraded={house.MODULE}', *options], cwd=ROOT, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **server.variables(), 'PYTHONDONTWRITEBYTECODE': '1'})
    return done.returncode, done.stdout
