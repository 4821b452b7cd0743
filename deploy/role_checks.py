"""Role checks on a real database, live or copy, in the service's own Odoo, in a transaction that is never committed."""
import pathlib

from deploy import probe
from deploy.finding import Finding, stop
from deploy.odoo import told
from deploy.report import Failed

LIMIT = 600  # seconds


def roles(settings, odoo, server, database, log):
    """Findings of the role checks of the module on a database; nothing is left behind in it.

    :param odoo: :class:`deploy.odoo.Odoo`; its log goes to the file ``log``
    """
    script = probe.script('from deploy.probes import roles', f'tell(roles.run(env, {ascii(settings.module)}))')
    log = pathlib.Path(log)
    begin = log.stat().st_size if log.exists() else 0
    failure = []
    try:
        odoo.shell(database, log, script, offline=True, limit=LIMIT)
    except Failed as failed:
        failure = [stop('log of the role checks', failed.what, f'read {log}')]
    answers = told(log, begin)
    if not answers:
        return failure or [stop('role checks', 'ended without an answer', f'read {log}')]
    return [*(Finding(**one) for one in answers[-1]), *failure]
