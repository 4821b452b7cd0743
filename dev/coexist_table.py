"""The table of docs/beside_others.md, from what ``make coexist`` tries. ``python3 -m dev.coexist_table`` writes it."""
import re

from dev import coexist_pairs, python_env
from dev.coexist_steps import stories
from dev.process import ROOT

PAGE = ROOT / 'docs/beside_others.md'
BEGIN, END = '<!-- made by dev/coexist_table.py -->', '<!-- end of what is made -->'
BUILDS = '17.0'


def versions():
    """Version of each package in dev/requirements-coexist.txt by the name of its addon."""
    lines = python_env.wanted((python_env.HERE / 'requirements-coexist.txt').read_text())
    pairs = (re.fullmatch(r'odoo-addon-([\w-]+)==([\d.]+)', line).groups() for line in lines)
    return {name.replace('-', '_'): version for name, version in pairs}


def text():
    """The table: one row for each story."""
    found = versions()
    rows = ['| beside | version | what is told | what to expect with approval on |', '| --- | --- | --- | --- |']
    for pair in coexist_pairs.PAIRS:
        version = f'Odoo {BUILDS}' if pair.source == coexist_pairs.CORE else found[pair.name]
        rows += _rows(f'`{pair.name}`', version, pair.flow)
    for condition in coexist_pairs.CONDITIONS:
        rows += _rows(condition.name.replace('_', ' '), f'Odoo {BUILDS}', condition.flow)
    return '\n'.join(rows)


def _rows(name, version, flow):
    for story, promise in stories(flow).items():
        yield f'| {name} | {version} | {story.replace("_", " ")} | {promise} |'
        name = version = ''


def page():
    """The page as it has to be."""
    before, rest = PAGE.read_text().split(BEGIN)
    return f'{before}{BEGIN}\n{text()}\n{END}{rest.split(END)[1]}'


if __name__ == '__main__':
    PAGE.write_text(page())
