"""The same generation as other releases left it: frozen the other way round, fewer columns, other groups."""

# Applied to a database of tests/legacy before the copies of legacy_checks are made.
CHANGES = (
    # frozen depends on the release that first made a row
    """UPDATE ir_model_data SET noupdate = NOT COALESCE(noupdate, false) WHERE module = 'payment_account_enhanced'
        AND name NOT IN ('seq_payment_voucher')""",
    # 17.0.1.0.0 had no receipt sequence, so that all receipts carry the same word
    "DELETE FROM ir_sequence WHERE code = 'receipt.voucher'",
    "DELETE FROM ir_model_data WHERE module = 'payment_account_enhanced' AND name = 'seq_receipt_voucher'",
    "ALTER TABLE account_payment DROP CONSTRAINT IF EXISTS account_payment_voucher_number_unique",
    "UPDATE account_payment SET voucher_number = 'PAY/DRAFT' WHERE payment_type = 'inbound'",
    "ALTER TABLE account_payment DROP COLUMN requires_authorization, DROP COLUMN qr_code",
    # 17.0.1.0.1 had groups and a global rule of its own, all frozen
    """INSERT INTO res_groups (name, share) VALUES ('{"en_US": "Voucher User"}', false)""",
    """INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
       SELECT 'payment_account_enhanced', 'group_payment_voucher_user', 'res.groups', max(id), true FROM res_groups""",
    """INSERT INTO res_groups_users_rel (gid, uid) SELECT g.id, u.id
         FROM (SELECT max(id) id FROM res_groups) g, res_users u WHERE login = 'lg_user1'""",
    """INSERT INTO ir_rule (name, model_id, active, "global", domain_force,
                            perm_read, perm_write, perm_create, perm_unlink)
       SELECT 'voucher company', id, true, true, '[(1, ''='', 1)]', true, true, true, true FROM ir_model
        WHERE model = 'account.payment'""",
    """INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
       SELECT 'payment_account_enhanced', 'payment_voucher_company_rule', 'ir.rule', max(id), true FROM ir_rule""",
    # what somebody else allowed to groups that go: an access right, a menu for two of them
    """INSERT INTO ir_model_access (name, model_id, group_id, active, perm_read, perm_write, perm_create, perm_unlink)
       SELECT 'foreign', m.id, g.id, true, true, true, true, true FROM ir_model m, (SELECT max(id) id FROM res_groups) g
        WHERE model = 'account.journal'""",
    """INSERT INTO ir_ui_menu (name, active, sequence, parent_path) VALUES ('{"en_US": "foreign"}', true, 1, '')""",
    """INSERT INTO ir_ui_menu_group_rel (menu_id, gid) SELECT m.id, g.id FROM (SELECT max(id) id FROM ir_ui_menu) m,
        (SELECT res_id id FROM ir_model_data WHERE module = 'payment_account_enhanced'
          AND name IN ('group_payment_verifier', 'group_payment_voucher_user')) g""",
    # what somebody made for a model that goes
    """INSERT INTO ir_act_window (name, type, binding_type, context, res_model, view_mode)
       VALUES ('{"en_US": "foreign"}', 'ir.actions.act_window', 'action', '{}', 'payment.dashboard', 'tree')""",
    """INSERT INTO ir_attachment (name, res_model, res_id, type, url)
       VALUES ('a document', 'payment.dashboard', 1, 'url', 'http://localhost')""",
)
FALSE = {
    'other groups': "SELECT id FROM res_groups WHERE name->>'en_US' = 'Voucher User'",
    'their global rule': "SELECT id FROM ir_rule WHERE name = 'voucher company'",
    'what was allowed to them is not open to all': """
        SELECT 'access', a.id FROM ir_model_access a WHERE name = 'foreign' AND group_id IS DISTINCT FROM (
            SELECT res_id FROM ir_model_data
             WHERE module = 'payment_account_enhanced' AND name = 'group_payment_manager')
         UNION ALL
        SELECT 'menu', m.id FROM ir_ui_menu m WHERE name->>'en_US' = 'foreign' AND (
            SELECT array_agg(gid) FROM ir_ui_menu_group_rel r WHERE r.menu_id = m.id) IS DISTINCT FROM (
            SELECT ARRAY[res_id] FROM ir_model_data WHERE module = 'payment_account_enhanced'
               AND name = 'group_payment_manager')""",
    'the roles of today are filled in': """
        SELECT name FROM ir_model_data d WHERE module = 'payment_account_enhanced' AND name LIKE 'group_payment_%'
           AND (noupdate OR NOT EXISTS (SELECT FROM res_groups_implied_rel r WHERE r.gid = d.res_id AND r.hid = (
                SELECT res_id FROM ir_model_data WHERE module = 'account' AND name = 'group_account_readonly')))""",
    'frozen leftovers': """
        SELECT name FROM ir_model_data WHERE module = 'payment_account_enhanced' AND model = 'ir.model.fields'
           AND name LIKE '%dashboard%'""",
    'documents stay': "SELECT 1 WHERE NOT EXISTS (SELECT FROM ir_attachment WHERE name = 'a document')",
    'a receipt sequence': """
        SELECT 1 WHERE (SELECT count(*) FROM ir_sequence WHERE code = 'receipt.voucher') != 1""",
}
