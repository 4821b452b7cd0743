"""How the bench judges, and what it writes into the README."""
import json
from xml.etree import ElementTree

import pytest

from bench import goals, page

STOCK = {'pair': [1, 2, 3], 'queries': [10, 12, 11], 'seconds': [1.0, 3.0, 2.0], 'cpu': [0.5, 0.5, 0.5]}
OURS = {**STOCK, 'queries': [12, 12, 12], 'seconds': [2.0, 3.3, 4.0]}
PEER = {'pair': [1, 3], 'queries': [11, 11], 'seconds': [1.0, 2.2], 'cpu': [0.5, 0.5]}
GOAL = goals.Goal('work', 'some work', 1, 1.5, why='It has to.')


@pytest.fixture
def facts():
    rows = [goals.row_of(GOAL, {'stock': STOCK, 'ours': OURS, 'peer': PEER}),
            goals.row_of(GOAL, {'stock': STOCK, 'ours': STOCK})]
    own = [*goals.of_life({'upgrade': 20.0, 'upgrade_ratio': 2.0, 'install': 5.0, 'payments': 100_000})]
    return {'rows': rows, 'own': own, 'odoo': '17.0', 'postgres': '15.1', 'python': '3.11', 'processors': 2,
            'payments': 100_000, 'items': 500_000}


def test_row_judges_the_median_of_the_pairs(facts):
    row = facts['rows'][0]
    assert (row['extra'], row['ratio'], row['extra_peer'], row['ratio_peer'], row['steady']) == (1, 2.0, 0, 1.0, False)
    assert row['queries_good'] and not row['ratio_good'] and row['ratio_half'] == [1.1, 2.0]


def test_step_of_approval_may_grow_by_the_hundred_alone():
    def row(small, large):
        found = {50: [{'queries': small, 'seconds': 1.0}], 500: [{'queries': large, 'seconds': 2.0}]}
        return next(goals.of_stages({'submit': found}))
    assert goals.is_reached(row(20, 20))
    assert row(20, 33)['why'] == goals.BY_THE_HUNDRED
    assert row(20, 34)['why'] == ''


def test_readme_sets_in_bold_what_is_missed_and_says_why(facts):
    text = page.section(facts)
    assert '| some work | 1 (≤ 1) | **2.000 (≤ 1.50)** | 0, 1.00 |' in text
    assert '| some work | 0 (≤ 1) | 1.000 (≤ 1.50) |  |' in text
    assert '| upgrade, against that of an empty addon | **20.0 s, 2.00 times (≤ 1.2 times)** |' in text
    reasons = text.split('\n\n')[-1]
    assert reasons.startswith('- **some work**: It has to.\n- **upgrade, against that of an empty addon**: Most')
    assert text.count('It has to.') == 1


def test_readme_has_a_place_for_it():
    before, _old, after = page._parts()
    assert before.startswith('# Payment Account Enhanced') and after.startswith('\n## Limits')


def test_chart_has_a_dot_for_each_measure(facts):
    tree = ElementTree.fromstring(page.chart(facts))
    dots = [dot.get('fill') for dot in tree.iter('{http://www.w3.org/2000/svg}circle')]
    assert (dots.count(page.OURS), dots.count(page.PEER)) == (1 + 2, 1 + 1), 'One in the legend, one for each row'


def test_readme_shows_the_last_run():
    found = json.loads(page.RESULT.read_text())
    _before, shown, _after = page._parts()
    assert shown == page.section(found) and page.CHART.read_text() == page.chart(found)
    assert [(row['key'], row['why']) for row in found['rows']] == [(goal.key, goal.why) for goal in goals.GOALS]


def test_what_misses_its_goal_says_why():
    found = json.loads(page.RESULT.read_text())
    assert [row['title'] for row in (*found['rows'], *found['own']) if not (goals.is_reached(row) or row['why'])] == []
