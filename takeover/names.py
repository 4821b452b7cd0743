"""What generation 17.0.1.0.8 (and its neighbours, 17.0.1.0.0 to 17.0.1.2.9) calls its things."""

MODULE = 'payment_account_enhanced'
PREFIX = f'{MODULE}_legacy_'
STEPS = f'{PREFIX}steps'  # the table that notes which steps were taken

ROLES = ('user', 'reviewer', 'approver', 'authorizer', 'poster', 'manager')
GROUPS = tuple(f'group_payment_{role}' for role in ROLES)
SEQUENCES = ('seq_payment_voucher', 'seq_receipt_voucher')

# Tables of models that are gone, and the name that their rows are kept under.
VANISHED_TABLES = {
    'payment_qr_verification': 'scan_log',
    'payment_workflow_stage': 'workflow_stage',
    'payment_workflow_stage_res_groups_rel': 'workflow_stage_group',
    'payment_dashboard': 'dashboard',
    'payment_reminder_manager': 'reminder_manager',
}
VANISHED_MODELS = ('payment.qr.verification', 'payment.workflow.stage', 'payment.dashboard', 'payment.reminder.manager')

_ON_ENTRIES = (
    'approval_state', 'verification_status', 'reviewer_id', 'reviewer_date', 'approver_id', 'approver_date',
    'qr_code_urls', 'qr_code_invoice', 'can_review', 'can_approve', 'can_post_manual', 'can_submit_for_review',
)
# Fields that are gone from models that stay. Odoo's own account.payment has unstored fields named qr_code and
# access_token (the second one where online payments are installed): those names stay, their old columns go.
VANISHED_FIELDS = {
    'account.move': _ON_ENTRIES,
    'account.bank.statement.line': _ON_ENTRIES,
    'account.payment': (
        'requires_authorization', 'verification_status', 'workflow_stage_number', 'qr_code_urls', 'qr_code_invoice',
        'qr_in_report', 'can_post_manual', 'can_submit_for_review', 'actual_approver_id', 'authorized_by',
    ),
    'account.payment.register': ('qr_in_report', 'remarks'),
    'account.journal': ('enable_payment_verification', 'payment_approval_required'),
    'payment.approval.history': (
        'ip_address', 'duration_in_stage', 'payment_voucher_number', 'payment_amount', 'payment_currency_id',
    ),
    'res.company': (
        'authorization_threshold', 'auto_post_approved_payments', 'default_journal_for_payments',
        'enable_four_stage_approval', 'enable_payment_verification', 'enable_qr_codes', 'max_approval_amount',
        'qr_code_verification_url', 'require_remarks_for_large_payments', 'send_approval_notifications',
        'use_osus_branding', 'voucher_footer_message', 'voucher_terms',
    ),
    'res.config.settings': ('pdf_generation_mode',),
    'res.partner': ('payment_count',),
    'res.users': ('payment_count',),
}
# Columns that go though Odoo would leave them: its own fields of these names are not stored.
ORPHANED_COLUMNS = {
    'account_payment': ('qr_code', 'access_token', 'display_name'),
    'payment_approval_history': ('display_name',),
}

STAGES = ('draft', 'under_review', 'for_approval', 'for_authorization', 'approved', 'posted', 'cancelled')
ACTIONS = ('submit', 'review', 'approve', 'authorize', 'post', 'reject', 'cancel', 'reset')
# Words in history rows that are in no list any more. A verification looked at a payment and approved nothing.
OLD_STAGES = {'rejected': 'draft', 'pending': 'under_review', 'verified': 'under_review',
              'waiting_approval': 'under_review'}
