"""Every way to harm the books is found, by the pictures alone and down to the row; what an upgrade may do is not."""
import json

import harm
import pytest
from books import ROWS, TABLES
from conftest import create, drop
from psycopg2 import sql

from deploy import compare, digest
from deploy.postgres import Server
from deploy.report import Refused
from deploy.settings import Settings
from dev import postgres as private

BEFORE = 'be"fore \'1'


@pytest.fixture(scope='module')
def one(cluster):
    """A server with the database BEFORE."""
    found = Server(Settings('x', 'addon', db_host=str(cluster.socket), db_port='5432', db_user=private.ROLE))
    create(found, BEFORE, TABLES, ROWS)
    yield found
    for name in set(found.names('')) - {'postgres', 'template0', 'template1'}:
        drop(found, name)


def copy(server, name, *statements):
    """A copy of BEFORE in which statements were run, one by one."""
    server.rows(sql.SQL('CREATE DATABASE {} TEMPLATE {}').format(sql.Identifier(name), sql.Identifier(BEFORE)))
    for statement in '; '.join(statements).split('; '):
        if statement.strip():
            server.rows(statement, database=name)
    return name


def differences(server, name, **options):
    """(with both databases, with the pictures alone); both pictures went through JSON."""
    before = json.loads(json.dumps(digest.take(server, BEFORE)))
    after = json.loads(json.dumps(digest.take(server, name, columns=before)))
    return compare.compare(before, after, server, BEFORE, name, **options), compare.compare(before, after, **options)


@pytest.fixture(scope='module', params=['record', 'text'])
def method(request):
    """Rows are hashed in the way of PostgreSQL 14 and later, and in that of earlier ones."""
    patch = pytest.MonkeyPatch()
    patch.setattr(digest, 'method', lambda session: request.param)
    yield request.param
    patch.undo()


@pytest.fixture(scope='module', params=['plain', 'upgraded'])
def upgrade(request):
    """Nothing else happens, or the addon is upgraded at the same time, which adds columns to the tables."""
    return {'plain': '', 'upgraded': f'{harm.UPGRADE}; ALTER TABLE account_payment ADD aaa int; '
                                     'ALTER TABLE account_move_line ADD zzz int'}[request.param]


@pytest.fixture(scope='module')
def rows_harmed(one, method, upgrade):
    name = copy(one, 'rows harmed', upgrade, *(case[0] for case in harm.ROWS.values()))
    yield differences(one, name)
    drop(one, name)


@pytest.fixture(scope='module')
def shape_harmed(one, method, upgrade):
    name = copy(one, 'shape harmed', upgrade, *(case[0] for case in harm.SHAPE.values()))
    yield differences(one, name)
    drop(one, name)


def find(found, subject, word, ids, before, after):
    """The difference that says this; its values belong to its ids."""
    for one in found:
        if one.subject == subject and word in one.text and set(ids) <= set(one.ids):
            at = [one.ids.index(number) for number in ids]
            values = [tuple(side[i] for i in at) if isinstance(side, tuple) else side
                      for side in (one.before, one.after)]
            if all(wanted is None or wanted == value for wanted, value in zip((before, after), values)):
                return one
    raise AssertionError('\n'.join([f'not found: {subject} {word} {ids}', *(one.text for one in found)]))


@pytest.mark.parametrize('name', harm.ROWS)
def test_harm_to_rows(rows_harmed, name):
    full, short = rows_harmed
    find(full, *harm.ROWS[name][1:])
    table = harm.ROWS[name][1].partition('.')[0]
    assert [one.text for one in short if one.table.partition('.')[0] == table]


@pytest.mark.parametrize('name', harm.SHAPE)
def test_harm_to_the_shape(shape_harmed, name):
    full, short = shape_harmed
    found = find(full, *harm.SHAPE[name][1:])
    assert [one.text for one in short if one.table == found.table]


def test_nothing_else_is_reported(rows_harmed, shape_harmed):
    assert {one.subject for one in rows_harmed[0]} == {case[1] for case in harm.ROWS.values()}
    assert {one.subject for one in shape_harmed[0]} == {case[1] for case in harm.SHAPE.values()} | harm.SHAPE_TOO


def test_no_secret_is_shown(rows_harmed):
    everything = json.dumps([one.as_json() for found in rows_harmed for one in found], default=str)
    assert 'secret' not in everything.replace('database.secret', '')
    assert 'hidden' not in everything


def test_an_upgrade_may_do_this(one, method):
    name = copy(one, 'fine', harm.UPGRADE, *harm.FINE.values())
    full, short = differences(one, name)
    strict = differences(one, name, strict=True)[1]
    drop(one, name)
    assert [difference.text for difference in full + short] == []
    assert {'wizard', 'bus_bus', 'ir_attachment', 'ir_ui_view', 'ir_module_module', 'ir_ui_view_id_seq'} <= {
        difference.table for difference in strict}


def test_settings_of_database_do_not_matter(one, method):
    name = copy(one, 'settings', *(
        f"ALTER DATABASE \"settings\" SET {key} = '{value}'" for key, value in harm.SETTINGS.items()
        if key != 'statement_timeout'))
    one.rows("ALTER DATABASE settings SET statement_timeout = '30s'")
    assert one.value('SHOW timezone', database=name) == 'Asia/Tokyo'
    full, short = differences(one, name, strict=True)
    drop(one, name)
    assert [difference.text for difference in full + short] == []


def test_what_is_declared_may_change(one):
    name = copy(one, 'declared', 'ALTER TABLE account_payment DROP remarks',
                "UPDATE account_payment SET approval_state = 'x'", "UPDATE res_partner SET vat = 'x' WHERE id = 1")
    found = differences(one, name)[0]
    left = differences(one, name, allowed=['account_payment.remarks', 'account_payment.approval*'])[0]
    drop(one, name)
    assert {difference.subject for difference in found} == {
        'account_payment.remarks', 'account_payment.approval_state', 'res_partner.vat'}
    assert {difference.subject for difference in left} == {'res_partner.vat'}


def test_pictures_of_other_versions_are_refused(one):
    picture = digest.take(one, BEFORE)
    with pytest.raises(Refused):
        compare.compare({**picture, 'format': 0}, picture)
    with pytest.raises(Refused):
        digest.take(one, BEFORE, columns={**picture, 'format': 0})


def test_the_day_after(one):
    """Only growth: new entries, drafts that go on, payments of old invoices; the posted stays as it was."""
    name = copy(one, 'grown', "INSERT INTO account_move (name, state) VALUES ('BNK/new', 'posted')",
                "UPDATE account_move SET state = 'posted', amount_total = 1 WHERE id = 10",
                "UPDATE account_move_line SET parent_state = 'posted', debit = 1 WHERE move_id = 10",
                "DELETE FROM account_payment WHERE id = 20", "UPDATE account_payment SET amount = 7 WHERE id = 30",
                "UPDATE account_move SET amount_residual = 0, payment_state = 'paid' WHERE id = 3",
                "INSERT INTO account_partial_reconcile (debit_move_id, amount) VALUES (5, 1)",
                "SELECT nextval('ir_sequence_001')", "UPDATE res_partner SET vat = 'x'")
    full, short = differences(one, name, growth=True)
    assert [difference.text for difference in full + short] == []
    one.rows('UPDATE account_move_line SET debit = 1 WHERE id = 3', database=name)
    one.rows('DELETE FROM account_partial_reconcile WHERE id = 4', database=name)
    one.rows('DELETE FROM account_payment WHERE id = 31', database=name)
    full, short = differences(one, name, growth=True)
    drop(one, name)
    find(full, 'account_move_line.debit', 'changed', (3,), ('21.00',), ('1',))
    find(full, 'account_partial_reconcile', 'lost', (4,), None, None)
    find(full, 'account_payment', 'lost', (31,), None, None)
    assert len(full) == 3
    assert {difference.table for difference in short} == {
        'account_move_line', 'account_partial_reconcile', 'account_payment'}


def test_growth_needs_a_picture_of_the_same_columns(one):
    picture = digest.take(one, BEFORE)
    with pytest.raises(Refused):
        compare.compare(picture, digest.take(one, BEFORE), growth=True)


def test_many_differences_are_counted_and_few_shown(one):
    name = copy(one, 'many', "UPDATE account_move_line SET name = 'x'", 'DELETE FROM account_partial_reconcile')
    full = differences(one, name)[0]
    drop(one, name)
    changed = find(full, 'account_move_line.name', '200 rows changed', (1,), ('Item 1',), ('x',))
    assert changed.count == 200 and len(changed.ids) == len(changed.before) == 20
    assert find(full, 'account_partial_reconcile', '20 rows lost', (1,), None, None).count == 20
