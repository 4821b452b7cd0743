"""A shallow clone of Odoo's 17.0 branch in the cache folder: whole or not at all."""
import os
import shutil
import tempfile

from dev import cache
from dev.process import run, tail
from dev.report import Exit, Stop, step

URL = 'https://github.com/odoo/odoo.git'
LIMIT = 1800  # seconds
REMEDIES = ('set ODOO_HOME to an Odoo 17 (a source checkout or an installed package), or install it to a usual folder '
            '(/opt/odoo17, /usr/lib/python3/dist-packages/odoo, ~/odoo), or allow the network for a clone of its 17.0 '
            'branch')


def clone():
    """The folder of the clone, made at the first call. ``ODOO_GIT_URL`` names a mirror."""
    target = cache.folder() / 'odoo-17.0'
    if target.exists():
        return target
    url = os.environ.get('ODOO_GIT_URL') or URL
    if not shutil.which('git'):
        raise Stop(Exit.NO_ODOO, 'Odoo 17 was not found, and there is no git to clone it with.', REMEDIES)
    with step(f'clone branch 17.0 of {url} (once; about 600 MB)'):
        _clone_whole(url, target)
    return target


def _clone_whole(url, target):
    log = cache.folder() / 'logs/clone.log'
    log.unlink(missing_ok=True)
    command = ['git', '-c', 'http.lowSpeedLimit=1000', '-c', 'http.lowSpeedTime=60', 'clone', '--quiet', '--depth=1',
               '--branch=17.0', '--single-branch', url]
    with tempfile.TemporaryDirectory(dir=target.parent, prefix='odoo-clone-') as half:
        code = run([*command, f'{half}/odoo'], log, LIMIT, env={**os.environ, 'GIT_TERMINAL_PROMPT': '0'})
        if code:
            raise Stop(Exit.NO_ODOO, f'Odoo 17 was not found, and cloning it failed:\n{tail(log, 3)}\n  ', REMEDIES)
        os.rename(f'{half}/odoo', target)
