"""The running service and the rights of people, on the live data."""
import pathlib

from deploy import checks, finding, role_checks
from deploy.odoo import Odoo
from deploy.postgres import Server

HELP = 'checks the running service and, on the live data in a transaction that is never committed, the rights of people'


def arguments(parser):
    parser.add_argument('--service', action='store_true', help='the service alone, without the role checks')


def run(settings, options):
    found = checks.service_findings(settings)
    if not options.service:
        log = pathlib.Path(settings.state_dir) / 'check.log'
        log.unlink(missing_ok=True)
        found += role_checks.roles(settings, Odoo(settings), Server(settings), settings.database, log)
    return finding.show(found)

