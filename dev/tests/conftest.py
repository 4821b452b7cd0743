"""Every test works in a cache folder of its own; programs and servers are real."""
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from dev import postgres

VARIABLES = ('ODOO_HOME', 'ODOO_GIT_URL', 'PAE_PYTHON', 'PAE_TIME_LIMIT', 'PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD',
             'ONLY', 'PORT', 'HOST', 'WORKERS', 'PYTHONPATH')


@pytest.fixture(autouse=True)
def own_cache(monkeypatch):
    """A cache folder that every account may enter, and none of the variables that steer the tool."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    path = pathlib.Path(tempfile.mkdtemp(prefix='pae-test-'))
    path.chmod(0o755)
    monkeypatch.setenv('PAE_CACHE', str(path))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope='session')
def one_server():
    """A private server for all tests that only need one."""
    path = pathlib.Path(tempfile.mkdtemp(prefix='pae-server-'))
    path.chmod(0o755)
    cluster = postgres.Cluster(path, programs())
    with cluster.used():
        yield postgres.Server(str(cluster.socket), '5432', postgres.ROLE)
    shutil.rmtree(path, ignore_errors=True)


def programs():
    """The system's PostgreSQL."""
    found = [folder for folder in postgres._system_folders() if postgres.version(folder) >= postgres.OLDEST]
    return found[0] if found else pytest.skip('no PostgreSQL programs on this system')


@pytest.fixture
def databases(one_server):
    """The databases of this test's cache folder; dropped at its end."""
    from dev.database import Databases
    found = Databases(one_server, sys.executable)
    yield found
    found.drop(*found.names())


def fake_odoo(root, series=(17, 0), date='-20250106', addons='odoo/addons', without=(), requirements=True):
    """Writes what the finder looks at of an Odoo source tree."""
    files = {
        'odoo/release.py': f"version_info = ({series[0]}, {series[1]}, 0, 'final', 0, '')\nversion = '17.0'\n"
                           f"version += '{date}'\n",
        'odoo/__init__.py': '', 'odoo/__main__.py': '', 'odoo/tools/__init__.py': '', 'odoo/tools/config.py': '',
        'odoo/addons/base/__manifest__.py': '{}',
        f'{addons}/web/__manifest__.py': '{}', f'{addons}/account/__manifest__.py': '{}',
    }
    if requirements:
        files['requirements.txt'] = 'psycopg2\n'
    for name, text in files.items():
        if not any(part in name for part in without):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
    return root


