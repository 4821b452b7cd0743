"""A rehearsal counts for the deployment of the same code on the same database, for three days."""
import datetime
import json
import types

import pytest

from deploy import rehearsed
from deploy.journal import Journal

SUBJECT = {'database': 'books', 'module': 'payments'}


@pytest.fixture
def made(tmp_path):
    """A function that makes the journal of a rehearsal, and one that asks about a deployment."""
    def rehearsal(digest='abc', event='rehearsed', kind='rehearsal', **subject):
        journal = Journal.create(tmp_path, kind=kind, **{**SUBJECT, **subject})
        journal.note(release={'digest': digest})
        journal.write(event)
        return journal

    def ask(digest='abc', **subject):
        facts = {**SUBJECT, 'release': {'digest': digest}, **subject}
        return rehearsed.same_release(types.SimpleNamespace(
            facts=facts, settings=types.SimpleNamespace(state_dir=tmp_path, database=SUBJECT['database'])))
    return types.SimpleNamespace(rehearsal=rehearsal, ask=ask)


def test_nothing_was_rehearsed(made):
    assert made.ask() == ''


def test_the_same_release_was_rehearsed(made):
    assert made.ask() == '' != made.rehearsal().id == made.ask()


@pytest.mark.parametrize('other', [
    {'digest': 'other'}, {'database': 'other'}, {'module': 'other'}, {'event': 'refused'}, {'kind': 'deployment'}])
def test_something_else_was_rehearsed(made, other):
    made.rehearsal(**other)
    assert made.ask() == ''


@pytest.mark.parametrize('days, counts', [(2.9, True), (3.1, False)])
def test_long_ago(made, days, counts):
    journal = made.rehearsal()
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    lines = [json.dumps({**entry, 'time': then.isoformat()}) for entry in journal.entries()]
    journal.path.write_text('\n'.join(lines) + '\n')
    assert bool(made.ask()) == counts


def test_a_deployment_that_fetched_no_code_yet(made):
    made.rehearsal(digest=None)
    assert made.ask(digest=None, release=None) == ''
