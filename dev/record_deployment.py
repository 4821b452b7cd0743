"""``make recording``: a real deployment and a real rollback in a test world, every line as the terminal showed it.

The log goes to docs/deployment-recording.md, which docs/operators.md quotes. Folders are shown as those of a server.
"""
import re

from deploy.tests.world import release, template, world
from dev import house
from dev.process import ROOT
from dev.report import Exit, Stop, say

RESULT = ROOT / 'docs' / 'deployment-recording.md'
HEAD = """# A deployment and a rollback, recorded

`make recording` writes this file: version {old} of the addon is in use, {new} is deployed and taken back, on a
database of {payments} payments with {files} files, Odoo {odoo} with two workers, PostgreSQL {postgres}. Folders are
shown as they would be on a server; everything else is what the terminal showed.
"""
# What is said, what is called, the exit code that it must have.
EVENING = (
    ('At noon: is the server fit for a deployment? Nothing is touched.', ('preflight',), 0),
    ('The rehearsal: the whole upgrade on a copy, while users work.', ('rehearse',), 0),
    ('What the users are told.', ('preflight', '--notice'), 0),
    ('A backup, proven by restoring it.', ('backup', '--verify'), 0),
    ('The evening.', ('deploy',), 0),
    ('Where it stands.', ('status',), 0),
    ('The log of it, for the file.', ('log',), 0),
    ('A second look at the running service.', ('check',), 0),
    ('The day after.', ('day-after',), 0),
    ('Somebody has doubts: back to the version before.', ('rollback',), 0),
    ('Where it stands now.', ('status',), 0),
)


def record_deployment():
    """Writes the log; returns the exit code."""
    with house.opened() as home, template.opened(home) as worlds, world.made(worlds) as one:
        new = release.make(one)
        parts = [_head(one, new)]
        for text, words, expected in EVENING:
            code, output = one.run(*words)
            say(f'   {" ".join(words)}: {code}')
            parts.append(f'\n## {text}\n\n```\n$ python3 -m deploy {" ".join(words)}\n{_shown(one, output)}$ echo $?\n'
                         f'{code}\n```\n')
            if code != expected:
                raise Stop(Exit.TESTS_FAILED, f'{" ".join(words)} ended with {code}, not {expected}:\n{output}', '')
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(''.join(parts))
    say(f'Written: {RESULT.relative_to(ROOT)}')
    return Exit.OK


def _head(one, new):
    payments = one.sql('SELECT count(*) FROM account_payment')[0][0]
    files = sum(path.is_file() for path in one.filestore.rglob('*'))
    version = one.admin('SHOW server_version')[0][0].split()[0]
    return HEAD.format(old=release.version_of(one.addon), new=new, payments=payments, files=files, postgres=version,
                       odoo=one.worlds.home.odoo.release)


def _shown(one, output):
    """The output with the folders of the test world replaced by those of a server, in the order of their length."""
    server = one.databases.server
    places = {
        str(one.folder / 'service.sh'): '/usr/local/bin/odoo-service',
        str(one.upstream): f'/srv/git/{house.MODULE}',
        str(one.folder): '/srv/odoo', str(one.worlds.home.odoo.root): '/opt/odoo', server.host: '/run/postgresql',
        one.worlds.home.python: '/opt/odoo/venv/bin/python', str(template.programs()): '/usr/lib/postgresql/bin',
        f'127.0.0.1:{one.port}': '127.0.0.1:8069'}
    for place in sorted(places, key=len, reverse=True):
        output = output.replace(place, places[place])
    return re.sub(r'\r[^\n]*\x1b\[K', '', output)
