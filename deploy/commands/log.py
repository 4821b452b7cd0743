"""The deployment log as a table."""
import json

from deploy.journal import Journal, journals_of
from deploy.report import Refused, duration, say, table

HELP = 'the log of a deployment: step, time, status, duration, notes'
HEAD = ('step', 'time (UTC)', 'status', 'duration', 'notes')


def arguments(parser):
    parser.add_argument('id', nargs='?', help='which deployment (default: the last)')
    parser.add_argument('--format', choices=('text', 'markdown', 'json'), default='text')


def run(settings, options):
    found = [journal for journal in journals_of(settings) if options.id in (None, journal.id)]
    if not found:
        raise Refused('There is no such deployment.', 'python3 -m deploy status')
    lines = list(rows(found[-1]))
    if options.format == 'json':
        say(json.dumps([dict(zip(('step', 'time', 'status', 'duration', 'notes'), row)) for row in lines], indent=1))
    else:
        say(table(HEAD, lines, style=options.format))


def rows(journal: Journal):
    """(step, time, status, duration, notes), one for each step and each turn of the deployment."""
    begun = {}
    for entry in journal.entries():
        event, step, time = entry['event'], entry.get('step', ''), entry['time'][:19].replace('T', ' ')
        if event == 'begin':
            begun[step] = time
        elif event in ('end', 'failed'):
            yield (step, begun.pop(step, time), 'done' if event == 'end' else 'failed', duration(entry['seconds']),
                   entry.get('note') or entry.get('error', ''))
        elif event == 'back-end':
            yield 'back', time, 'done', duration(entry['seconds']), 'the old state is back'
        elif event not in ('note', 'created'):
            yield event, time, '', '', entry.get('error') or entry.get('reason') or entry.get('version', '')
    for step, time in begun.items():
        yield step, time, 'broken off', '', ''
