"""The whole deployment."""
import sys

from deploy import engine
from deploy.deployment import STEPS
from deploy.journal import broken_off
from deploy.report import Refused, say

HELP = 'deploy a release: backup, closed window, upgrade, proof; any failure leads back to the old state by itself'


def arguments(parser):
    parser.add_argument('--resume', action='store_true', help='go on, or back, after the tool was broken off')
    parser.add_argument('--confirm', metavar='STEPS', default='',
                        help=f'wait for your word before these steps, of: {", ".join(name for name, *_ in STEPS)}')
    parser.add_argument('--carry', metavar='ID', help='used by the tool itself')


def run(settings, options):
    steps = set(filter(None, options.confirm.split(',')))
    unknown = steps - {name for name, *_rest in STEPS}
    if unknown:
        raise Refused(f'There is no step {", ".join(sorted(unknown))}.', 'python3 -m deploy deploy --help')
    if options.carry:
        return engine.carry(settings, options.carry, steps)
    words = [word for word in sys.argv[1:] if word != '--resume']
    if options.resume:
        journal = broken_off(settings)
        if not journal:
            raise Refused(f'No deployment of {settings.database} was broken off.', 'python3 -m deploy status')
        say(f'Deployment {journal.id} was broken off; the tool that began it goes on.')
        return engine.hand_over(journal, words)
    return engine.begin(settings, words, kind='deployment')
