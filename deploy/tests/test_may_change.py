"""What a release declares to change, and the columns of the upgraded module, by the pictures alone."""
import pytest
from books import ROWS, TABLES
from conftest import create
from psycopg2 import sql

from deploy import compare, digest, may_change

BEFORE, AFTER = 'before', 'after'
FIELDS = """
CREATE TABLE ir_model_fields (id serial PRIMARY KEY, model varchar, name varchar);
INSERT INTO ir_model_fields (model, name) SELECT replace(table_name, '_', '.'), column_name
FROM information_schema.columns WHERE table_name IN ('account_payment', 'account_move');
INSERT INTO ir_model_data (module, name, model, res_id) SELECT CASE WHEN name IN ('approval_state', 'voucher_number',
    'remarks') THEN 'addon' ELSE 'account' END, 'field_' || id, 'ir.model.fields', id FROM ir_model_fields;
"""


@pytest.fixture
def pair(server):
    create(server, BEFORE, TABLES, ROWS, FIELDS)
    server.rows(sql.SQL('CREATE DATABASE {} TEMPLATE {}').format(sql.Identifier(AFTER), sql.Identifier(BEFORE)))
    return server


def test_every_rule_gives_its_reason():
    assert all(rule.reason for rule in may_change.RULES.values())


def test_columns_of_the_module_are_apart(pair):
    """The release drops one of its columns and maps another; the rest of the table is compared all the same."""
    before = digest.take(pair, BEFORE, modules=['addon'])
    parts = before['tables']['account_payment']['parts']
    assert set(parts['own protected']) == {'id', 'approval_state', 'voucher_number'}
    assert parts['own rest'] == ['id', 'remarks']
    pair.rows('ALTER TABLE account_payment DROP remarks', database=AFTER)
    pair.rows("UPDATE account_payment SET approval_state = 'new'", database=AFTER)
    after = digest.take(pair, AFTER, columns=before)
    assert {one.table for one in compare.compare(before, after)} == {'account_payment'}
    allowed = ['account_payment.remarks', 'account_payment.approval_state']
    assert compare.compare(before, after, allowed=allowed) == []
    assert compare.compare(before, after, pair, BEFORE, AFTER, allowed=allowed) == []
    assert compare.compare(before, after, allowed=allowed[:1])
    pair.rows('UPDATE account_payment SET amount = amount + 1 WHERE id = 5', database=AFTER)
    after = digest.take(pair, AFTER, columns=before)
    assert len(compare.compare(before, after, allowed=allowed)) == 1
    assert [one.subject for one in compare.compare(before, after, pair, BEFORE, AFTER, allowed=allowed)] == [
        'account_payment.amount']


def test_kinds_of_rows_are_declared_apart(pair):
    before = digest.take(pair, BEFORE)
    pair.rows('DELETE FROM account_payment WHERE id = 5', database=AFTER)
    pair.rows('INSERT INTO account_payment (move_id) VALUES (5)', database=AFTER)
    after = digest.take(pair, AFTER, columns=before)
    for databases in ((), (pair, BEFORE, AFTER)):
        left = [compare.compare(before, after, *databases, allowed=[f'account_payment:{kind}'])
                for kind in ('new', 'lost')]
        assert [one.text.split(':')[1].split()[2] for found in left for one in found if databases] in (
            [], ['lost', 'new'])
        assert all(left)


def test_the_picture_of_an_upgrade_serves_the_day_after(pair):
    """Columns that the upgrade has added are not in it; comparing goes on without them."""
    before = digest.take(pair, BEFORE, modules=['addon'])
    pair.rows('ALTER TABLE account_payment ADD submitter_id int; ALTER TABLE account_move_line ADD zzz int',
              database=AFTER)
    after = digest.take(pair, AFTER, columns=before)
    pair.rows("INSERT INTO account_payment (move_id, submitter_id) VALUES (5, 1); UPDATE account_payment SET "
              "submitter_id = 2", database=AFTER)
    later = digest.take(pair, AFTER, columns=after)
    assert compare.compare(after, later, growth=True) == []
    pair.rows("UPDATE account_payment SET voucher_number = 'x' WHERE id = 5", database=AFTER)
    assert [one.table for one in compare.compare(after, digest.take(pair, AFTER, columns=after), growth=True)] == [
        'account_payment']
