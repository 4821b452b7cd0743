"""The commands baseline and compare, as an administrator calls them."""
import json
import os
import pathlib
import stat
import subprocess
import sys

import pytest
from books import ROWS, TABLES
from conftest import create
from psycopg2 import sql

from deploy.report import Exit

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def call(settings, server):
    """Runs the tool on a database of books with a filestore; returns (exit code, output)."""
    create(server, settings.database, TABLES, ROWS)
    settings.filestore.mkdir(parents=True)
    toml = pathlib.Path(settings.backup_dir) / 'deploy.toml'
    toml.write_text('\n'.join(f'{name} = {json.dumps(str(getattr(settings, name)))}' for name in (
        'database', 'module', 'db_host', 'db_port', 'db_user', 'data_dir', 'backup_dir')))

    def run(*words):
        done = subprocess.run([sys.executable, '-m', 'deploy', *words, '--config', toml], cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'})
        return done.returncode, done.stdout

    return run


def test_baseline_then_compare(call, settings, server, tmp_path):
    path = tmp_path / 'base.json'
    code, said = call('baseline', '--output', path)
    assert code == Exit.DONE, said
    assert 'Daughter' in said and 'none missing, none altered' in said and str(path) in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    code, said = call('compare', path)
    assert (code, said.splitlines()[-2]) == (Exit.DONE, 'no difference')
    server.rows('UPDATE account_payment SET amount = 1 WHERE id = 7', database=settings.database)
    code, said = call('compare', path)
    assert code == Exit.REFUSED and 'account_payment (currency_id USD' in said
    assert call('compare', path, '--allow', 'account_payment')[0] == Exit.DONE


def test_compare_with_another_database(call, settings, server):
    copy = 'the copy'
    server.rows(sql.SQL('CREATE DATABASE {} TEMPLATE {}').format(*map(sql.Identifier, (copy, settings.database))))
    server.rows('UPDATE account_payment SET amount = 1 WHERE id = 7', database=settings.database)
    code, said = call('compare', '--with', copy)
    assert code == Exit.REFUSED
    assert 'account_payment.amount: 1 row changed: id 7 (PV7): 73.50 → 1' in said
    code, said = call('compare', '--with', copy, '--json', '--no-files')
    assert json.loads(said)[0]['ids'] == [7]


def test_file_lost(call, settings, server, tmp_path):
    server.rows("UPDATE ir_attachment SET store_fname = 'ab/abcd', file_size = 4 WHERE id = 1",
                database=settings.database)
    code, said = call('baseline', '--output', tmp_path / 'base.json')
    assert code == Exit.REFUSED and 'attachment 1 (invoice.pdf): its file ab/abcd is missing' in said


@pytest.mark.parametrize('words, told', [
    (['compare'], 'nothing to compare with'),
    (['compare', '/none.json'], 'cannot be read'),
    (['compare', '/etc/hostname'], 'cannot be read'),
    (['baseline', '--output', '/proc/x.json'], 'cannot be written'),
])
def test_refusals(call, words, told):
    code, said = call(*words)
    assert code == Exit.REFUSED and told in said
