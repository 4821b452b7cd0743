"""Preflight: everything that must be right before a deployment, looked at without changing anything. Safe at noon."""
import psycopg2

from deploy import (
    preflight_activity,
    preflight_code,
    preflight_data,
    preflight_disk,
    preflight_folders,
    preflight_host,
    preflight_odoo,
    preflight_server,
    preflight_voucher,
)
from deploy.finding import stop
from deploy.postgres import Server
from deploy.report import Stop

# In the order in which an administrator would look.
SECTIONS = (preflight_host, preflight_server, preflight_odoo, preflight_voucher, preflight_data, preflight_activity,
            preflight_folders, preflight_disk, preflight_code)
READ_ONLY = '-c default_transaction_read_only=on'


class Reader(Server):
    """The server, in sessions that cannot write."""

    def connect(self, database='postgres', wait=0, **more):
        return super().connect(database, wait, **{'options': READ_ONLY, **more})


def findings(settings):
    """All findings about a server, for ``preflight`` and as the first step of ``rehearse`` and ``deploy``."""
    server = Reader(settings)
    found = []
    for section in SECTIONS:
        try:
            for one in section.findings(settings, server):
                found.append(one)
        except Stop as error:
            found.append(stop(section.SUBJECT, error.what, error.remedy))
        except (psycopg2.Error, OSError) as error:
            text = str(error).strip().splitlines() or [repr(error)]
            found.append(stop(section.SUBJECT, f'could not be looked at: {text[0]}', 'mend this first'))
    return found
