"""The journal survives a loss of power at any moment, and shows no password."""
import pytest

from deploy import report
from deploy.journal import Journal, all_journals, broken_off, journals_of


@pytest.fixture
def journal(tmp_path):
    return Journal.create(tmp_path / 'deployments', kind='deployment', database='x')


def test_events_come_back_in_order(journal):
    journal.write('begin', 'stop')
    journal.note(oid=12)
    journal.write('end', 'stop', seconds=1.5)
    assert [entry['event'] for entry in journal.entries()] == ['created', 'begin', 'note', 'end']
    assert journal.facts() == {'kind': 'deployment', 'database': 'x', 'oid': 12}
    assert journal.last('begin', 'end')['event'] == 'end'


def test_a_line_that_was_cut_off_costs_that_line_alone(journal):
    journal.note(a=1)
    with journal.path.open('a') as handle:
        handle.write('{"time": "2026-01-01", "event": "no')
    journal.note(b=2)
    assert journal.facts() == {'kind': 'deployment', 'database': 'x', 'a': 1, 'b': 2}


def test_a_password_does_not_reach_the_disk(journal):
    report.secret('s3cret-word')
    journal.write('failed', error='connection with s3cret-word refused')
    assert 's3cret-word' not in journal.path.read_text()


def test_only_the_owner_reads_it(journal):
    assert journal.path.stat().st_mode & 0o777 == 0o600
    assert journal.folder.stat().st_mode & 0o777 == 0o700


def test_two_in_one_second_are_two(tmp_path, journal):
    other = Journal.create(tmp_path / 'deployments', kind='deployment', database='x')
    assert [one.id for one in all_journals(tmp_path / 'deployments')] == [journal.id, other.id]


def test_each_database_has_its_own(settings):
    """What was broken off of another database, or in a rehearsal, is in nobody's way."""
    mine, other, rehearsal = (
        Journal.create(settings.state_dir, kind=kind, database=database)
        for kind, database in (('deployment', settings.database), ('deployment', 'other'),
                               ('rehearsal', settings.database)))
    assert [one.id for one in journals_of(settings)] == [mine.id, rehearsal.id]
    assert broken_off(settings) is None
    rehearsal.path.unlink()
    assert broken_off(settings).id == mine.id
    mine.write('accepted')
    assert broken_off(settings) is None
    assert {one.id for one in all_journals(settings.state_dir)} == {mine.id, other.id}  # perhaps of the same second
