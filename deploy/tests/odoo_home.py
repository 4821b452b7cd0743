"""A real Odoo 17 with the addon, its demo data, and a service with workers: made once for all tests that need it."""
import dataclasses
import os
import pathlib
import shlex
import shutil
import tempfile

import pytest

from deploy.odoo import Odoo
from deploy.postgres import Server
from deploy.settings import load
from dev import cache, house

SERVICE = """#!/bin/sh
case $1 in
start) setsid {command} -c {conf} </dev/null >/dev/null 2>&1 & echo $! > {pid} ;;
stop) kill $(cat {pid}); while kill -0 $(cat {pid}) 2>/dev/null; do sleep 0.05; done ;;
status) kill -0 $(cat {pid} 2>/dev/null) 2>/dev/null ;;
esac
"""
# Everything that a check could leave behind. Numbers of rows are used up by design: they mean nothing to anybody.
TABLES = """SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1"""
SEQUENCES = r"SELECT sequencename, last_value FROM pg_sequences WHERE sequencename !~ '_id_seq\d*$' ORDER BY 1"


@dataclasses.dataclass
class OdooHome:
    """The house, the settings of the service, and a folder for logs."""
    home: house.House
    settings: object
    folder: pathlib.Path

    @property
    def odoo(self):
        return Odoo(self.settings)

    @property
    def server(self):
        return Server(self.settings)

    def log(self, name):
        path = self.folder / f'{name}.log'
        path.unlink(missing_ok=True)
        return path

    def rows(self, query, database=None):
        return self.server.rows(query, database=database or self.settings.database)

    def fingerprint(self, without=()):
        """{table: count and hash}, sequences that number something, and the files of the filestore."""
        found = {}
        for (table,) in self.rows(TABLES):
            if table not in without:
                found[table] = self.rows(f"SELECT count(*), md5(string_agg(h, '' ORDER BY h)) "
                                         f"FROM (SELECT md5(t::text) AS h FROM {table} t) one")[0]
        found['sequences'] = self.rows(SEQUENCES)
        if 'files' not in without:
            found['files'] = sorted(str(path) for path in self.settings.filestore.rglob('*') if path.is_file())
        return found

    def with_addon(self, change):
        """Settings of an Odoo that finds a copy of the addon in which ``change(folder)`` changed something."""
        place = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        folder = place / house.MODULE
        shutil.copytree(cache.ROOT, folder, ignore=shutil.ignore_patterns(*house.NOT_THE_ADDON, '.*'))
        change(folder)
        return dataclasses.replace(self.settings, addons_path=(str(place), *map(str, self.home.odoo.addons)))


@pytest.fixture(scope='session')
def odoo_home():
    """See :class:`OdooHome`; the service is not running."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='deploy-odoo-'))
    with house.opened() as home, home.databases.scratch('checks', home.template()) as database:
        home.need(database, house.logs() / 'checks-install.log', '-i', house.MODULE)
        yield OdooHome(home, _settings(home, database, folder), folder)
    shutil.rmtree(folder, ignore_errors=True)


def _settings(home, database, folder):
    """The settings as an administrator would have them: odoo.conf and three commands."""
    server = home.databases.server
    values = {
        'db_host': server.host, 'db_port': server.port, 'db_user': server.user, 'db_name': database,
        'addons_path': ','.join(map(str, (cache.addons_folder(), *home.odoo.addons))), 'data_dir': home.databases.files,
        'workers': 2, 'max_cron_threads': 1, 'http_port': house.free_port(), 'gevent_port': house.free_port(),
        'http_interface': '127.0.0.1', 'logfile': folder / 'service.log'}
    conf, script = folder / 'odoo.conf', folder / 'service.sh'
    conf.write_text('[options]\n' + ''.join(f'{name} = {value}\n' for name, value in values.items() if value))
    command = [str(word) for word in home.odoo.command(home.python)]
    script.write_text(SERVICE.format(command=shlex.join(command), conf=conf, pid=folder / 'service.pid'))
    script.chmod(0o755)
    (folder / 'backup').mkdir()
    os.environ.update(home.extra)
    return load({'conf': str(conf), 'module': house.MODULE, 'backup_dir': str(folder / 'backup'), 'odoo': command,
                 **{name: [str(script), name] for name in ('start', 'stop', 'status')}})
