"""The module in the database against the module on disk."""
import ast

import psycopg2

from deploy.finding import ok, stop
from deploy.postgres import Server
from deploy.report import Refused

SERIES = '17.0'
QUERY = 'SELECT state, latest_version FROM ir_module_module WHERE name = %s'


def version_on_disk(folder):
    """The version as Odoo stores it: with the series in front."""
    try:
        manifest = ast.literal_eval((folder / '__manifest__.py').read_text(encoding='utf-8'))
    except (OSError, ValueError, SyntaxError) as error:
        raise Refused(f'The manifest of {folder} cannot be read: {error}.') from None
    version = str(manifest.get('version', '1.0'))
    return version if version == SERIES or version.startswith(f'{SERIES}.') else f'{SERIES}.{version}'


def state(settings, database=None):
    """One finding: the module is installed, and its version in the database is that of the folder."""
    subject = f'module {settings.module}'
    try:
        found = Server(settings).rows(QUERY, [settings.module], database or settings.database)
        wanted = version_on_disk(settings.addon)
    except (psycopg2.Error, Refused) as error:
        return stop(subject, str(error).strip().splitlines()[0], 'check odoo.conf; python3 -m deploy preflight')
    if not found or found[0][0] != 'installed':
        return stop(subject, f'is {found[0][0] if found else "unknown"} in the database, not installed',
                    'python3 -m deploy rollback, or upgrade the module again')
    if found[0][1] != wanted:
        return stop(subject, f'is {found[0][1]} in the database and {wanted} on disk',
                    'python3 -m deploy deploy upgrades it; code and database belong together')
    return ok(subject, f'installed, {wanted} in the database and on disk')
