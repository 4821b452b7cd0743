"""What has to go before the addon is uninstalled."""
from .models.account_payment_approval_activity import RETURNED, TODO


def uninstall_hook(env):
    """Take away what would keep Odoo from removing our records: to-dos of our types, and our own records, which
    nobody can delete and which refer to people and payments. Their tables go with the addon in any case."""
    types = [env['ir.model.data']._xmlid_to_res_id(name) for name in (TODO, RETURNED)]
    env['mail.activity'].search([('activity_type_id', 'in', types)]).unlink()
    env.cr.execute("""
        TRUNCATE payment_approval_history, payment_approval_seal, payment_approval_setting_log,
                 payment_override, payment_settlement
    """)
    env.invalidate_all()
