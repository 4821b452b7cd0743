"""Contexts that a client might forge: every key that Odoo's accounting reads, ours, and guesses."""
import pathlib
import re

import odoo
from odoo.modules import get_module_path

READ_KEY = re.compile(r'''context\(?\)?(?:\.get\(|\[)\s*['"](\w+)['"]''')
SET_KEY = re.compile(r'''with_context\(\s*(?:\*\*\{)?['"]?(\w+)['"]?\s*[=:]''')
KEY_NAME = re.compile(r'''^[A-Z_]*(?:KEY|FLAG)\s*=\s*['"](\w+)['"]''', re.MULTILINE)
MODULES = ('base', 'mail', 'web', 'base_import', 'analytic', 'account', 'account_payment', 'account_check_printing')
# They mean something to Odoo on every call: with nonsense in them nothing would be tried at all.
BREAKING = {'lang', 'tz', 'uid', 'allowed_company_ids', 'params', 'bin_size', 'record', 'self', 'context'}
# With these among all keys at once even ordinary work fails: they are tried by themselves.
BREAKING_TOGETHER = {'__m2o_order_seen', 'hash_version', 'ir_sequence_date_range', 'address_inline'}
# What somebody would try who knows that there is a guard, but not how it works.
GUESSES = (
    'bypass_guard', 'bypass_payment_guard', 'bypass_lock', 'skip_guard', 'skip_payment_guard', 'skip_lock',
    'skip_check', 'force', 'force_write', 'force_edit', 'force_reset', 'force_draft', 'force_post',
    'allow_write', 'allow_edit',
    'payment_guard_pass', 'guard_pass', 'posting_guard', 'sentinel', 'EDIT_SENTINEL', 'bypass_token', 'is_manager',
    'payment_manager', 'approved', 'approval', 'skip_approval', 'bypass_approval', 'from_wizard', 'uninstall',
    'module_uninstall', 'su', 'sudo', 'superuser', 'no_check', 'check', 'validate', 'readonly', 'import_file',
    'check_move_validity', 'skip_account_move_synchronization', 'dynamic_unlink', 'force_delete', 'tracking_disable',
    'install_mode', 'mail_notrack', 'skip_invoice_sync', 'skip_readonly_check', 'default_state', 'default_move_id',
    'default_payment_id', 'default_posted_before', 'default_line_ids',
)
# Values that travel over RPC; the last are what a token looks like when somebody prints it.
VALUES = (True, 1, 'x', {'pass': True}, [1], '<GuardPass override>', {'purpose': 'override'})


def sources():
    """Python files whose context keys matter: the core framework, accounting, and this addon."""
    yield from (pathlib.Path(odoo.__file__).parent / name for name in ('models.py', 'fields.py', 'api.py'))
    for module in (*MODULES, 'payment_account_enhanced'):
        path = get_module_path(module, display_warning=False)
        if path:
            yield from (file for file in pathlib.Path(path).rglob('*.py') if 'tests' not in file.parts)


def forged_keys():
    """All the keys, sorted."""
    keys = set(GUESSES)
    for file in sources():
        text = file.read_text(encoding='utf-8')
        for pattern in (READ_KEY, SET_KEY, KEY_NAME):
            keys.update(pattern.findall(text))
    return sorted(keys - BREAKING)


def forged_contexts(values=VALUES):
    """Each key by itself as True, and all of them together with each value (defaults of fields left out there)."""
    keys = forged_keys()
    together = [key for key in keys if not key.startswith('default_') and key not in BREAKING_TOGETHER]
    return [{key: True} for key in keys] + [dict.fromkeys(together, value) for value in values]
