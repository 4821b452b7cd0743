"""How the bench judges, and what it writes into the README."""
from xml.etree import ElementTree

import pytest

from bench import goals, page

STOCK = {'queries': [10, 12, 11], 'seconds': [1.0, 3.0, 2.0], 'cpu': [0.5, 0.5, 0.5]}
OURS = {**STOCK, 'queries': [12, 12, 12], 'seconds': [4.0, 4.0, 4.0]}
GOAL = goals.Goal('work', 'some work', 1, 1.5, why='It has to.')


@pytest.fixture
def facts():
    rows = [goals.row_of(GOAL, {'stock': STOCK, 'ours': OURS, 'peer': STOCK}),
            goals.row_of(GOAL, {'stock': STOCK, 'ours': STOCK})]
    own = [*goals.of_life({'upgrade': 20.0, 'upgrade_empty': 10.0, 'install': 5.0, 'payments': 100_000})]
    return {'rows': rows, 'own': own, 'odoo': '17.0', 'postgres': '15.1', 'python': '3.11', 'processors': 2,
            'payments': 100_000, 'items': 500_000}


def test_row_judges_medians(facts):
    row = facts['rows'][0]
    assert (row['extra'], row['ratio'], row['extra_peer'], row['ratio_peer'], row['steady']) == (1, 2.0, 0, 1.0, False)
    assert row['queries_good'] and not row['ratio_good']


def test_readme_sets_in_bold_what_is_missed_and_says_why(facts):
    text = page.section(facts)
    assert '| some work | 1 (≤ 1) | **2.00 (≤ 1.50)** | 0, 1.00 |' in text
    assert '| some work | 0 (≤ 1) | 1.00 (≤ 1.50) |  |' in text
    assert '| upgrade, against that of an empty addon | **20.0 s, 2.00 times (≤ 1.2 times)** |' in text
    assert text.endswith('\n- **some work**: It has to.\n') and text.count('It has to.') == 1


def test_readme_has_a_place_for_it():
    before, _old, after = page._parts()
    assert before.startswith('# Payment Account Enhanced') and after.startswith('\n## Limits')


def test_chart_has_a_dot_for_each_measure(facts):
    tree = ElementTree.fromstring(page.chart(facts))
    dots = [dot.get('fill') for dot in tree.iter('{http://www.w3.org/2000/svg}circle')]
    assert (dots.count(page.OURS), dots.count(page.PEER)) == (1 + 2, 1 + 1), 'One in the legend, one for each row'
