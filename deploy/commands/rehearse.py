"""The rehearsal."""
from deploy.rehearse import rehearse

HELP = 'the whole upgrade on a copy, with the service up and production untouched; says how long the real one takes'


def arguments(parser):
    parser.add_argument('--keep', action='store_true', help='leave the copy in place, to look into it')


def run(settings, options):
    return rehearse(settings, keep=options.keep)
