"""Who may uninstall, over RPC and in the browser, and what is left in the hands of people afterwards."""
import csv
import io
import json
import os
import subprocess
import urllib.error
import zipfile

from dev import browser_tests, house, logins, python_env, serve
from dev.process import ROOT
from dev.rpc import Client

TITLE = 'Payment Account Enhanced'
# An administrator without the role; the demo data have a Payment Manager who is no administrator, and admin is both.
PEOPLE = f"""
admin = env.ref('base.user_admin')
plain = admin.copy({{'name': 'plain admin', 'login': 'plain_admin', 'password': 'plain_admin'}})
plain.groups_id -= env.ref('{house.MODULE}.group_payment_manager')
journal = env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', env.company.id)], limit=1)
payment = env['account.payment'].with_user(admin).create({{
    'payment_type': 'outbound', 'partner_type': 'supplier', 'amount': 10, 'journal_id': journal.id,
    'ref': 'a "quoted" one',
    'partner_id': env['res.partner'].search([], limit=1).id}})
payment.action_submit_for_review()
env['payment.approval.seal']._cron_seal()
env.cr.commit()
"""
# A book without the addon is Odoo's own again: a posted payment is printed, reset, changed and posted.
STOCK = """
payment = env['account.payment'].search([('state', '=', 'posted'), ('is_reconciled', '=', False)], limit=1)
assert payment, 'no posted payment'
html, kind = env['ir.actions.report']._render_qweb_html('account.report_payment_receipt', payment.ids)
assert payment.name.encode() in html
accountant = env.ref('base.user_admin')
payment.with_user(accountant).action_draft()
payment.with_user(accountant).amount = 77
payment.with_user(accountant).action_post()
assert payment.state == 'posted' and payment.amount == 77
bill = env['account.move'].search([
    ('state', '=', 'posted'), ('move_type', 'in', ('in_invoice', 'out_invoice'))], limit=1)
bill.with_user(accountant).button_draft()
assert bill.state == 'draft'
print('AS IN STOCK')
"""


def prepare(home, database):
    logins.passwords_as_logins(home, database)
    home.run(database, house.logs() / 'removal-people.log', first=('shell',), text=PEOPLE)


def check(home, database, outcome):
    """Refusals over RPC, the file with the records, and the removal by clicks; the database has demo data."""
    log, port = house.logs() / 'removal-server.log', house.free_port()
    url = f'http://127.0.0.1:{port}'
    arguments = (f'--http-port={port}', '--http-interface=127.0.0.1', f'--db-filter=^{database}$', '--workers=0',
                 '--max-cron-threads=0')
    with home.start(database, log, *arguments) as process:
        serve.wait(url, process, log)
        _check_refusals(home, database, url, outcome)
        _check_records(home, database, url, outcome)
        _click(url, database, 'uninstall', 'uninstalled', outcome, log)
        _click(url, database, 'install', 'installed', outcome, log)


def _check_refusals(home, database, url, outcome):
    module_id = home.databases.sql(('SELECT id FROM ir_module_module WHERE name = %s', [house.MODULE]),
                                   database=database)[0][0]
    for login, wanted in (('plain_admin', 'takes a Payment Manager'), ('payment_manager', '')):
        client = Client(url, database, login)
        kind, wizard = client.call('base.module.uninstall', 'create', {'module_id': module_id})
        calls = [
            ('ir.module.module', 'button_immediate_uninstall', [module_id]),
            ('ir.module.module', 'button_uninstall', [module_id]),
            ('ir.module.module', 'module_uninstall', [module_id]),
            ('ir.module.module', 'write', [module_id], {'state': 'to remove'}),
        ]
        if kind == 'done':
            calls.append(('base.module.uninstall', 'action_uninstall', [wizard]))
        for model, method, *arguments in calls:
            kind, what = client.call(model, method, *arguments)
            outcome.check(kind != 'done' and wanted in str(what),
                          f'REMOVAL: {login} was not refused {model}.{method}: {kind}, {what}')
    state = home.databases.sql(('SELECT state FROM ir_module_module WHERE id = %s', [module_id]), database=database)
    outcome.check(state == [['installed']], f'REMOVAL: after refusals the addon is {state}')


def _check_records(home, database, url, outcome):
    """Only who may uninstall gets the file; it has every row of every kind of record."""
    data = _download(Client(url, database, 'plain_admin'), url)
    outcome.check(data is None, 'REMOVAL: an administrator without the role downloaded the records')
    data = _download(Client(url, database, 'admin'), url)
    with zipfile.ZipFile(io.BytesIO(data or b'')) as archive:
        found = {name: len(list(csv.DictReader(io.TextIOWrapper(archive.open(name), 'utf-8'))))
                 for name in archive.namelist()}
    tables = {'approval_history.csv': 'payment_approval_history', 'approval_seals.csv': 'payment_approval_seal',
              'approval_settings.csv': 'payment_approval_setting_log', 'payment_overrides.csv': 'payment_override'}
    wanted = {name: home.databases.sql(f'SELECT count(*) FROM {table}', database=database)[0][0]
              for name, table in tables.items()}
    outcome.check(found == wanted and wanted['approval_history.csv'], f'REMOVAL: the file has {found}, not {wanted}')


def _download(client, url):
    """The file, or None where it is refused."""
    try:
        with client.opener.open(f'{url}/{house.MODULE}/records.zip', timeout=60) as answer:
            return answer.read()
    except urllib.error.HTTPError:
        return None


def _click(url, database, act, wanted, outcome, log):
    """The addon is installed or uninstalled from the menu Apps, by clicks in a real browser."""
    if any(package == 'chromium' for package, _purpose in browser_tests.missing_programs()):
        outcome.check(False, f'REMOVAL: no Chromium to {act} with')
        return
    wish = {'url': url, 'database': database, 'login': 'admin', 'name': house.MODULE, 'title': TITLE, 'act': act}
    done = subprocess.run([python_env.for_tools('screenshots'), '-m', 'dev.apps_menu'], input=json.dumps(wish),
                          text=True, cwd=ROOT, check=False, capture_output=True,
                          env={**os.environ, 'PYTHONDONTWRITEBYTECODE': '1'})
    outcome.check(done.stdout.strip() == wanted,
                  f'REMOVAL: by clicks, {act}: {done.stdout.strip()} {done.stderr[-600:]}; the log of Odoo: {log}')
