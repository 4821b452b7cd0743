"""What the README shows of a run: tables and chart, made from bench/results.json. Needs no Odoo.

``python3 -m bench.page`` makes both anew.
"""
import json
import pathlib
import textwrap
from html import escape

from bench import goals

ROOT = pathlib.Path(__file__).parents[1]
RESULT = ROOT / 'bench/results.json'
README = ROOT / 'README.md'
CHART = ROOT / 'docs/bench.svg'
BEGIN, END = '<!-- bench: written by make bench -->\n', '<!-- bench: end -->\n'

INTRODUCTION = """## What it costs

Measured by `make bench`: stock Odoo, Odoo with the addon and Odoo with a peer (`account_move_tier_validation`, as
installed) in turns, in one process, on copies of one database. A time is the median of all pairs of what we take over
what stock takes; the bar in the chart holds the middle half of the pairs, and so shows how steady the machine was. What
misses its goal is set in bold. `make test` holds the query counts.

![Time with the addon, stock Odoo = 1](docs/bench.svg)
"""

WIDTH, ROW, TOP = 880, 30, 64
LEFT, RIGHT = 330, 660  # of the part that is a scale
OURS, PEER, GOAL, INK, GRID = '#714b67', '#e0a030', '#c0392b', '#222222', '#d8d8d8'


def write(facts):
    """Brings README and chart up to date."""
    before, _old, after = _parts()
    README.write_text(before + BEGIN + section(facts) + END + after)
    CHART.write_text(chart(facts))


def section(facts):
    """The section in Markdown."""
    pairs = [row['pairs'] for row in facts['rows']]
    lines = [
        INTRODUCTION, textwrap.fill(
            f'Odoo {facts["odoo"]}, PostgreSQL {facts["postgres"]}, Python {facts["python"]}, {facts["processors"]} '
            f'processors; {facts["payments"]:,} payments, {facts["items"]:,} journal items; medians of '
            f'{" to ".join(map(str, sorted({min(pairs), max(pairs)})))} pairs (the peer: of each third).', 120),
        '', '| measure | extra queries (goal) | time, stock = 1 (goal) | peer: queries, time |',
        '| --- | --- | --- | --- |']
    lines += [_cells(row['title'], _bold(_queries(row), row['queries_good']), _bold(_ratio(row), row['ratio_good']),
                     _peer(row))
              for row in facts['rows']]
    lines += ['', '| what stock has not | result (goal) |', '| --- | --- |']
    lines += [_cells(row['title'], _bold(_result(row), row['good'])) for row in facts['own']]
    lines += ['', *_reasons([*facts['rows'], *facts['own']])]
    return '\n'.join(lines) + '\n'


def _reasons(rows):
    """Why goals are missed: each reason once, with all that it is for."""
    titles = {}
    for row in rows:
        if row['why'] and not goals.is_reached(row):
            titles.setdefault(row['why'], []).append(row['title'].split(':')[0])
    return [textwrap.fill(f'- **{", ".join(names)}**: {why}', 120, subsequent_indent='  ')
            for why, names in titles.items()]


def _cells(*cells):
    return f'| {" | ".join(cells)} |'


def _queries(row):
    return f'{row["extra"]}{" in all" * row["absolute"]} (≤ {row["goal_queries"]})'


def _ratio(row):
    return f'{goals.shown(row["ratio"])} (≤ {row["goal_ratio"]:.2f})'


def _peer(row):
    return f'{row["extra_peer"]}, {row["ratio_peer"]:.2f}' if 'ratio_peer' in row else ''


def _result(row):
    return f'{row["result"]} ({row["goal"].replace("<=", "≤")})'


def _bold(text, good):
    """What misses its goal is set in bold."""
    return text if good else f'**{text}**'


def _parts():
    before, rest = README.read_text().split(BEGIN)
    old, after = rest.split(END)
    return before, old, after


# The chart


def chart(facts):
    """SVG: for each measure a dot on a scale of times, stock = 1, over a bar for the middle half of the pairs; a tick
    for the goal, queries beside it."""
    rows = facts['rows']
    scale = _Scale([row[name] for row in rows for name in ('ratio', 'ratio_peer', 'goal_ratio') if name in row])
    height = TOP + ROW * len(rows) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="Lato, Helvetica, Arial, sans-serif" font-size="14">',
        '<title>Time with the addon, stock Odoo = 1</title>',
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>',
        *_legend(), *_grid(scale, height)]
    for number, row in enumerate(rows):
        parts += _line(row, scale, TOP + ROW * number + ROW // 2)
    return '\n'.join([*parts, '</svg>']) + '\n'


class _Scale:
    """Ratios to pixels: from 0.8 to what is needed; what lies beyond stands at the edge."""

    LOW, STEP = 0.8, 0.1

    def __init__(self, ratios):
        self.high = max(1.3, -(-max(ratios) // self.STEP) * self.STEP)
        self.step = self.STEP if self.high <= 1.5 else (self.high - self.LOW) / 5

    def place(self, ratio):
        share = (min(max(ratio, self.LOW), self.high) - self.LOW) / (self.high - self.LOW)
        return round(LEFT + share * (RIGHT - LEFT), 1)

    def ticks(self):
        count = round((self.high - self.LOW) / self.step)
        return [self.LOW + number * self.step for number in range(count + 1)]


def _legend():
    yield _text(16, 26, 'Time with the addon, stock Odoo = 1', weight='bold')
    for place, color, title in ((LEFT + 8, OURS, 'this addon'), (LEFT + 110, PEER, 'tier validation (OCA)')):
        yield f'<circle cx="{place}" cy="21" r="5" fill="{color}"/>'
        yield _text(place + 10, 26, title)
    yield f'<line x1="{LEFT + 280}" x2="{LEFT + 280}" y1="14" y2="28" stroke="{GOAL}" stroke-width="2"/>'
    yield _text(LEFT + 288, 26, 'goal')
    yield _text(WIDTH - 16, 26, 'extra queries', anchor='end')


def _grid(scale, height):
    for ratio in scale.ticks():
        place, stock = scale.place(ratio), abs(ratio - 1) < 1e-9
        yield (f'<line x1="{place}" x2="{place}" y1="{TOP - 6}" y2="{height - 12}" stroke="{INK if stock else GRID}" '
               f'stroke-width="1"/>')
        yield _text(place, TOP - 12, f'{ratio:.2g}', anchor='middle', size=11)


def _line(row, scale, middle):
    goal = scale.place(row['goal_ratio'])
    yield _text(16, middle + 5, row['title'].replace(', against stock\'s write', ''), size=12.5)
    yield f'<line x1="{goal}" x2="{goal}" y1="{middle - 9}" y2="{middle + 9}" stroke="{GOAL}" stroke-width="2"/>'
    begin, end = map(scale.place, row['ratio_half'])
    yield (f'<line x1="{begin}" x2="{end}" y1="{middle}" y2="{middle}" stroke="{OURS}" stroke-opacity="0.4" '
           f'stroke-width="5"/>')
    if 'ratio_peer' in row:
        yield f'<circle cx="{scale.place(row["ratio_peer"])}" cy="{middle}" r="5" fill="{PEER}"/>'
    yield f'<circle cx="{scale.place(row["ratio"])}" cy="{middle}" r="5" fill="{OURS}"/>'
    yield _text(RIGHT + 20, middle + 5, goals.shown(row['ratio']), weight='bold')
    yield _text(WIDTH - 16, middle + 5, _queries(row), anchor='end')


def _text(left, base, text, anchor='start', weight='normal', size=14):
    return (f'<text x="{left}" y="{base}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}" '
            f'fill="{INK}">{escape(text)}</text>')


if __name__ == '__main__':
    write(json.loads(RESULT.read_text()))
