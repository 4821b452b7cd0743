from odoo.addons.payment_account_enhanced.takeover import after


def migrate(cr, version):
    after.take_over(cr)
