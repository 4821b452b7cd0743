"""The trial server and the checks of the running service, with a real Odoo and two workers."""
import dataclasses
import pathlib
import time

import pytest

from deploy import checks, preflight, trial
from deploy.finding import OK, STOP, WARNING
from deploy.odoo import Odoo
from deploy.odoo_log import Mark
from deploy.report import Failed
from deploy.service import Service

BROKEN_FORM = """
    UPDATE ir_ui_view SET arch_db = jsonb_set(arch_db, '{en_US}', to_jsonb(replace(arch_db ->> 'en_US',
           'name="voucher_number"', 'name="vanished_number"')))
     WHERE name = 'account.payment.form.inherit.payment_account_enhanced.voucher'
"""
SESSIONS = 'sessions'


def by_subject(findings):
    return {one.subject: one for one in findings}


def levels(findings):
    return {one.subject: one.level for one in findings}


@pytest.fixture(scope='module')
def running(odoo_home):
    """The service, up; yields (home, place in the log before it started, moment before it started)."""
    service = Service(odoo_home.settings)
    mark, begin = Mark.at_end(odoo_home.settings.logfile), time.time()
    service.start()
    try:
        checks.wait(odoo_home.settings)
        yield odoo_home, mark, begin
    finally:
        service.stop()


def test_a_trial_server_reads_payments_and_leaves_nothing_but_bundles(odoo_home):
    folder = odoo_home.home.databases.files / SESSIONS
    known = set(folder.rglob('*'))
    before = odoo_home.fingerprint(without=('ir_attachment', 'files'))
    found = trial.trial(odoo_home.settings, odoo_home.odoo, odoo_home.server, odoo_home.settings.database,
                        odoo_home.log('trial'))
    assert set(levels(found).values()) == {OK}, [one.line() for one in found]
    assert 'listed' in by_subject(found)['payments'].text
    assert odoo_home.fingerprint(without=('ir_attachment', 'files')) == before
    mine = {path for path in folder.rglob('*') if path.is_file()} - known
    assert not [path for path in mine if odoo_home.settings.database.encode() in path.read_bytes()]


def test_a_form_that_does_not_open_fails_the_trial(odoo_home):
    with odoo_home.home.databases.scratch('form', odoo_home.settings.database) as database:
        odoo_home.rows(BROKEN_FORM, database)
        found = trial.trial(odoo_home.settings, odoo_home.odoo, odoo_home.server, database, odoo_home.log('form'))
    assert by_subject(found)['login page'].level == OK
    assert STOP in levels(found).values(), [one.line() for one in found]


def test_an_odoo_that_does_not_start_fails_the_trial_at_once(odoo_home):
    def syntax_error(folder):
        (folder / 'models/account_payment.py').write_text('def broken(:\n')
    settings = dataclasses.replace(odoo_home.with_addon(syntax_error), start_limit=20)
    begin = time.monotonic()
    found = trial.trial(settings, Odoo(settings), odoo_home.server, settings.database, odoo_home.log('syntax'))
    assert STOP in levels(found).values(), [one.line() for one in found]
    assert time.monotonic() - begin < 60


def test_the_service_is_well(running):
    one, mark, begin = running
    found = checks.service_findings(one.settings, mark, begin)
    assert set(levels(found).values()) == {OK}, [finding.line() for finding in found]
    assert by_subject(found)['workers'].text.startswith('2 of 2 answered')


def test_a_process_from_before_the_switch_is_found(running):
    one, mark, _begin = running
    found = by_subject(checks.service_findings(one.settings, mark, time.time()))
    assert found['processes'].level == STOP
    assert 'old code' in found['processes'].text


def test_an_error_in_the_log_is_found_also_after_a_rotation(running):
    one, mark, begin = running
    path = one.folder / 'rotated.log'
    path.write_text(pathlib.Path(one.settings.logfile).read_text())
    here = Mark.at_end(path)
    with open(path, 'a') as log:
        log.write('2026-11-24 18:00:00,000 77 ERROR prod odoo.http: Exception during request handling.\n')
    path.rename(f'{path}.1')
    path.write_text('')
    settings = dataclasses.replace(one.settings, logfile=str(path))
    found = by_subject(checks.service_findings(settings, here, begin))
    assert found['log'].level == STOP
    assert 'Exception during request handling' in found['log'].text
    assert found['workers'].level == WARNING  # nobody writes into this file: not proven


def test_a_version_that_is_not_the_one_on_disk_is_found(running):
    one, mark, begin = running
    folder = one.with_addon(lambda addon: (addon / '__manifest__.py').write_text(
        (addon / '__manifest__.py').read_text().replace("'version': '17.0.1.0.9'", "'version': '17.0.1.0.99'")))
    settings = dataclasses.replace(one.settings, addons_path=folder.addons_path)
    found = by_subject(checks.service_findings(settings, mark, begin))
    assert found['module payment_account_enhanced'].level == STOP
    assert '17.0.1.0.99 on disk' in found['module payment_account_enhanced'].text


def test_preflight_finds_a_healthy_server_fit(running):
    one, _mark, _begin = running
    old, new = (one.with_addon(lambda folder: None) for _copy in range(2))
    found = preflight.findings(dataclasses.replace(old, source=str(new.addon)))
    assert not [finding.line() for finding in found if finding.level == STOP]
    assert len(found) > 30
    assert by_subject(found)['service'].text.startswith('running: 5 processes, 2 workers')


def test_a_service_that_is_down_is_found(odoo_home):
    settings = dataclasses.replace(odoo_home.settings, status=('false',), start_limit=1, url='http://127.0.0.1:9')
    found = by_subject(checks.service_findings(settings))
    assert found['service'].level == STOP
    with pytest.raises(Failed, match='does not answer'):
        checks.wait(settings)
