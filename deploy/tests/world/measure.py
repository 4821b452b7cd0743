"""Times one function of the tool on a world: ``python3 -m deploy.tests.world.measure TOML WHAT``; seconds as JSON.

A program of its own, because it needs the driver of Odoo's Python. What it makes it drops again.
"""
import json
import pathlib
import shutil
import sys
import time

from deploy import (
    backup,
    code_check,
    digest,
    digest_sessions,
    digest_tables,
    filestore,
    finding,
    point,
    release,
    restore,
    window,
)
from deploy.postgres import Server, named
from deploy.settings import load

COPY = 'deploy_bench_copy'


def rollback_point(settings, server):
    """Copy of the database, hard links of the filestore."""
    databases = point.Databases(server)
    snapshot = settings.filestores / COPY
    try:
        begin = time.monotonic()
        window.copy_all(databases, settings.database, COPY, settings.filestore, snapshot)
        return {'seconds': time.monotonic() - begin}
    finally:
        databases.drop(COPY)
        shutil.rmtree(snapshot, ignore_errors=True)


def take_digest(settings, server):
    begin = time.monotonic()
    picture = digest.take(server, settings.database, workers=2)
    return {'seconds': time.monotonic() - begin, 'tables': len(picture['tables'])}


def digest_script(settings, server):
    """The statements of the digest, for another program: of every table whole, with its groups, parts and sums."""
    with digest_sessions.snapshot(server, settings.database, workers=1) as (session,):
        found = digest.tables(session)
        how, opened = digest.method(session), digest.opened(session, found)
        lines = [digest_tables.statement(table, how, opened).as_string(session) for table in found.values()
                 if table.pages and table.parts()]
    return {'seconds': 0, 'script': ';\n'.join(lines) + ';\n'}


def check_files(settings, server):
    begin = time.monotonic()
    found = filestore.check(server, settings.database, settings.filestore)
    return {'seconds': time.monotonic() - begin, 'differences': len(found)}


def from_dump(settings, server):
    """The newest backup's database into a new one."""
    newest = max(pathlib.Path(backup.home(settings)).glob('*/manifest.json')).parent
    try:
        begin = time.monotonic()
        restore.restore(settings, server, newest, COPY)
        return {'seconds': time.monotonic() - begin}
    finally:
        point.Databases(server).drop(COPY)


def check_code(settings, server):
    """The check alone; fetching the release is not counted."""
    folder = settings.state_dir / 'bench'
    new = release.stage(settings, folder)
    try:
        begin = time.monotonic()
        found = code_check.check(settings, new, settings.addon, server)
        return {'seconds': time.monotonic() - begin, 'stops': len(finding.stops(found))}
    finally:
        shutil.rmtree(new.path, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def blocked(settings, server):
    """The longest time that a user's small write took, until the file ``stop`` beside odoo.conf is there."""
    end, longest, count = pathlib.Path(settings.conf).with_name('stop'), 0, 0
    with server.session(settings.database) as session, session.cursor() as cursor:
        cursor.execute('CREATE TABLE IF NOT EXISTS bench_probe (at timestamptz)')
        while not end.exists():
            begin = time.monotonic()
            cursor.execute('INSERT INTO bench_probe VALUES (now())')
            longest, count = max(longest, time.monotonic() - begin), count + 1
            time.sleep(0.02)
        cursor.execute(named('DROP TABLE {}', 'bench_probe'))
    return {'seconds': longest, 'writes': count}


MEASURES = {'point': rollback_point, 'digest': take_digest, 'script': digest_script, 'files': check_files,
            'restore': from_dump, 'blocked': blocked, 'code': check_code}

if __name__ == '__main__':
    given = load({'config': sys.argv[1]})
    print(json.dumps(MEASURES[sys.argv[2]](given, Server(given))))
