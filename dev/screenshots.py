"""``make screenshots``: the pictures of README and store page, taken anew from the running demo."""
import json
import os
import subprocess

from dev import browser_tests, cache, house, python_env, serve
from dev.process import ROOT
from dev.report import Exit, Stop, say, step

RECORDS = """
    SELECT name, res_id FROM ir_model_data
     WHERE module IN (%s, '__demo__') AND model IN ('account.payment', 'ir.actions.act_window')
"""


def screenshots():
    """Draws icon and banner, then starts the demo on a copy of its database and photographs it."""
    missing = [package for package, _purpose in browser_tests.missing_programs()]
    if missing:
        raise Stop(Exit.USAGE, f'Pictures need {", ".join(missing)}.', f'apt-get install {" ".join(missing)}')
    python = python_env.for_tools('screenshots')
    busy = Stop(Exit.IN_USE, 'A make run of this checkout is using the demo database.', 'stop that one first')
    with cache.lock(cache.folder() / f'run-{cache.digest(ROOT)}.lock', busy), house.opened() as home:
        demo = serve.ready(home)
        with home.databases.scratch('pictures', demo) as database:
            _photograph(home, database, python)


def _photograph(home, database, python):
    log, port = house.logs() / 'screenshots.log', house.free_port()
    url = f'http://localhost:{port}'
    arguments = (f'--http-port={port}', '--http-interface=127.0.0.1', f'--db-filter=^{database}$', '--workers=0',
                 '--max-cron-threads=0')
    records = dict(home.databases.sql((RECORDS, [house.MODULE]), database=database))
    with home.start(database, log, *arguments) as process, step('pictures'):
        serve.wait(url, process, log)
        wish = json.dumps({'url': url, 'database': database, 'records': records})
        done = subprocess.run([python, '-m', 'dev.pictures'], input=wish, text=True, cwd=ROOT, check=False,
                              env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'})
    if done.returncode:
        raise Stop(Exit.ODOO_FAILED, f'Not all pictures were taken; the log of Odoo: {log}.', '')
    say(f'The pictures are in {ROOT / "static/description"}: look at each of them.')
