"""The rights of people are checked for real, on the live data, and nothing is left behind."""
import dataclasses

import pytest

from deploy.finding import OK, STOP, WARNING
from deploy.odoo import Odoo
from deploy.role_checks import roles

GUARD_IMPORTS = ('posting_guard', 'account_payment', 'account_move', 'account_move_line')
NOBODY = (
    "UPDATE res_users SET active = false WHERE id > 2",
    "UPDATE account_move SET state = 'draft', name = '/' WHERE payment_id IS NOT NULL",
    "UPDATE account_payment SET approval_state = 'draft'",
    'DELETE FROM account_partial_reconcile', 'DELETE FROM account_full_reconcile',
)


def run(one, settings=None, database=None, name='roles'):
    settings = settings or one.settings
    found = roles(settings, Odoo(settings), one.server, database or settings.database, one.log(name))
    return {finding.subject: finding for finding in found}


def stopped(found):
    return {subject for subject, one in found.items() if one.level == STOP}


def test_all_roles_are_checked_and_nothing_is_left(odoo_home):
    before = odoo_home.fingerprint()
    found = run(odoo_home)
    assert {one.level for one in found.values()} == {OK}, [one.line() for one in found.values()]
    assert {
        'ordinary user edits a posted payment', 'ordinary user resets a posted payment',
        'ordinary user prints a voucher',
        'Payment Manager edits a posted payment', 'Payment Manager resets a posted payment',
        'ordinary user edits a reconciled payment', 'Payment Manager edits a reconciled payment',
        'Payment Manager resets a reconciled payment', 'ordinary user resets a posted entry', 'submit and review',
        'posting without approval', 'approval_state of the last 90 days'} <= set(found)
    assert odoo_home.fingerprint() == before


def test_where_there_are_no_payments_and_no_people_they_are_made_and_gone_again(odoo_home):
    with odoo_home.home.databases.scratch('nobody', odoo_home.settings.database) as database:
        for statement in NOBODY:
            odoo_home.rows(statement, database)
        there = dataclasses.replace(odoo_home, settings=dataclasses.replace(odoo_home.settings, database=database))
        before = there.fingerprint()
        found = run(there)
        assert not stopped(found), [one.line() for one in found.values()]
        assert 'ordinary user edits a posted payment made for this check' in found
        assert 'Payment Manager edits a reconciled payment made for this check' in found
        assert 'a user made for this check' in found['ordinary user prints a voucher'].text
        assert there.fingerprint() == before


def without_imports(folder):
    file = folder / 'models/__init__.py'
    file.write_text('')
    for other in ('wizards', 'report', 'demo', 'controllers'):
        (folder / other / '__init__.py').write_text('')


def without_guard(folder):
    """All is loaded, but the guard finds nothing locked."""
    file = folder / 'models/posting_guard.py'
    text = file.read_text()
    assert 'return self.filtered(lambda record: record._guard_payments() & locked) if locked' in text
    file.write_text(text.replace('        locked = self._guard_payments()._guard_locked()\n',
                                 '        locked = self.env["account.payment"]\n'))


def without_reset_guard(folder):
    file = folder / 'models/account_move.py'
    text = file.read_text()
    condition = "if not posted or self._guard_has_pass(OVERRIDE):"
    assert condition in text
    file.write_text(text.replace(condition, 'if True:'))


@pytest.mark.parametrize('change, expected', [
    (without_imports, {'guards', 'ordinary user edits a posted payment', 'ordinary user resets a posted payment'}),
    (without_guard, {'ordinary user edits a posted payment', 'Payment Manager edits a reconciled payment'}),
    (without_reset_guard, {'ordinary user resets a posted payment', 'ordinary user resets a posted entry'}),
], ids=lambda value: getattr(value, '__name__', ''))
def test_a_release_whose_guards_are_off_is_found(odoo_home, change, expected):
    found = run(odoo_home, odoo_home.with_addon(change), name=change.__name__)
    assert expected <= stopped(found), [one.line() for one in found.values()]


def test_a_folder_of_the_wrong_name_is_found(odoo_home):
    def rename(folder):
        folder.rename(folder.with_name('payment_account_enhanced-main'))
    found = run(odoo_home, odoo_home.with_addon(rename))
    assert 'code of payment_account_enhanced' in stopped(found), [one.line() for one in found.values()]


def test_payments_without_a_stage_are_found(odoo_home):
    with odoo_home.home.databases.scratch('stage', odoo_home.settings.database) as database:
        odoo_home.rows('ALTER TABLE account_payment ALTER approval_state DROP NOT NULL', database)
        odoo_home.rows('UPDATE account_payment SET approval_state = NULL '
                       'WHERE id = (SELECT max(id) FROM account_payment)', database)
        found = run(odoo_home, database=database)
        assert 'EMPTY 1' in found['approval_state of the last 90 days'].text
        assert 'approval_state of the last 90 days' in stopped(found)


def test_another_module_gets_the_generic_checks_alone(odoo_home):
    found = run(odoo_home, dataclasses.replace(odoo_home.settings, module='account'))
    assert not stopped(found), [one.line() for one in found.values()]
    assert 'views of account' in found
    assert not any('posted payment' in subject for subject in found)


def test_somebody_who_holds_a_payment_is_waited_for_and_never_blocked_for_long(odoo_home):
    """The person's transaction goes on; the check says that it could not be made."""
    with odoo_home.server.session(odoo_home.settings.database) as person, person.cursor() as cursor:
        cursor.execute("BEGIN; UPDATE account_payment SET remarks = 'mine'")
        found = run(odoo_home)
        assert found['role checks'].level == WARNING, [one.line() for one in found.values()]
        assert 'do it again' in found['role checks'].remedy
        cursor.execute("UPDATE account_payment SET remarks = 'still mine'; ROLLBACK")
