"""Records that are written once, by the machine, and never again."""
from odoo import _, api, models
from odoo.exceptions import UserError

from .posting_guard import is_uninstalling

APPEND_KEY = 'payment_append_only_pass'
APPEND = object()


class PaymentAppendOnly(models.AbstractModel):
    """Append-only: no create, write or unlink through any API, for anyone, ``sudo()`` and OdooBot included.

    The one way in is ``_append``, a private method that no client can call. It carries a module-private object in the
    context, compared with ``is``: a client can send any context, but never this object.
    """

    _name = 'payment.append.only'
    _description = 'Append-only Record'

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list and self.env.context.get(APPEND_KEY) is not APPEND:
            self._refuse_change()
        return super().create(vals_list)

    def write(self, vals):
        if self and vals:
            self._refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_except_uninstall(self):
        if not is_uninstalling(self.env):
            self._refuse_change()

    @api.model
    def _append(self, vals_list):
        """Create the rows as the superuser; ``user_id`` and the rest are the caller's to give."""
        return self.sudo().with_context(**{APPEND_KEY: APPEND}).create(vals_list).with_env(self.env)

    @api.model
    def _refuse_change(self):
        raise UserError(_(
            "Rows of \"%(model)s\" are written by the system alone and never changed or deleted, by nobody.",
            model=self.env['ir.model']._get(self._name).name,
        ))
