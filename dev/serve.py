"""``make run``: Odoo with the addon and its demo data at http://localhost:8069, and who may log in."""
import contextlib
import os
import socket
import time
import urllib.error
import urllib.request

from dev import cache, house, logins
from dev.odoo_log import follow
from dev.process import ROOT
from dev.report import Exit, Stop, say, step

START_LIMIT = 120  # seconds


def serve():
    """Serves until Ctrl-C or until Odoo ends by itself."""
    port = int(os.environ.get('PORT') or 8069)
    check_port(port)
    busy = Stop(Exit.IN_USE, 'Another make run of this checkout is using its database.', 'stop that one first')
    with cache.lock(cache.folder() / f'run-{cache.digest(ROOT)}.lock', busy), house.opened() as home:
        database = ready(home)
        _serve(home, database, port)


def check_port(port):
    """Stops when something else listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface(), port))
        except OSError as error:
            raise Stop(Exit.PORT_BUSY, f'Port {port} cannot be used: {error.strerror}.',
                       f'stop what listens there, or make run PORT={port + 1}') from None


def interface():
    """Where Odoo listens: this machine alone, unless ``HOST`` says otherwise."""
    return os.environ.get('HOST') or '127.0.0.1'


def ready(home):
    """Name of the database with the addon installed as its files are now."""
    databases = home.databases
    name = databases.name('run', cache.digest(ROOT, home.odoo.build))
    now = house.fingerprint()
    if not databases.exists(name):
        _install(home, name, now)
    elif databases.noted(name) != now:
        with step('upgrade the addon: its files changed'):
            home.need(name, house.logs() / 'run-upgrade.log', '-u', house.MODULE)
        databases.note(name, now)
    return name


def _install(home, name, now):
    source = home.template()
    with step('database with the addon and its demo data'), home.databases.scratch('run', source) as half:
        home.need(half, house.logs() / 'run-install.log', '-i', house.MODULE)
        logins.passwords_as_logins(home, half)
        home.databases.note(half, now)
        home.databases.rename(half, name)


def _serve(home, database, port):
    log = house.logs() / 'run.log'
    arguments = [f'--http-port={port}', f'--http-interface={interface()}', f'--db-filter=^{database}$',
                 '--no-database-list', f'--workers={os.environ.get("WORKERS") or 0}']
    url = f'http://localhost:{port}'
    with home.start(database, log, *arguments) as process:
        with step('start Odoo'):
            wait(url, process, log)
        say(f'\nOdoo {home.odoo.release} with {house.MODULE}: {url}\n')
        say(logins.shown(home, database))
        say(f'\nThe log: {log} (warnings and errors also appear here). Ctrl-C stops everything.')
        follow(log, process)
    raise Stop(Exit.ODOO_FAILED, f'Odoo ended by itself; its log: {log}.', '')


@contextlib.contextmanager
def serving(home, database, log, workers, *arguments):
    """Odoo with several workers on a free port while the block lasts; gives its address and its process."""
    port = house.free_port()
    with home.start(database, log, f'--http-port={port}', '--http-interface=127.0.0.1',
                    f'--gevent-port={house.free_port()}', f'--workers={workers}', '--max-cron-threads=0',
                    f'--db-filter=^{database}$', *arguments) as process:
        url = f'http://127.0.0.1:{port}'
        wait(url, process, log)
        yield url, process


def wait(url, process, log):
    """Returns once Odoo answers."""
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Stop(Exit.ODOO_FAILED, f'Odoo did not start; its log: {log}.', '')
        try:
            with urllib.request.urlopen(f'{url}/web/login', timeout=30):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise Stop(Exit.TIME_LIMIT, f'Odoo did not answer within {START_LIMIT} s; its log: {log}.', '')
