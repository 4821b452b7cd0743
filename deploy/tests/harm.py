"""Ways to harm a database made of books.py, and what an upgrade of the module `addon` does rightly: SQL and what is
reported. All of one group are done to one database, so none touches what another one does."""

# name: (SQL, table or table.column, a word of the text, ids, before, after); None: not looked at
ROWS = {
    'amount changed': (
        "UPDATE account_payment SET amount = amount + 0.01 WHERE id = 7",
        'account_payment.amount', 'changed', (7,), ('73.50',), ('73.51',)),
    'two rows swap a value': (
        "UPDATE res_partner SET vat = CASE id WHEN 2 THEN 'V4' ELSE 'V2' END WHERE id IN (2, 4)",
        'res_partner.vat', 'changed', (2, 4), ('V2', 'V4'), ('V4', 'V2')),
    'amounts swap their accounts': (
        "UPDATE account_move_line SET account_id = 3 - account_id WHERE id IN (1, 2)",
        'account_move_line.account_id', 'changed', (1, 2), ('1', '2'), ('2', '1')),
    'sums stay equal': (
        "UPDATE account_move_line SET debit = debit + CASE id WHEN 11 THEN 1 ELSE -1 END WHERE id IN (11, 15)",
        'account_move_line.debit', 'changed', (11, 15), ('63.00', '84.00'), ('64.00', '83.00')),
    'row deleted': ("DELETE FROM account_payment WHERE id = 9", 'account_payment', 'lost', (9,), None, None),
    'row inserted': ("INSERT INTO account_payment (move_id, amount) VALUES (1, 5)",
                     'account_payment', 'new', (101,), None, None),
    'one deleted, its twin inserted': (
        "INSERT INTO account_payment SELECT 109, move_id, amount, currency_id, payment_type, partner_type, "
        "approval_state, voucher_number FROM account_payment WHERE id = 8; DELETE FROM account_payment WHERE id = 8",
        'account_payment', 'lost', (8,), None, None),
    'pair doubled': ("INSERT INTO account_move_line_account_tax_rel VALUES (5, 1)",
                     'account_move_line_account_tax_rel', 'new', ('(5,1)',), None, None),
    'pair exchanged': ("UPDATE account_move_line_account_tax_rel SET account_tax_id = 2 WHERE account_move_line_id = 6",
                       'account_move_line_account_tax_rel', 'lost', ('(6,1)',), None, None),
    'reconciliation removed': ("DELETE FROM account_partial_reconcile WHERE id = 3",
                               'account_partial_reconcile', 'lost', (3,), None, None),
    'NULL becomes empty': ("UPDATE account_payment SET remarks = '' WHERE id = 3",
                           'account_payment.remarks', 'changed', (3,), (None,), ('',)),
    'NULL becomes 0.0': ("UPDATE res_partner SET rate = 0 WHERE id = 3",
                         'res_partner.rate', 'changed', (3,), (None,), ('0',)),
    'translation changed': (
        """UPDATE res_partner SET translated = translated || '{"fr_FR": "Autre"}' WHERE id = 4""",
        'res_partner.translated', 'changed', (4,), None, None),
    'translations swapped': (
        """UPDATE res_partner SET translated = '{"en_US": "Français 5", "fr_FR": "English 5"}' WHERE id = 5""",
        'res_partner.translated', 'changed', (5,), None, None),
    'binary changed': ("UPDATE res_partner SET photo = decode('00fe', 'hex') WHERE id = 4",
                       'res_partner.photo', 'changed', (4,), ('\\x00ff',), ('\\x00fe',)),
    'xml changed': ("UPDATE res_partner SET about = '<p>y</p>' WHERE id = 4",
                    'res_partner.about', 'changed', (4,), None, None),
    'point changed': ("UPDATE res_partner SET spot = point(4, 2) WHERE id = 4",
                      'res_partner.spot', 'changed', (4,), None, None),
    'json changed': ("""UPDATE res_partner SET extra = '{"a": 2, "b": 1}' WHERE id = 4""",
                     'res_partner.extra', 'changed', (4,), None, None),
    'column with an odd name': ("""UPDATE res_partner SET "odd ""name" = 'x' WHERE id = 4""",
                                'res_partner.odd "name', 'changed', (4,), ('odd 4',), ('x',)),
    'partner that the addon brought': ("UPDATE res_partner SET vat = 'x' WHERE id = 5",
                                       'res_partner.vat', 'changed', (5,), (None,), ('x',)),
    'other schema': ("""UPDATE "other one".notes SET text = 'x'""",
                     'other one.notes.text', 'changed', (1,), ('note',), ('x',)),
    'sequence moved back': ("SELECT setval('account_move_line_id_seq', 5)",
                            'account_move_line_id_seq.next', 'moved back', (), 201, 6),
    'sequence moved back by one': ("SELECT setval('account_move_id_seq', 100, false)",
                                   'account_move_id_seq.next', 'moved back', (), 101, 100),
    'voucher number drawn': ("SELECT nextval('ir_sequence_001')",
                             'ir_sequence_001.next', 'drawn', (), 42, 43),
    'sequence begins again': ("ALTER SEQUENCE ir_sequence_002 CYCLE", 'ir_sequence_002', 'cycle', (), None, None),
    'large object changed': ("SELECT lo_put(70001, 5, 'x')",
                             'pg_largeobject', 'content', (70001,), None, None),
    'view of another module lost': ("DELETE FROM ir_ui_view WHERE id = 2", 'ir_ui_view', 'lost', (2,), None, None),
    'view of another module changed': (
        """UPDATE ir_ui_view SET arch_db = '{"en_US": "<tree>"}' WHERE id = 3""",
        'ir_ui_view.arch_db', 'changed', (3,), None, None),
    'view of a user changed': ("""UPDATE ir_ui_view SET arch_db = '{"en_US": "<tree>"}' WHERE id = 9""",
                               'ir_ui_view.arch_db', 'changed', (9,), None, None),
    'external id of another module lost': ("DELETE FROM ir_model_data WHERE name = 'view4'",
                                           'ir_model_data', 'lost', (4,), None, None),
    'group lost by a person': ("DELETE FROM res_groups_users_rel WHERE gid = 2 AND uid = 3",
                               'res_groups_users_rel', 'lost', ('(2,3)',), None, None),
    'group of another module given': ("INSERT INTO res_groups_users_rel VALUES (1, 9)",
                                      'res_groups_users_rel', 'new', ('(1,9)',), None, None),
    'group of the addon given': ("INSERT INTO res_groups_users_rel VALUES (2, 2)",
                                 'res_groups_users_rel.addon.manager', 'gained clerk', (), None, None),
    'password changed': ("UPDATE res_users SET password = 'secret' WHERE id = 2",
                         'res_users.password', 'changed', (2,), ('***',), ('***',)),
    'parameter lost': ("DELETE FROM ir_config_parameter WHERE id = 1",
                       'ir_config_parameter', 'lost', (1,), None, None),
    'attachment row lost': ("DELETE FROM ir_attachment WHERE id = 1", 'ir_attachment', 'lost', (1,), None, None),
}

SHAPE = {
    'row doubled': ("ALTER TABLE res_currency DROP CONSTRAINT res_currency_pkey CASCADE; "
                    "INSERT INTO res_currency SELECT * FROM res_currency WHERE id = 2",
                    'res_currency', 'doubled', (2,), None, None),
    'check constraint lost': ("ALTER TABLE account_move_line DROP CONSTRAINT account_move_line_positive",
                              'account_move_line.account_move_line_positive', 'gone', (), None, None),
    'check constraint loosened': (
        "ALTER TABLE account_payment DROP CONSTRAINT account_payment_positive; ALTER TABLE account_payment "
        "ADD CONSTRAINT account_payment_positive CHECK (amount >= -1)",
        'account_payment.account_payment_positive', 'constraint was', (), None, None),
    'constraint no longer valid': (
        "ALTER TABLE account_move DROP CONSTRAINT account_move_positive; ALTER TABLE account_move "
        "ADD CONSTRAINT account_move_positive CHECK (amount_total >= 0) NOT VALID",
        'account_move.account_move_positive', 'NOT VALID', (), None, None),
    'foreign key lost': ("ALTER TABLE account_move_line DROP CONSTRAINT account_move_line_move_id_fkey",
                         'account_move_line.account_move_line_move_id_fkey', 'gone', (), None, None),
    'unique index lost': ("DROP INDEX account_move_unique_name",
                          'account_move.account_move_unique_name', 'gone', (), None, None),
    'NOT NULL lost': ("ALTER TABLE account_move ALTER state DROP NOT NULL",
                      'account_move.state', 'may be empty', (), 'NOT NULL', None),
    'trigger disabled': ("ALTER TABLE account_payment DISABLE TRIGGER keep_it",
                         'account_payment.triggers', 'disabled', (), 'enabled', ['keep_it']),
    'foreign keys disabled': ("ALTER TABLE res_company DISABLE TRIGGER ALL",
                              'res_company.triggers', 'disabled', (), 'enabled', None),
    'trigger gone': ("DROP TRIGGER keep_too ON account_payment", 'account_payment.keep_too', 'gone', (), None, None),
    'function changed': ("CREATE OR REPLACE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS "
                         "'BEGIN RETURN NULL;END'", 'guard()', 'function was', (), None, None),
    'type changed': ("ALTER TABLE account_payment ALTER amount TYPE double precision",
                     'account_payment.amount', 'type was', (), 'numeric', 'double precision'),
    'column gone': ("ALTER TABLE account_payment DROP voucher_number",
                    'account_payment.voucher_number', 'gone', (), 'character varying', None),
    'column gone, and a row changed': (
        "ALTER TABLE account_move DROP payment_state; UPDATE account_move SET ref = 'x' WHERE id = 12",
        'account_move.ref', 'changed', (12,), (None,), ('x',)),
    'the column of that': ('', 'account_move.payment_state', 'gone', (), None, None),
    'table gone': ("DROP TABLE account_partial_reconcile", 'account_partial_reconcile', 'gone', (), 20, None),
    'view gone': ("DROP VIEW report", 'report', 'gone', (), None, None),
    'sequence gone': ("DROP SEQUENCE ir_sequence_001", 'ir_sequence_001', 'gone', (), 42, None),
    'large object gone': ("SELECT lo_unlink(70001)", 'pg_largeobject', 'gone', (70001,), None, None),
    'module uninstalled': ("UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'base'",
                           'ir_module_module.base', 'was installed', (), 'installed', 'uninstalled'),
    'module stuck': ("UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'needs_addon'",
                     'ir_module_module.needs_addon', 'left in', (), 'installed', 'to upgrade'),
    'rights given away': ("GRANT DELETE ON account_move TO public", 'account_move', 'rights', (), None, None),
}
# What follows from the above by itself.
SHAPE_TOO = {'res_currency.res_currency_pkey', 'account_move.account_move_currency_id_fkey',
             'ir_module_module.needs_addon'}

UPGRADE = "UPDATE ir_module_module SET latest_version = '17.0.1.0.9' WHERE name = 'addon'"
FINE = {
    'rows in another order': 'CREATE TABLE twin AS SELECT * FROM res_partner ORDER BY id DESC; '
                             'DELETE FROM res_partner; INSERT INTO res_partner SELECT * FROM twin; '
                             'DROP TABLE twin; VACUUM FULL account_move',
    'column added': 'ALTER TABLE account_payment ADD note varchar; UPDATE account_payment SET note = id',
    'column first in the alphabet': 'ALTER TABLE account_move_line ADD aaa integer DEFAULT 5',
    'table added': 'CREATE TABLE news (id serial PRIMARY KEY); INSERT INTO news DEFAULT VALUES',
    'constraint added': 'ALTER TABLE account_payment ADD CHECK (amount > 0); CREATE INDEX ON account_move (ref)',
    'NOT NULL added': 'ALTER TABLE account_payment ALTER amount SET NOT NULL',
    'id sequence moved on': "SELECT nextval('ir_ui_view_id_seq')",
    'views of the addon come, change and go': (
        "DELETE FROM ir_ui_view WHERE id = 6; DELETE FROM ir_model_data WHERE name = 'view6'; UPDATE ir_ui_view SET "
        "name = 'x' WHERE id = 7; INSERT INTO ir_ui_view (id, name) VALUES (20, 'new'); INSERT INTO ir_model_data "
        "(module, name, model, res_id) VALUES ('addon', 'view_new', 'ir.ui.view', 20)"),
    'view of a module that needs the addon': "UPDATE ir_ui_view SET name = 'x' WHERE id = 8",
    'a new group of the addon has a member': (
        "INSERT INTO res_groups (id, name) VALUES (9, 'New'); INSERT INTO ir_model_data (module, name, model, res_id) "
        "VALUES ('addon', 'new_group', 'res.groups', 9); INSERT INTO res_groups_users_rel VALUES (9, 2)"),
    'a setting of the addon changes': "UPDATE ir_config_parameter SET value = '2' WHERE id = 2",
    'a user of the addon comes': "INSERT INTO res_users (login) VALUES ('robot'); INSERT INTO ir_model_data (module, "
                                 "name, model, res_id) VALUES ('addon', 'robot', 'res.users', 4)",
    'wizards and the bus': "DELETE FROM wizard; INSERT INTO bus_bus (message) VALUES ('two')",
    'bundles made anew': "UPDATE ir_attachment SET url = '/web/assets/2/web.min.js' WHERE id = 2",
    'a module is listed': "INSERT INTO ir_module_module (name, state) VALUES ('stock', 'uninstalled'); INSERT INTO "
                          "ir_model_data (module, name, model, res_id) VALUES ('base', 'module_stock', "
                          "'ir.module.module', 5); UPDATE ir_module_module SET write_date = now()",
    'a report is made anew': 'CREATE OR REPLACE VIEW report AS SELECT company_id, sum(debit) AS debit, 1 AS one '
                             'FROM account_move_line GROUP BY company_id',
}
SETTINGS = {'timezone': 'Asia/Tokyo', 'datestyle': 'German', 'extra_float_digits': '0', 'bytea_output': 'escape',
            'intervalstyle': 'iso_8601', 'search_path': 'information_schema', 'default_transaction_isolation':
            'serializable', 'statement_timeout': '1', 'row_security': 'on'}
