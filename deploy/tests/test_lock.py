"""One deployment at a time: on this machine by a file, on all machines by PostgreSQL."""
import dataclasses

import pytest
from conftest import create

from deploy import lock
from deploy.report import Refused


def test_a_second_one_on_this_machine_is_refused(server, settings):
    with lock.alone(settings, server), pytest.raises(Refused, match='running on this machine'):
        with lock.alone(settings, server):
            pass


def test_a_second_one_from_another_machine_is_refused(server, settings, tmp_path):
    elsewhere = dataclasses.replace(settings, backup_dir=str(tmp_path / 'elsewhere'))
    with lock.alone(settings, server), pytest.raises(Refused, match='Another deployment of'):
        with lock.alone(elsewhere, server):
            pass


def test_another_database_is_no_matter(server, settings, tmp_path):
    create(server, 'other')
    other = dataclasses.replace(settings, database='other', backup_dir=str(tmp_path / 'other'))
    with lock.alone(settings, server), lock.alone(other, server):
        pass


def test_it_is_free_again_afterwards(server, settings):
    for _again in range(2):
        with lock.alone(settings, server):
            pass
