"""A small database with the tables of Odoo that the comparison has rules for; two companies, two currencies."""

TABLES = """
CREATE TABLE res_company (id serial PRIMARY KEY, name varchar NOT NULL);
CREATE TABLE res_currency (id serial PRIMARY KEY, name varchar NOT NULL);
CREATE TABLE account_account (id serial PRIMARY KEY, code varchar, name jsonb);
CREATE TABLE res_partner (id serial PRIMARY KEY, name varchar, vat varchar, rate double precision, photo bytea,
    about xml, spot point, extra json, translated jsonb, "odd ""name" varchar, create_uid int, create_date timestamp,
    write_uid int, write_date timestamp);
CREATE TABLE account_move (id serial PRIMARY KEY, name varchar, state varchar NOT NULL, move_type varchar,
    company_id int REFERENCES res_company, currency_id int REFERENCES res_currency, date date, ref varchar,
    amount_total numeric, amount_residual numeric, payment_state varchar, payment_id int, write_date timestamp);
CREATE UNIQUE INDEX account_move_unique_name ON account_move (name) WHERE state = 'posted';
CREATE TABLE account_move_line (id serial PRIMARY KEY, move_id int NOT NULL REFERENCES account_move, company_id int,
    account_id int, currency_id int, parent_state varchar, name varchar, debit numeric, credit numeric,
    amount_currency numeric, amount_residual numeric, reconciled boolean, full_reconcile_id int);
ALTER TABLE account_move_line ADD CONSTRAINT account_move_line_positive CHECK (debit >= 0 AND credit >= 0);
CREATE TABLE account_payment (id serial PRIMARY KEY, move_id int NOT NULL, amount numeric, currency_id int,
    payment_type varchar, partner_type varchar, approval_state varchar, voucher_number varchar, remarks text);
CREATE TABLE account_partial_reconcile (id serial PRIMARY KEY, debit_move_id int, credit_move_id int, amount numeric,
    company_id int);
CREATE TABLE account_move_line_account_tax_rel (account_move_line_id int, account_tax_id int);
CREATE TABLE ir_model (id serial PRIMARY KEY, model varchar, name varchar, transient boolean);
CREATE TABLE ir_model_data (id serial PRIMARY KEY, module varchar, name varchar, model varchar, res_id int,
    noupdate boolean);
CREATE TABLE ir_module_module (id serial PRIMARY KEY, name varchar, state varchar, latest_version varchar,
    summary varchar, write_date timestamp, write_uid int);
CREATE TABLE ir_module_module_dependency (id serial PRIMARY KEY, name varchar, module_id int);
CREATE TABLE ir_ui_view (id serial PRIMARY KEY, name varchar, arch_db jsonb, create_uid int, create_date timestamp,
    write_uid int, write_date timestamp);
CREATE TABLE res_groups (id serial PRIMARY KEY, name varchar);
CREATE TABLE res_users (id serial PRIMARY KEY, login varchar, password varchar, share boolean NOT NULL DEFAULT false);
CREATE TABLE res_groups_users_rel (gid int, uid int, UNIQUE (gid, uid));
CREATE TABLE ir_config_parameter (id serial PRIMARY KEY, key varchar, value text);
CREATE TABLE ir_attachment (id serial PRIMARY KEY, name varchar, res_model varchar, res_field varchar, url varchar,
    store_fname varchar, checksum varchar(40), file_size int);
CREATE TABLE wizard (id serial PRIMARY KEY, name varchar);
CREATE TABLE bus_bus (id serial PRIMARY KEY, message varchar);
CREATE TABLE empty_one ();
CREATE SEQUENCE ir_sequence_001;
CREATE SEQUENCE ir_sequence_002;
ALTER TABLE account_payment ADD CONSTRAINT account_payment_positive CHECK (amount >= 0);
ALTER TABLE account_move ADD CONSTRAINT account_move_positive CHECK (amount_total >= 0);
CREATE VIEW report AS SELECT company_id, sum(debit) AS debit FROM account_move_line GROUP BY company_id;
CREATE SCHEMA "other one";
CREATE TABLE "other one".notes (id serial PRIMARY KEY, text varchar);
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';
CREATE TRIGGER keep_it BEFORE UPDATE ON account_payment FOR EACH ROW EXECUTE FUNCTION guard();
CREATE TRIGGER keep_too BEFORE DELETE ON account_payment FOR EACH ROW EXECUTE FUNCTION guard();
"""

ROWS = """
INSERT INTO res_company (name) VALUES ('Mother'), ('Daughter');
INSERT INTO res_currency (name) VALUES ('EUR'), ('USD');
INSERT INTO account_account (code, name) VALUES ('1000', '{"en_US": "Bank"}'), ('4000', '{"en_US": "Sales"}');
INSERT INTO res_partner (name, vat, rate, photo, about, spot, extra, translated, "odd ""name", write_date)
SELECT 'Partner ' || n, CASE WHEN n % 2 = 0 THEN 'V' || n END, CASE WHEN n <> 3 THEN n / 3.0 END,
    decode('00ff', 'hex'), '<p>x</p>', point(n, 1), '{"b": 1, "a": 2}',
    jsonb_build_object('en_US', 'English ' || n, 'fr_FR', 'Français ' || n),
    'odd ' || n, '2026-01-01'
FROM generate_series(1, 30) n;
INSERT INTO account_move (name, state, move_type, company_id, currency_id, date, amount_total, amount_residual)
SELECT 'BNK/' || n, CASE WHEN n % 10 = 0 THEN 'draft' ELSE 'posted' END, 'entry', 1 + n % 2, 1 + n % 2,
    date '2026-01-01' + n, n * 10.50, n
FROM generate_series(1, 100) n;
INSERT INTO account_move_line (move_id, company_id, account_id, currency_id, parent_state, name, debit, credit,
    amount_currency, amount_residual)
SELECT id, company_id, 1 + side, currency_id, state, 'Item ' || id, CASE side WHEN 0 THEN amount_total ELSE 0 END,
    CASE side WHEN 1 THEN amount_total ELSE 0 END, amount_total * (1 - 2 * side), 0
FROM account_move, generate_series(0, 1) side ORDER BY id, side;
INSERT INTO account_payment (move_id, amount, currency_id, payment_type, partner_type, approval_state, voucher_number)
SELECT id, amount_total, currency_id, 'outbound', 'supplier', 'posted', 'PV' || id FROM account_move ORDER BY id;
INSERT INTO account_partial_reconcile (debit_move_id, credit_move_id, amount, company_id)
SELECT 2 * n - 1, 2 * n, n, 1 FROM generate_series(1, 20) n;
INSERT INTO account_move_line_account_tax_rel SELECT n, 1 FROM generate_series(1, 50) n;
INSERT INTO ir_model (model, name, transient) VALUES ('res.partner', 'Contact', false), ('wizard', 'Wizard', true),
    ('ir.ui.view', 'View', false), ('res.groups', 'Groups', false), ('res.users', 'Users', false),
    ('ir.config_parameter', 'Parameter', false);
INSERT INTO ir_module_module (name, state, latest_version) VALUES ('base', 'installed', '17.0.1.3'),
    ('addon', 'installed', '17.0.1.0.8'), ('sale', 'uninstalled', NULL), ('needs_addon', 'installed', '17.0.1.0.0');
INSERT INTO ir_module_module_dependency (name, module_id) VALUES ('base', 2), ('addon', 4);
INSERT INTO ir_ui_view (name, arch_db, write_uid, write_date)
SELECT 'view ' || n, jsonb_build_object('en_US', '<form>' || n), 1, '2026-01-01' FROM generate_series(1, 9) n;
INSERT INTO ir_model_data (module, name, model, res_id) SELECT CASE WHEN n <= 5 THEN 'base' WHEN n = 8
    THEN 'needs_addon' ELSE 'addon' END, 'view' || n, 'ir.ui.view', n FROM generate_series(1, 8) n;
INSERT INTO ir_model_data (module, name, model, res_id) VALUES ('base', 'user', 'res.groups', 1),
    ('addon', 'manager', 'res.groups', 2), ('addon', 'somebody', 'res.partner', 5),
    ('addon', 'someone', 'res.users', 3), ('addon', 'setting', 'ir.config_parameter', 2),
    ('base', 'module_sale', 'ir.module.module', 3);
INSERT INTO res_groups (name) VALUES ('User'), ('Manager');
INSERT INTO res_users (login, password) VALUES ('system', NULL), ('clerk', 'secret hash'), ('manager', 'other hash');
INSERT INTO res_groups_users_rel VALUES (1, 1), (1, 2), (1, 3), (2, 3);
INSERT INTO ir_config_parameter (key, value) VALUES ('database.secret', 'hidden'), ('addon.setting', '1');
INSERT INTO ir_attachment (name, url) VALUES ('invoice.pdf', NULL), ('web.min.js', '/web/assets/1/web.min.js');
INSERT INTO wizard (name) VALUES ('one');
INSERT INTO bus_bus (message) VALUES ('one');
INSERT INTO "other one".notes (text) VALUES ('note');
SELECT setval('ir_sequence_001', 41);
SELECT lo_from_bytea(70001, decode(repeat('ab', 3000), 'hex'));
"""
