from odoo import api, fields, models

from ..models.ir_module_module import MODULE


class BaseModuleUninstall(models.TransientModel):
    """Odoo's dialog "Uninstall module" offers the records of payments as a file before they are gone."""

    _inherit = 'base.module.uninstall'

    removes_payment_records = fields.Boolean(compute='_compute_removes_payment_records')

    @api.depends('module_id')
    def _compute_removes_payment_records(self):
        for wizard in self:
            wizard.removes_payment_records = MODULE in wizard._get_modules().mapped('name') or (
                wizard.module_id.name == MODULE)
