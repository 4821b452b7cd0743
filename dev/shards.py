"""Splits the addon's test files over two runs of Odoo that take about the same time."""
import datetime
import json
import re

from dev import cache, house, odoo_log
from dev.process import ROOT

RUNS = 2  # as many as the smallest machine of the project has cores


def split():
    """Two lists of test files: the longest first, each to the run that has less to do."""
    known = _known()
    files = sorted((path.name for path in (ROOT / 'tests').glob('test_*.py')),
                   key=lambda name: (-known.get(name, _guess(name)), name))
    runs = [[] for _number in range(RUNS)]
    load = [0.0] * RUNS
    for name in files:
        lightest = load.index(min(load))
        runs[lightest].append(name)
        load[lightest] += known.get(name, _guess(name))
    return [sorted(names) for names in runs if names]


def tags(names):
    return ','.join(f'/{house.MODULE}/tests/{name}' for name in names)


def remember(text):
    """Keeps how long each file took in a run, read from the times in its log."""
    known, last, since = _known(), None, None
    taken = {}
    for line in text.splitlines():
        head = odoo_log.HEAD.match(line)
        if not head:
            continue
        now = datetime.datetime.strptime(head[1], '%Y-%m-%d %H:%M:%S,%f')
        if last:
            taken[last] = taken.get(last, 0) + (now - since).total_seconds()
        found = re.search(r'\.tests\.(test_\w+)$', head[5])
        last, since = (f'{found[1]}.py' if found else last), now
    _file().write_text(json.dumps({**known, **taken}, indent=1, sort_keys=True))


def _guess(name):
    """Seconds for a file that never ran here: the longer the text, the more tests."""
    return (ROOT / 'tests' / name).stat().st_size / 1000


def _known():
    try:
        return json.loads(_file().read_text())
    except (FileNotFoundError, ValueError):
        return {}


def _file():
    return cache.folder() / 'test-seconds.json'
