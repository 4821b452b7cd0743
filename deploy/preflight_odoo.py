"""Odoo: series, Python, modules in the database, other databases of the same process, odoo.conf, the last rehearsal."""
import re
import sys

import psycopg2

from deploy import conf, process, rehearsed
from deploy.finding import ok, stop, warning
from deploy.journal import journals_of
from deploy.names import PREFIX
from deploy.odoo import Odoo
from deploy.postgres import rows
from deploy.report import duration

SUBJECT = 'Odoo'
SERIES = '17.0'
OLDEST_PYTHON = (3, 10)
LIMIT = 120
STUCK = """
    SELECT name, state FROM ir_module_module WHERE state IN ('to upgrade', 'to install', 'to remove') ORDER BY 1
"""
MODULE = 'SELECT state, latest_version FROM ir_module_module WHERE name = %s'
OTHERS = """
    SELECT datname FROM pg_database
     WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres' AND datname <> %s
       AND NOT starts_with(datname, %s) AND pg_has_role(datdba, 'USAGE') ORDER BY 1
"""
SHOWN = 20  # other databases that are looked into
WAY_OUT = 'run takeover/version_back.sql on it: docs/upgrade.md, "A database that says 17.0.1.2.x"'


def findings(settings, server):
    odoo = Odoo(settings)
    yield from _readable(settings)
    yield _series(settings, odoo)
    yield _python('Python of the service', _python_version(settings, odoo))
    yield _python('Python of this tool', sys.version_info[:2])
    with server.session(settings.database) as connection:
        yield _module(settings, rows(connection, MODULE, [settings.module]))
        yield _stuck(settings, rows(connection, STUCK))
    yield from _others(settings, server)
    yield from _conf(settings)
    yield from _rehearsal(settings)


def _readable(settings):
    """The account that Odoo is to run under, and what it has to read first."""
    if settings.conf and process.run(['test', '-r', settings.conf], limit=LIMIT, user=settings.user)[0]:
        yield stop('odoo.conf', f'the account {settings.user or "of this tool"} cannot read {settings.conf}',
                   'set user to the account that the service runs under')


def _series(settings, odoo):
    code, output = process.run(odoo.command('--version'), limit=LIMIT, user=settings.user)
    found = re.search(r'(\d+\.\d+)\S*', output)
    if code or not found:
        return stop('Odoo', f'does not run: {process.last_lines(output)}', 'set odoo, as in ["python3", "odoo-bin"]')
    if found[1] != SERIES:
        return stop('Odoo', f'{found[0]}: not of series {SERIES}', f'set odoo to the command of the Odoo {SERIES}')
    return ok('Odoo', found[0])


def _python_version(settings, odoo):
    _code, output = process.run([odoo.python(), '-c', 'import sys; print(*sys.version_info[:2])'], limit=LIMIT,
                                user=settings.user)
    found = re.fullmatch(r'(\d+) (\d+)', output.strip())
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _python(subject, version):
    shown = '.'.join(map(str, version))
    if version < OLDEST_PYTHON:
        return stop(subject, f'{shown}: older than {".".join(map(str, OLDEST_PYTHON))}',
                    'install Python 3.10 or later' if any(version) else 'set odoo to the command of the service')
    return ok(subject, shown)


def _module(settings, found):
    subject = f'module {settings.module}'
    state, version = found[0] if found else ('unknown', '')
    if settings.module == 'payment_account_enhanced' and (version or '').startswith('17.0.1.2.'):
        return stop(subject, f'the database says {version}, which is newer than any release: Odoo would skip the '
                             f'migration', WAY_OUT)
    if state != 'installed':
        return stop(subject, f'is {state} in the database: there is nothing to upgrade',
                    'install it in Odoo under Apps first; a deployment brings a new release of an installed module')
    return ok(subject, f'installed, {version}')


def _stuck(settings, found):
    """An upgrade would finish these, too: something that nobody asked for."""
    if not found:
        return ok('modules half-way', 'none')
    listed = ', '.join(f'{name} ({state})' for name, state in found)
    return stop('modules half-way', listed, f'finish them first: -d "{settings.database}" -u '
                f'{",".join(name for name, _state in found)} --stop-after-init; or, where nobody wants that, set '
                f'state = \'installed\' (\'uninstalled\' for "to install") in ir_module_module')


def _others(settings, server):
    """Databases that the same process serves are closed with it, and get the new code without its upgrade."""
    names = conf.served(settings, others(settings, server))
    if not names:
        yield ok('other databases of this service', 'none')
        return
    with_module = [name for name in names[:SHOWN] if _has_module(settings, server, name)]
    listed = ', '.join(names[:5]) + (f' and {len(names) - 5} more' if len(names) > 5 else '')
    if with_module:
        yield warning('other databases of this service', f'{", ".join(with_module)} have {settings.module}, too: the '
                      f'new code works on them before they are upgraded', 'upgrade each at once after the deployment '
                      f'(-d NAME -u {settings.module} --stop-after-init), or give each a service of its own')
    else:
        yield warning('other databases of this service', f'{listed}: users of these are kept out, too',
                      'tell them (preflight --notice); where the service does not serve them, set db_name or dbfilter '
                      'in odoo.conf')


def others(settings, server):
    """Databases of this role on the server, besides the service's own."""
    return [row[0] for row in server.rows(OTHERS, [settings.database, PREFIX])]


def _has_module(settings, server, name):
    try:
        found = server.rows(MODULE, [settings.module], name)
    except psycopg2.Error:
        return False
    return bool(found) and found[0][0] == 'installed'


def _conf(settings):
    found = conf.options(settings)
    if found.get('syslog', 'False') == 'True':
        yield stop('odoo.conf', 'syslog = True: what an upgrade says would go past this tool',
                   'set syslog = False and logfile in odoo.conf, and restart the service')
    if found.get('dev_mode'):
        yield warning('odoo.conf', f'dev_mode = {found["dev_mode"]}: the service would take the new code before it is '
                      f'stopped', 'take dev_mode out of odoo.conf')


def _rehearsal(settings):
    """Whether this database was rehearsed, and how long the real thing will take."""
    if any(one.id == process.owner and one.facts().get('kind') == 'rehearsal' for one in journals_of(settings)):
        return
    last = next(rehearsed.went_well(settings), None)
    if not last:
        yield warning('rehearsal', 'none of this database yet', 'python3 -m deploy rehearse')
        return
    seconds = last.facts().get('seconds_closed')
    closed = f'; users will be kept out for about {duration(seconds)}' if seconds else ''
    yield ok('rehearsal', f'{last.id}: went well{closed}')
