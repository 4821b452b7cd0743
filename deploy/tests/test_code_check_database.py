"""References checked against the catalogue of a live database, in a real PostgreSQL: it decides, not the files."""
import dataclasses
import pathlib
import shutil

import pytest
from conftest import create
from psycopg2.extras import execute_values
from release_faults import implies, record, view

from deploy import code_check, finding, release
from deploy.code_check_known import Known
from deploy.code_check_places import Places
from dev import find_odoo, python_env

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_OURS = ('.git', '.ci', 'dev', 'deploy', 'bench', 'legacy', 'docs', '__pycache__', '.ruff_cache', '.cache')
TABLES = """
    CREATE TABLE ir_module_module (name varchar, state varchar, latest_version varchar);
    CREATE TABLE ir_model_data (module varchar, name varchar, model varchar, res_id int, noupdate bool DEFAULT false);
    CREATE TABLE ir_model_fields (id serial PRIMARY KEY, model varchar, name varchar, ttype varchar, relation varchar)
"""


@pytest.fixture
def live(server, settings, tmp_path):
    """(settings, server, folder of a good release): the database holds what the files of Odoo would make."""
    odoo = find_odoo.find()
    folder = tmp_path / 'addons' / settings.module
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_OURS))
    settings = dataclasses.replace(settings, addons_path=(str(tmp_path / 'addons'), *map(str, odoo.addons)),
                                   odoo=(python_env.for_odoo(odoo)[0], str(odoo.root / 'odoo-bin')))
    create(server, settings.database, TABLES)
    places = Places(settings)
    known = Known(places, settings.module, places.closure(['account']))
    with server.session(settings.database) as connection, connection.cursor() as cursor:
        execute_values(cursor, 'INSERT INTO ir_module_module VALUES %s',
                       [(name, 'installed', '17.0.1.0') for name in (*known.modules, 'stock')])
        execute_values(cursor, 'INSERT INTO ir_model_data (module, name, model) VALUES %s',
                       [(*name.split('.', 1), model) for name, model in known.ids.items()])
    return settings, server, folder


def found(live, level):
    settings, server, folder = live
    return [one.line().splitlines()[0] for one in code_check.check_folder(settings, folder, None, server)
            if one.level == level]


def sql(live, statement):
    live[1].rows(statement, database=live[0].database)


def test_a_good_release(live):
    assert 'references checked against the live database' in found(live, finding.OK)[0]


def test_an_id_that_only_the_files_have(live):
    """The dependency's code is newer than its data in the database: the upgrade of this module alone would fail."""
    sql(live, "DELETE FROM ir_model_data WHERE name = 'group_account_invoice'")
    assert any('stands in the files of account, but not in the database' in line for line in found(live, finding.STOP))


def test_an_id_that_only_the_database_has(live):
    """Made by Python or by hand: files alone would call it unknown."""
    sql(live, "INSERT INTO ir_model_data (module, name, model) VALUES ('account', 'made_by_hand', 'res.groups')")
    implies('account.made_by_hand')(live[2])
    assert not found(live, finding.STOP)


def test_an_id_of_an_installed_module_that_is_no_dependency(live):
    sql(live, "INSERT INTO ir_model_data (module, name, model) VALUES ('stock', 'group_stock_user', 'res.groups')")
    implies('stock.group_stock_user')(live[2])
    assert not found(live, finding.STOP)
    assert 'belongs to stock, which is not among its dependencies' in found(live, finding.WARNING)[0]


def test_an_own_record_that_only_the_database_has(live):
    sql(live, "INSERT INTO ir_model_data VALUES ('payment_account_enhanced', 'kept', 'res.groups', 1, true)")
    implies('payment_account_enhanced.kept')(live[2])
    assert 'is in the database alone' in found(live, finding.WARNING)[0] and not found(live, finding.STOP)
    sql(live, "UPDATE ir_model_data SET noupdate = false WHERE name = 'kept'")
    assert 'the upgrade removes it' in found(live, finding.STOP)[0]


def test_a_field_made_by_hand(live):
    """A field of Studio or of the interface is in no file."""
    view('<form><field name="x_made_by_hand"/></form>')(live[2])
    assert 'x_made_by_hand is no field' in found(live, finding.STOP)[0]
    sql(live, "INSERT INTO ir_model_fields (model, name, ttype) VALUES ('account.payment', 'x_made_by_hand', 'char')")
    assert not found(live, finding.STOP)


def test_a_field_that_only_the_old_version_has(live):
    """It is in the database, and goes with the upgrade."""
    view('<form><field name="gone"/></form>')(live[2])
    sql(live, "INSERT INTO ir_model_fields VALUES (7, 'account.payment', 'gone', 'char')")
    sql(live, "INSERT INTO ir_model_data VALUES ('payment_account_enhanced', 'field_x', 'ir.model.fields', 7)")
    assert 'gone is no field of account.payment' in found(live, finding.STOP)[0]


@pytest.mark.parametrize('installed, refused', [('17.0.1.0.8', False), ('', True), ('17.0.99.0.0', True)])
def test_the_version_of_the_database_counts(live, installed, refused):
    """An older one is raised; the same and a newer one are refused."""
    installed = installed or release.version(live[2])
    sql(live, f"INSERT INTO ir_module_module VALUES ('payment_account_enhanced', 'installed', '{installed}')")
    assert bool(found(live, finding.STOP)) == refused


def test_a_dependency_that_is_not_installed(live):
    sql(live, "UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'account'")
    assert any('depends on account, which is uninstalled' in line for line in found(live, finding.WARNING))


def test_a_record_of_a_module_that_is_there_to_be_changed(live):
    record('<record id="account.no_such_view" model="ir.ui.view"><field name="name">x</field></record>')(live[2])
    assert 'account.no_such_view does not exist' in found(live, finding.STOP)[0]
