"""What must be true after the upgrade of a database of generation 17.0.1.0.8. Each query lists what is not.

Tables named ``zz_before_*`` are copies of the tables as they were, made by :data:`SNAPSHOT`.
"""
PREFIX = 'payment_account_enhanced_legacy_'
COPIED = ('account_payment', 'account_move', 'payment_approval_history', 'res_groups_users_rel', 'res_company',
          'payment_qr_verification', 'payment_workflow_stage', 'ir_ui_view', 'ir_filters', 'mail_template')
SNAPSHOT = (*(f'CREATE TABLE zz_before_{table} AS SELECT * FROM {table}' for table in COPIED),
            "CREATE TABLE zz_before_groups AS SELECT name, res_id FROM ir_model_data WHERE model = 'res.groups' "
            "AND module = 'payment_account_enhanced'")

FORGET = tuple(f'DROP TABLE zz_before_{table}' for table in (*COPIED, 'groups'))

# Made by hand on top of the predecessor: a view that inherits one of its views, one that asks for a field of it, and
# somebody's copy of a page.
_FORM = (
    """{"en_US": "<data><xpath expr=\\"//field[@name=''ref'']\\" position=\\"after\\">"""
    """<field name=\\"%s\\"/></xpath></data>"}""")
BY_HAND = """
    INSERT INTO ir_ui_view (name, key, type, model, inherit_id, mode, priority, active, arch_db)
    SELECT x.name, NULL, 'form', 'account.payment', d.res_id, 'extension', 99, true, x.arch::jsonb
      FROM (VALUES ('by hand on ours', 'payment_account_enhanced', 'view_account_payment_form_enhanced_final', '{}'),
                   ('by hand on a field', 'account', 'view_account_payment_form', '{}'),
                   ('by hand and unharmed', 'account', 'view_account_payment_form', '{}')) x (name, module, view, arch)
      JOIN ir_model_data d ON d.module = x.module AND d.name = x.view
     UNION ALL
    SELECT 'a copy of a page', 'payment_account_enhanced.payment_not_found', 'qweb', NULL, NULL, 'primary', 16, true,
           '{"en_US": "<t t-name=\\"x\\"/>"}'::jsonb
"""
for _field in ('partner_id', 'requires_authorization', 'is_move_sent'):
    BY_HAND = BY_HAND.replace("'{}'", "'" + _FORM % _field + "'", 1)

_STAGE = """CASE
    WHEN m.state = 'posted' THEN 'posted'
    WHEN m.state = 'cancel' THEN 'cancelled'
    WHEN o.approval_state = 'waiting_approval' THEN 'under_review'
    WHEN o.approval_state IN ('under_review', 'for_approval', 'for_authorization') THEN o.approval_state
    WHEN o.approval_state = 'approved' THEN CASE
        WHEN o.payment_type = 'inbound' AND o.reviewer_id != o.create_uid THEN 'approved'
        WHEN o.payment_type = 'outbound' AND o.amount < 10000 AND o.reviewer_id > 0 AND o.approver_id != o.create_uid
            THEN 'approved'
        WHEN o.payment_type = 'outbound' AND (SELECT count(DISTINCT u) FROM unnest(
            ARRAY[o.create_uid, o.reviewer_id, o.approver_id, o.authorizer_id]) u) = 4 THEN 'approved'
        ELSE 'under_review' END
    ELSE 'draft' END"""
_OLD_TABLES = ('payment_qr_verification', 'payment_workflow_stage', 'payment_dashboard', 'payment_reminder_manager')
_OLD_MODELS = ', '.join(f"'{table.replace('_', '.')}'" for table in _OLD_TABLES)

FALSE = {
    'stages by the table': f"""
        SELECT p.id, o.approval_state, m.state, p.approval_state, {_STAGE} FROM account_payment p
          JOIN account_move m ON m.id = p.move_id JOIN zz_before_account_payment o ON o.id = p.id
         WHERE p.approval_state IS DISTINCT FROM {_STAGE}""",
    'approved ones have a digest': """
        SELECT p.id FROM account_payment p WHERE approval_state = 'approved' AND NOT EXISTS (
            SELECT FROM payment_approval_history h
             WHERE h.payment_id = p.id AND digest IS NOT NULL AND content IS NOT NULL)""",
    'those sent back have a line in the chatter': """
        SELECT p.id FROM account_payment p JOIN zz_before_account_payment o USING (id)
         WHERE o.approval_state = 'approved' AND p.approval_state = 'under_review' AND NOT EXISTS (
            SELECT FROM mail_message WHERE model = 'account.payment' AND res_id = p.id AND body LIKE '%Taken over%')""",
    'voucher numbers': """
        SELECT p.id FROM account_payment p JOIN zz_before_account_payment o USING (id)
         WHERE p.voucher_number IS DISTINCT FROM o.voucher_number""",
    'remarks, and who acted on posted ones': """
        SELECT p.id FROM account_payment p JOIN zz_before_account_payment o USING (id)
         WHERE p.remarks IS DISTINCT FROM o.remarks OR p.approval_state = 'posted' AND
               (p.reviewer_id, p.reviewer_date, p.approver_id, p.authorizer_id) IS DISTINCT FROM
               (o.reviewer_id, o.reviewer_date, o.approver_id, o.authorizer_id)""",
    'history rows kept': """
        SELECT o.id FROM zz_before_payment_approval_history o LEFT JOIN payment_approval_history h USING (id)
         WHERE h.id IS NULL OR (h.payment_id, h.user_id, h.approval_date) != (o.payment_id, o.user_id, o.approval_date)
            OR h.role IS DISTINCT FROM 'legacy' OR h.hash IS NULL""",
    'history rows known to the lists': """
        SELECT h.id, h.action_type, h.stage_from, h.stage_to FROM payment_approval_history h WHERE EXISTS (
            SELECT FROM unnest(ARRAY['stage_from', 'stage_to', 'action_type'], ARRAY[stage_from, stage_to, action_type])
                AS x (field, value) WHERE NOT EXISTS (
                SELECT FROM ir_model_fields_selection s JOIN ir_model_fields f ON f.id = s.field_id
                 WHERE f.model = 'payment.approval.history' AND f.name = x.field AND s.value = x.value))""",
    'originals beside': f"""
        SELECT id FROM zz_before_payment_approval_history o WHERE NOT EXISTS (
            SELECT FROM {PREFIX}approval_history k WHERE to_jsonb(k) = to_jsonb(o))""",
    'old rows at the head': """
        SELECT h.id FROM payment_approval_history h JOIN payment_approval_history newer
            ON newer.payment_id = h.payment_id AND newer.id < h.id AND newer.role != 'legacy'
         WHERE h.role = 'legacy'""",
    'no database cascade from payments to their history': """
        SELECT conname FROM pg_constraint WHERE conrelid = 'payment_approval_history'::regclass AND contype = 'f'
           AND confrelid = 'account_payment'::regclass AND confdeltype = 'c'""",
    'members stay members, nobody else becomes one': """
        SELECT * FROM (
            (SELECT gid, uid FROM zz_before_res_groups_users_rel EXCEPT SELECT gid, uid FROM res_groups_users_rel)
             UNION ALL
            (SELECT gid, uid FROM res_groups_users_rel EXCEPT SELECT gid, uid FROM zz_before_res_groups_users_rel)) x
         WHERE gid IN (SELECT res_id FROM zz_before_groups
             WHERE name NOT LIKE '%verifier' AND name NOT LIKE '%voucher%')""",
    'no role implies another': """
        SELECT gid, hid FROM res_groups_implied_rel WHERE gid IN (SELECT res_id FROM zz_before_groups)
           AND (hid IN (SELECT res_id FROM zz_before_groups) OR hid IN (SELECT res_id FROM ir_model_data
           WHERE module = 'account' AND name IN ('group_account_user', 'group_account_manager')))""",
    'no verifier': "SELECT id FROM res_groups WHERE id IN (SELECT res_id FROM zz_before_groups "
                   "WHERE name = 'group_payment_verifier')",
    'old tables and columns': """
        SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND (
            table_name IN ('payment_qr_verification', 'payment_workflow_stage', 'payment_dashboard',
                           'payment_reminder_manager', 'payment_workflow_stage_res_groups_rel')
            OR table_name = 'account_move' AND column_name IN ('approval_state', 'verification_status', 'qr_code_urls')
            OR table_name = 'account_payment' AND column_name IN ('requires_authorization', 'access_token', 'qr_code')
            OR table_name = 'res_company' AND column_name IN ('authorization_threshold', 'voucher_terms')
            OR table_name = 'payment_approval_history' AND column_name IN ('ip_address', 'display_name'))""",
    'models that are gone': f"SELECT model FROM ir_model WHERE model IN ({_OLD_MODELS})",
    'fields of models that are gone': f"SELECT name FROM ir_model_fields WHERE model IN ({_OLD_MODELS}) "
                                      f"OR relation IN ({_OLD_MODELS})",
    'what points at models that are gone': f"""
        SELECT 'filter', id FROM ir_filters WHERE model_id IN ({_OLD_MODELS}) UNION ALL
        SELECT 'action', id FROM ir_act_window WHERE res_model IN ({_OLD_MODELS}) UNION ALL
        SELECT 'server action', id FROM ir_act_server WHERE model_name IN ({_OLD_MODELS}) UNION ALL
        SELECT 'message', id FROM mail_message WHERE model IN ({_OLD_MODELS}) UNION ALL
        SELECT 'attachment', id FROM ir_attachment WHERE res_model IN ({_OLD_MODELS}) UNION ALL
        SELECT 'view', id FROM ir_ui_view WHERE model IN ({_OLD_MODELS})""",
    'filters, parameters, attachments of fields that are gone': """
        SELECT name FROM ir_filters WHERE name LIKE 'LG %' UNION ALL
        SELECT key FROM ir_config_parameter WHERE key LIKE 'payment_account_enhanced.%' UNION ALL
        SELECT name FROM ir_attachment WHERE res_field = 'qr_code_invoice'""",
    'old templates': "SELECT id FROM mail_template WHERE body_html::text LIKE '%workflow_stage_number%'",
    'old views': "SELECT id, name FROM ir_ui_view WHERE name IN (SELECT name FROM zz_before_ir_ui_view "
                 "WHERE name ~ '^view_account_payment_|qr_verification' OR name = 'a copy of a page')",
    'views by hand': """
        SELECT v.id, v.name, v.active FROM zz_before_ir_ui_view o LEFT JOIN ir_ui_view v USING (id)
         WHERE o.name LIKE 'by hand%' AND (
            v.id IS NULL OR v.active != (o.name LIKE '%unharmed') OR v.arch_db != o.arch_db)""",
    'kept': f"""
        SELECT * FROM (VALUES
            ('tokens', (SELECT count(access_token) FROM zz_before_account_payment),
                       (SELECT count(access_token) FROM {PREFIX}account_payment)),
            ('scans', (SELECT count(*) FROM zz_before_payment_qr_verification),
                      (SELECT count(*) FROM {PREFIX}scan_log)),
            ('stages', (SELECT count(*) FROM zz_before_payment_workflow_stage),
                       (SELECT count(*) FROM {PREFIX}workflow_stage)),
            ('settings', (SELECT sum(authorization_threshold)::bigint FROM zz_before_res_company),
                         (SELECT sum(authorization_threshold)::bigint FROM {PREFIX}res_company)),
            ('bills', (SELECT count(*) FROM zz_before_account_move WHERE approval_state NOT IN ('draft')),
                      (SELECT count(*) FROM {PREFIX}account_move)),
            ('templates', (SELECT count(*) FROM zz_before_mail_template
                            WHERE body_html::text LIKE '%workflow_stage_number%'),
                          (SELECT count(*) FROM {PREFIX}mail_template))) x (what, was, is_kept) WHERE was != is_kept""",
    'the version': "SELECT latest_version, state FROM ir_module_module WHERE name = 'payment_account_enhanced' "
                   "AND (latest_version, state) != ('17.0.1.0.9', 'installed')",
}
# What the log tells the operator.
LOGGED = ('loses: the group payment_account_enhanced.group_payment_verifier', 'sees more: ', 'gains: ',
          'waited in an approval that is gone', 'given more than once', 'the highest number in use is',
          'drop_legacy.sql',
          'by hand on ours', 'by hand on a field', f'{PREFIX}scan_log', f'{PREFIX}res_company')
