"""The list of pairs, its stories and the page that is made from them."""
import pytest

from dev import coexist, coexist_pairs, coexist_steps, coexist_table
from dev.report import Stop

EVERY = (*coexist_pairs.PAIRS, *coexist_pairs.CONDITIONS)


def test_page_says_what_is_tried():
    assert coexist_table.PAGE.read_text() == coexist_table.page(), 'python3 -m dev.coexist_table'


@pytest.mark.parametrize('one', EVERY, ids=lambda one: one.name)
def test_each_has_stories_with_a_promise(one):
    found = coexist_steps.stories(one.flow)
    assert found and all(found.values())


def test_every_flow_is_told():
    flows = {path.stem for path in coexist_steps.FLOWS.glob('*.py')} - {'__init__', 'book', 'cash_basis'}
    assert flows == {one.flow for one in EVERY}


def test_only_names_pairs_and_conditions():
    pairs, conditions = coexist.chosen('auditlog; minimal')
    assert [one.name for one in (*pairs, *conditions)] == ['auditlog', 'minimal']
    with pytest.raises(Stop):
        coexist.chosen('auditlogg')


def test_oca_pairs_are_pinned():
    oca = {name for one in coexist_pairs.PAIRS if one.source == coexist_pairs.OCA for name in one.modules}
    assert oca <= set(coexist_table.versions())
