"""What was approved, and what differs from it now."""
from odoo import _, models

from . import payment_approval_machine as machine


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def _get_approved_content(self):
        """What the newest approval of the present chain approved, for each payment, in one query; rows never wait to be
        written.

        :return: dict of payment id: {'digest': …, 'content': …}; a payment without such an approval is left out
        """
        if not self.ids:
            return {}
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (payment_id) payment_id, action_type, digest, content
              FROM payment_approval_history
             WHERE payment_id IN %s AND action_type != 'post'
          ORDER BY payment_id, id DESC
            """,
            [tuple(self.ids)],
        )
        return {
            payment_id: {'digest': digest, 'content': content or {}}
            for payment_id, action, digest, content in self.env.cr.fetchall()
            if action in machine.COMPARED
        }

    def _get_content_changes(self):
        """Compare the content of these payments with what was approved.

        :return: dict of payment: sentence that says what changed; payments whose content is the same are left out
        """
        approved = self._get_approved_content()
        changes = {}
        for payment in self:
            if payment.id not in approved:
                changes[payment] = _("No approval of this content is on record.")
                continue
            values = payment._get_content_values()
            if payment._hash_content(values) != approved[payment.id]['digest']:
                changes[payment] = payment._describe_content_changes(approved[payment.id]['content'], values)
        return changes

    def _describe_content_changes(self, before, now):
        """Say in words which values differ, in the language of the person."""
        labels = self._get_content_labels()
        names = [name for name in now if before.get(name, '') != now[name]]
        # The items follow from the amount and accounts: named alone where nothing else tells the difference.
        shown = [name for name in names if name != 'items'] or names
        return _("Changed since the approval: %(changes)s.", changes='; '.join(
            f'{labels.get(name, name)}: {self._name_content(name, before.get(name))} → '
            f'{self._name_content(name, now[name])}'
            if name != 'items' else labels['items']
            for name in shown
        )) if shown else _("The approved content is not on record any more.")

    def _name_content(self, name, value):
        """A content value as a person would say it."""
        field = self._fields.get(name)
        linked = field is not None and field.type == 'many2one'
        if value in (None, '') or linked and not value:
            return _("empty")
        if linked:
            return self.env[field.comodel_name].sudo().browse(value).exists().display_name or str(value)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return str(value)
