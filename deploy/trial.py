"""The trial: the service's Odoo as a server on another port, on one database, for us alone.

Mail, crons and outgoing connections are off. Who reads payments there does so with a session that Odoo itself made in
a file; no password is needed and none is changed. The file is removed afterwards. What stays in the database are the
bundles of scripts and styles, which the first user would have had built otherwise.
"""
import concurrent.futures
import contextlib
import os
import pathlib
import re
import subprocess
import time

from deploy import odoo_log, probe, process, web
from deploy.finding import ok, stop
from deploy.odoo import OURS
from deploy.report import Failed, duration
from deploy.service import TRIAL
from deploy.trial_client import findings, login_page

LIMIT_SESSION = 300  # seconds
ERRORS = 5           # answers 500 and above in a row after which nobody waits any longer
OFF = ('--smtp=127.0.0.1', '--smtp-port=9', TRIAL)
REMEDY = 'read the log of the trial; repair the release'


def trial(settings, odoo, server, database, log):
    """Findings about an Odoo that serves one database: it starts, shows its pages, and reads payments without an error.

    :param log: path of the log that the trial server writes
    """
    log = pathlib.Path(log)
    log.parent.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    with _session(odoo, database, log) as made, _served(settings, odoo, database, log) as (url, running):
        visitor = web.Client(url)
        answer = wait(visitor, f'/web/login?db={_quoted(database)}', settings.start_limit, running)
        if answer.status != 200:
            return [stop('trial server', f'does not answer ({answer.status or answer.text}); {_last(log)}',
                         f'{REMEDY}: {log}')]
        found = [ok('trial server', f'answers after {duration(time.monotonic() - begin)}')]
        try:
            session = made()
        except Failed as failed:
            return [*found, login_page(answer), stop('trial session', failed.what, f'{REMEDY}: {log}')]
        found += findings(visitor, answer, web.Client(url, session['sid']), session, database)
        _forget(session, visitor)
    if session['first']:
        server.rows('DELETE FROM res_users_settings WHERE user_id = %s', [session['uid']], database)
    return [*found, _loud(log)]


@contextlib.contextmanager
def _served(settings, odoo, database, log):
    """(address, process) of a server that runs while the block lasts."""
    port = web.free_port()
    command = odoo.command(
        '-d', database, f'--db-filter=^{re.escape(database)}$', '--no-database-list', f'--http-port={port}',
        f'--gevent-port={web.free_port()}', '--http-interface=127.0.0.1', *OURS, *OFF)
    mark = {process.OWNER: process.owner} if process.owner else {}
    with open(log, 'ab') as out:
        running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd='/',
                                   env={**os.environ, **mark, **odoo.environment(offline=True)},
                                   start_new_session=True, **process.account(settings.user))
    try:
        yield f'http://127.0.0.1:{port}', running
    finally:
        process.end(running)


@contextlib.contextmanager
def _session(odoo, database, log):
    """A function that returns the session (``sid``, ``path``, ``login``, ``uid``); made while the server starts."""
    log = log.with_name(f'{log.stem}_session{log.suffix}')
    lines = ('from deploy.probes import session', 'tell(session.make(env))')
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        told = pool.submit(odoo.shell, database, log, probe.script(*lines), offline=True, limit=LIMIT_SESSION)

        def made():
            answer = told.result()
            if not answer:
                raise Failed(f'no session could be made; its log: {log}')
            return answer[-1]
        try:
            yield made
        finally:
            if not told.exception():
                for one in told.result():
                    pathlib.Path(one['path']).unlink(missing_ok=True)


def wait(visitor, path, limit, running=None):
    """The first answer with status 200, or the last answer when that will not come any more.

    It will not when the time is up, the process is gone, or the server answers with one error after the other.
    """
    end, errors = time.monotonic() + limit, 0
    while True:
        answer = visitor.get(path)
        errors = errors + 1 if answer.status >= 500 else 0
        gone = running is not None and running.poll() is not None
        if answer.status == 200 or gone or errors == ERRORS or time.monotonic() > end:
            return answer
        time.sleep(0.2 if answer.status == 0 else 1)


def _forget(session, visitor):
    """Removes the files of the sessions that the server gave us."""
    folder = pathlib.Path(session['path']).parent.parent
    for sid in visitor.sessions():
        if re.fullmatch(r'[A-Za-z0-9_-]+', sid):
            (folder / sid[:2] / sid).unlink(missing_ok=True)


def _loud(log):
    """The errors that the trial server logged."""
    loud = odoo_log.errors(odoo_log.records(log.read_text(errors='replace')))
    if loud:
        return stop('log of the trial server', f'{len(loud)} errors: {loud[0].line()}', f'{REMEDY}: {log}')
    return ok('log of the trial server', 'no error')


def _last(log):
    return process.last_lines(log.read_text(errors='replace')) or 'its log is empty'


def _quoted(database):
    from urllib.parse import quote
    return quote(database)
