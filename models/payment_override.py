"""The record of what Payment Managers changed on posted payments and entries."""
from collections import defaultdict

from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.tools import groupby
from odoo.tools.misc import format_date, formatLang

REASON_KEY = 'payment_override_reason'
REASON_LENGTH = 500


class PaymentOverride(models.Model):
    """One row for each changed value, or for each reset; written by the guard alone, never changed, never deleted."""

    _name = 'payment.override'
    _inherit = ['payment.append.only']
    _description = 'Payment Override'
    _order = 'id desc'
    _rec_name = 'record_name'
    _check_company_auto = True

    payment_id = fields.Many2one('account.payment', readonly=True, index=True, ondelete='restrict')
    move_id = fields.Many2one('account.move', string='Journal Entry', readonly=True, index=True, ondelete='set null')
    record_name = fields.Char(string='Number', readonly=True, required=True)
    company_id = fields.Many2one('res.company', readonly=True, index=True)
    action_type = fields.Selection(
        selection=[
            ('edit', 'Edited'), ('reset', 'Reset to Draft'), ('cancel', 'Cancelled'), ('delete', 'Deleted'),
            ('add_item', 'Journal Item Added'), ('delete_item', 'Journal Item Deleted'),
        ],
        string='Action', readonly=True, required=True,
    )
    field_name = fields.Char(string='Technical Field', readonly=True)
    field_label = fields.Char(string='Field', readonly=True)
    old_value = fields.Char(readonly=True)
    new_value = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one('res.users', string='Changed by', readonly=True, required=True, ondelete='restrict')
    date = fields.Datetime(string='Changed on', readonly=True, required=True)

    # ------------------------------------------------------------------
    # Recording
    # ------------------------------------------------------------------

    @api.model
    def _record_edits(self, changes, vals):
        """Put changed values on record, before they are written.

        :param changes: dict of record: names of the fields that change on it
        :param vals: the values that are about to be written
        """
        rows, lines = [], defaultdict(list)
        for record, names in changes.items():
            payment = record._guard_payments()
            for name in names:
                row = self._prepare_edit(record, name, vals[name])
                rows.append(self._prepare_row(payment.move_id, 'edit') | row)
                lines[payment].append(_(
                    "%(field)s: %(old)s → %(new)s",
                    field=row['field_label'], old=row['old_value'] or '-', new=row['new_value'] or '-',
                ))
        self._record(rows, lines, _("Posted payment changed by a Payment Manager"))

    @api.model
    def _record_leaving_posted(self, moves, action):
        """Put on record that posted entries are reset, cancelled or deleted."""
        label = dict(self._fields['action_type']._description_selection(self.env))[action]
        lines = {move._guard_payments() or move: [label] for move in moves}
        self._record(
            [self._prepare_row(move, action) for move in moves], lines, _("Posted entry changed by a Payment Manager"),
        )

    @api.model
    def _record_action(self, moves, action):
        """Put on record that items were added to or taken from entries of posted payments."""
        self._record_leaving_posted(moves, action)

    @api.model
    def _record(self, rows, lines, title):
        self._append(rows)
        reason = self._get_reason()
        for model, records in groupby(lines, key=lambda record: record._name):
            bodies = {record.id: self._format_body(title, lines[record], reason) for record in records}
            self.env[model].browse(bodies)._message_log_batch(bodies)

    @api.model
    def _format_body(self, title, lines, reason):
        items = Markup().join(Markup('<li>%s</li>') % line for line in lines)
        note = Markup('<p>%s</p>') % _("Reason: %(reason)s", reason=reason) if reason else Markup()
        return Markup('<p>%s</p><ul>%s</ul>') % (title, items) + note

    @api.model
    def _prepare_row(self, move, action):
        return {
            'payment_id': move.payment_id.id,
            'move_id': move.id,
            'record_name': move.name or '/',
            'company_id': move.company_id.id,
            'action_type': action,
            'reason': self._get_reason(),
            'user_id': self.env.uid,
            'date': fields.Datetime.now(),
        }

    @api.model
    def _prepare_edit(self, record, name, value):
        record = record.sudo()
        label = record._guard_label(name)
        if record._name == 'account.move.line':
            label = _("Journal item %(account)s, %(field)s", account=record.account_id.code, field=label)
        return {
            'field_name': f'{record._name}.{name}',
            'field_label': label,
            'old_value': self._format_value(record, name, record[name]),
            'new_value': self._format_value(record, name, record._guard_as_written(name, value)),
        }

    @api.model
    def _format_value(self, record, name, value):
        field = record._fields[name]
        if field.relational:
            return ', '.join(linked.display_name or '/' for linked in value) or False
        if field.type == 'monetary':
            return formatLang(self.env, value, currency_obj=record[field.get_currency_field(record)])
        if field.type == 'date':
            return format_date(self.env, value) or False
        if field.type == 'selection':
            return dict(field._description_selection(self.env)).get(value, value)
        return str(value) if value not in (False, None) else False

    @api.model
    def _get_reason(self):
        """The reason that the person gave, if any: a text to read, nothing that permits anything."""
        reason = self.env.context.get(REASON_KEY)
        return reason[:REASON_LENGTH] if isinstance(reason, str) else False
