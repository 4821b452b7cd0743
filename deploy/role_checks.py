"""Role checks on a real database, live or copy, inside the service's own Odoo, in a transaction that is never committed."""
from deploy import probe
from deploy.finding import Finding, stop
from deploy.report import Failed

LIMIT = 600  # seconds


def roles(settings, odoo, server, database, log):
    """Findings of the role checks of the module on a database; nothing is left behind in it.

    :param odoo: :class:`deploy.odoo.Odoo`; its log goes to the file ``log``
    """
    script = probe.script('from deploy.probes import roles', f'tell(roles.run(env, {ascii(settings.module)}))')
    try:
        told = odoo.shell(database, log, script, offline=True, limit=LIMIT)
    except Failed as failed:
        return [stop('role checks', f'could not be run: {failed.what}', f'read {log}')]
    if not told:
        return [stop('role checks', 'ended without an answer', f'read {log}')]
    return [Finding(**one) for one in told[-1]]
