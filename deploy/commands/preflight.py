"""What must be right before a deployment; or the announcement for the users."""
import datetime

from deploy import conf, finding, notice
from deploy import preflight as preflights
from deploy.postgres import Server
from deploy.preflight_odoo import others
from deploy.report import Refused, say

HELP = 'looks at the server without changing anything, safe at noon: every line ok, warning, or stop with its remedy'
FORMAT = '%Y-%m-%d %H:%M'


def arguments(parser):
    parser.add_argument('--notice', action='store_true', help='print the announcement for the users instead')
    parser.add_argument('--at', metavar='"YYYY-MM-DD HH:MM"',
                        help='when the deployment begins (default: next Sunday 18:00)')
    parser.add_argument('--contact', default='the administrator', help='whom users write to')


def run(settings, options):
    if not options.notice:
        return finding.show(preflights.findings(settings))
    served = conf.served(settings, others(settings, Server(settings)))
    say(notice.text(settings, _time(options.at), options.contact, served))
    if notice.rehearsed_seconds(settings) is None:
        say(f'(No rehearsal yet: {notice.UNKNOWN} minutes are a guess. python3 -m deploy rehearse measures it.)')
    return None


def _time(text):
    if not text:
        return notice.next_sunday()
    try:
        return datetime.datetime.strptime(text, FORMAT)
    except ValueError:
        raise Refused(f'{text} is no time.', 'write it as "2026-11-29 18:00"') from None
