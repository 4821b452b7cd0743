"""``make faults``: every fault that a deployment must survive, for real, in a world of its own; a table and a count."""
import collections
import json
import os
import time

from deploy.tests.faults import runner, table
from deploy.tests.world import template
from dev import house
from dev.outcome import Outcome
from dev.report import Exit, Stop, duration, say
from dev.report import table as drawn

ROOT_ALONE = 'only root can mount a volume or work as another account'
HEAD = ('fault', 'expected', 'result', 'time')


def faults():
    """Runs the faults that ``ONLY`` names (parts of names, between semicolons), or all; returns the exit code."""
    chosen = table.chosen(os.environ.get('ONLY', ''))
    if not chosen:
        raise Stop(Exit.USAGE, 'No fault is called so.', 'deploy/tests/faults has the names')
    with house.opened() as home:
        outcome, rows = run_all(home, chosen)
    say('\n' + drawn(HEAD, rows))
    say(f'\n{_counts(chosen)}\n{outcome.line()}')
    return Exit.TESTS_FAILED if outcome.failed else Exit.OK


def run(home):
    """Outcome of the short selection, for ``make test``."""
    outcome, rows = run_all(home, table.short())
    say('\n' + drawn(HEAD, rows))
    return outcome


def run_all(home, chosen):
    """(Outcome, rows of the table) of some faults, one after the other."""
    outcome, rows = Outcome('faults'), []
    with template.opened(home) as worlds:
        worlds.template()
        for number, fault in enumerate(chosen, 1):
            if needs_root(fault) and os.geteuid():
                outcome.skipped += 1
                outcome.details.append(f'skipped: {fault.name}: {ROOT_ALONE}')
                rows.append((fault.name, fault.shown(), 'skipped', ''))
                continue
            begin = time.monotonic()
            done = runner.run(worlds, fault)
            outcome.check(not done.wrong, f'FAULT: {fault.name}:\n    ' + '\n    '.join(done.wrong))
            rows.append((fault.name, fault.shown(), _result(done), f'{done.seconds:.0f} s'))
            say(f'   {number}/{len(chosen)} {fault.name}: {_result(done)} in {duration(time.monotonic() - begin)}')
            for text in done.wrong:
                say(f'      {text}')
            _note(fault, done)
    return outcome, rows


def needs_root(fault):
    """True for those that mount a volume or work as another account."""
    return 'volume' in fault.name or 'cannot read' in fault.name


def _result(done):
    codes = ' then '.join(map(str, done.codes))
    return f'{codes}: {"FAILED" if done.wrong else "proven"}'


def _counts(chosen):
    """How many faults of which kind: those generated over the steps are counted besides."""
    kinds = collections.Counter(fault.counted for fault in chosen)
    return f'{kinds["fault"]} faults, and {kinds["kill"]} times kill -9 besides'


def _note(fault, done):
    """One line for each fault that was run, for whoever looks in later."""
    place = house.logs() / 'faults'
    place.mkdir(exist_ok=True)
    with (place / 'results.jsonl').open('a') as out:
        out.write(json.dumps({'fault': fault.name, 'codes': done.codes, 'wrong': done.wrong,
                              'seconds': round(done.seconds, 1)}, default=str) + '\n')
