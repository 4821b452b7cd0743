"""Processes are told by their master and their age, whatever title they give themselves."""
import dataclasses
import subprocess
import sys
import time

import pytest

from deploy import proc
from deploy.report import Failed
from deploy.service import Service

# A master named like an Odoo, whose child changes its title and outlives it.
MASTER = """
import os, sys, time
if os.fork() == 0:
    os.execv(sys.executable, ['odoo: WorkerHTTP', '-c', 'import time; time.sleep(60)'])
time.sleep(60)
"""


@pytest.fixture
def family(settings, tmp_path):
    """(settings, master, worker) of a service whose worker has another title."""
    conf = tmp_path / 'odoo.conf'
    conf.touch()
    script = tmp_path / 'odoo-bin'
    script.write_text(MASTER)
    master = subprocess.Popen([sys.executable, script, '-c', conf], stderr=subprocess.DEVNULL)
    mine = dataclasses.replace(settings, conf=str(conf), start=('true',), status=('false',),
                               stop=('kill', str(master.pid)))
    while len(proc.descendants([master.pid])) < 2:
        time.sleep(0.05)
    time.sleep(0.2)
    worker = next(one.pid for one in proc.descendants([master.pid]) if one.pid != master.pid)
    yield mine, master, worker
    for kill in (master.kill, lambda: subprocess.run(['kill', '-9', str(worker)], stderr=subprocess.DEVNULL)):
        kill()
    master.wait()


def test_a_worker_with_another_title_belongs_to_its_master(family):
    settings, master, worker = family
    assert Service(settings).processes() == [master.pid]
    assert [one.pid for one in proc.descendants(Service(settings).processes())] == [master.pid, worker]


def test_the_service_has_not_stopped_while_a_worker_lives(family, monkeypatch):
    settings, _master, worker = family
    monkeypatch.setattr('deploy.service.STOP_LIMIT', 1)
    with pytest.raises(Failed, match=str(worker)):
        Service(settings).stop()


def test_a_start_that_was_broken_off_may_end_by_itself(family, tmp_path):
    """Its processes are there, and a moment later it says that it runs: started again there would be two."""
    settings, _master, _worker = family
    runs, again = tmp_path / 'runs', tmp_path / 'again'
    subprocess.Popen(['sh', '-c', f'sleep 1; touch {runs}'])
    Service(dataclasses.replace(settings, status=('test', '-e', str(runs)), start=('touch', str(again)))).start()
    assert runs.exists() and not again.exists()


def test_a_start_that_does_not_end_is_begun_anew(family, tmp_path, monkeypatch):
    settings, _master, _worker = family
    again = tmp_path / 'again'
    monkeypatch.setattr('deploy.service.COMING_LIMIT', 1)
    Service(dataclasses.replace(settings, start=('touch', str(again)))).start()
    assert again.exists()


def test_the_age_of_a_process():
    begin = time.time()
    with subprocess.Popen(['sleep', '30']) as one:
        found = proc.descendants([one.pid])
        one.kill()
    assert abs(found[0].started - begin) < 2
    assert proc.alive(found) == []


def test_a_trial_server_is_not_the_service(settings, tmp_path):
    from deploy.service import TRIAL, _serves
    words = ['python3', 'odoo-bin', '-c', str(tmp_path / 'odoo.conf')]
    assert _serves(words, str(tmp_path / 'odoo.conf'))
    assert not _serves([*words, TRIAL], str(tmp_path / 'odoo.conf'))
