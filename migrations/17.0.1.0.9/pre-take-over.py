from odoo.addons.payment_account_enhanced.takeover import before


def migrate(cr, version):
    before.take_over(cr)
