"""The day after a deployment."""
import datetime
import time

from deploy import day_after, finding
from deploy.commands import baseline
from deploy.postgres import Server
from deploy.progress import progress
from deploy.report import Refused

HELP = 'the day after: errors overnight by kind, and the database against its picture, in which only growth is expected'


def arguments(parser):
    parser.add_argument('--hours', type=float, help='look back this many hours (default: since the last deployment)')
    parser.add_argument('--baseline', metavar='FILE', help='a picture that baseline wrote (default: of the deployment)')


def run(settings, options):
    journal = day_after.accepted(settings)
    if not journal and not (options.hours or options.baseline):
        raise Refused(f'No deployment of {settings.database} went well yet.', 'name --hours or --baseline')
    path = options.baseline or (journal and journal.folder / day_after.PICTURE)
    picture = baseline.read(path) if path else None
    with progress('comparing') as bar:
        return finding.show(list(day_after.findings(
            settings, Server(settings), _since(journal, options.hours, picture), picture, bar)))


def _since(journal, hours, picture):
    if hours:
        return time.time() - hours * 3600
    if journal:
        return day_after.opened(journal)
    return datetime.datetime.fromisoformat(picture['taken']).timestamp()
