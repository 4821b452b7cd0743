"""Back to the old version."""
import sys

from deploy import rollback

HELP = 'back to the version before the last deployment: code, database and filestore, or the code alone'


def arguments(parser):
    parser.add_argument('--code', action='store_true',
                        help='the old code alone, upgraded over the data of now; nothing that users entered is lost')
    parser.add_argument('--discard-since', action='store_true',
                        help='give up what users entered since the deployment; a dump of it is kept')


def run(settings, options):
    if options.code:
        return rollback.code_alone(settings, sys.argv[1:])
    return rollback.whole(settings, options.discard_since)
