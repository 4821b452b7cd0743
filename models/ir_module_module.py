"""Uninstalling the addon takes a Payment Manager: it takes the guards, the approvals and their history away."""
from odoo import SUPERUSER_ID, _, models
from odoo.exceptions import UserError

from .posting_guard import MANAGER_GROUP, NAMES_SHOWN

MODULE = 'payment_account_enhanced'


class IrModuleModule(models.Model):
    _inherit = 'ir.module.module'

    def write(self, vals):
        # EXTENDS base: every way to remove a module leads here, those of an administrator over RPC included
        if vals.get('state') in ('to remove', 'uninstalled'):
            self._check_removal_of_guards()
        return super().write(vals)

    def module_uninstall(self):
        # EXTENDS base: the tables are dropped before the state is written
        self._check_removal_of_guards()
        return super().module_uninstall()

    def _check_removal_of_guards(self):
        """:raise UserError: where this addon is among the modules, and the person is no Payment Manager who is also
        administrator (OdooBot is; `sudo()` by somebody else is not)
        """
        installed = self.filtered(lambda module: module.name == MODULE and module.state != 'uninstalled')
        user = self.env.user
        if not installed or self.env.uid == SUPERUSER_ID or user.has_group(MANAGER_GROUP) and user._is_admin():
            return
        groups = [self.env.ref(name).id for name in (MANAGER_GROUP, 'base.group_erp_manager')]
        able = self.env['res.users'].sudo().search([('groups_id', '=', group) for group in groups], limit=NAMES_SHOWN)
        raise UserError(_(
            "\"%(module)s\" was not uninstalled: that takes a Payment Manager who is administrator, because the guards "
            "of posted payments and the approval history go with it. Who may do it: %(names)s. Roles are given in "
            "Settings / Users.",
            module=installed[0].shortdesc, names=', '.join(able.mapped('name')) or _("nobody at present"),
        ))
