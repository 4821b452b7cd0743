"""Where deployments stand."""
import json

from deploy.journal import ENDS, journals_of
from deploy.report import say, table

HELP = 'where the deployments of this database stand, and the next command'
WORDS = {'accepted': 'done', 'rehearsed': 'went well', 'back-end': 'failed, the old state is back',
         'refused': 'refused, nothing touched'}


def arguments(parser):
    parser.add_argument('--json', action='store_true', help='for programs')


def run(settings, options):
    found = journals_of(settings)
    rows = [describe(journal, journal is found[-1]) for journal in found]
    if options.json:
        say(json.dumps([dict(zip(('id', 'kind', 'state', 'next'), row)) for row in rows]))
    elif rows:
        say(table(('deployment', 'kind', 'state', 'next command'), rows))
    else:
        say(f'There was no deployment of {settings.database} yet. Next: python3 -m deploy preflight')


def describe(journal, last):
    """(id, kind, state, next command) of one deployment; only the ``last`` one that is done can be taken back."""
    kind = journal.facts().get('kind', '')
    end = journal.last('rehearsed', *ENDS)
    if end:
        rolled_back = journal.last('rolled-back')
        state = 'rolled back' if rolled_back else WORDS[end['event']]
        return journal.id, kind, state, 'python3 -m deploy rollback' if state == 'done' and last else ''
    person = journal.last('person')
    begun = journal.last('begin', 'back-begin')
    where = begun.get('step', 'the way back') if begun else 'the start'
    return (journal.id, kind, f'in {where}', person['command'] if person else
            'python3 -m deploy deploy --resume' if kind == 'deployment' else '')
