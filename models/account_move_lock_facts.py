"""What screens say about the lock of a posted entry, read in one query for banner and buttons alike."""
from odoo import api, fields, models
from odoo.tools import SQL

from .posting_guard import MANAGER_GROUP, NAMES_SHOWN


class AccountMove(models.Model):
    _inherit = 'account.move'

    # Of posted entries: 'matched', whether any item is matched, even partly; 'managers', the names of the Payment
    # Managers of the company in brackets, after a blank; 'person' and 'date', who posted it and when.
    payment_lock_facts = fields.Json(compute='_compute_payment_lock_facts', groups=fields.NO_ACCESS)

    @api.depends('state', 'line_ids.matched_debit_ids', 'line_ids.matched_credit_ids')
    def _compute_payment_lock_facts(self):
        posted = self._origin.filtered(lambda move: move.state == 'posted')
        facts = posted._read_lock_facts()
        for move in self:
            move.payment_lock_facts = facts.get(move._origin.id, False)

    def _read_lock_facts(self):
        """:return: dict of id of entry: facts. Who posted is told by the last change of the state in the chatter:
            unknown for entries that were imported, and for those that were created and posted at once
        """
        if not self:
            return {}
        self._flush_matched()
        self.env['res.partner'].flush_model(['name'])
        find = self.env['ir.model.data']._xmlid_to_res_id
        self.env.cr.execute(SQL(
            """
            SELECT entry.id, %s AS matched, posting.person, posting.date, managers.names
              FROM account_move entry
 LEFT JOIN LATERAL (%s) posting ON TRUE
 LEFT JOIN LATERAL (%s) managers ON TRUE
             WHERE entry.id IN %s
            """,
            self._get_matched_sql(), self._get_posting_sql(), self._get_managers_sql(find(MANAGER_GROUP)),
            tuple(self.ids),
        ))
        return {entry_id: {
            'matched': matched,
            'person': person,
            'date': person and fields.Datetime.to_string(date),
            'managers': names and f' ({", ".join(names)})' or '',
        } for entry_id, matched, person, date, names in self.env.cr.fetchall()}

    @api.model
    def _flush_matched(self):
        """Write what :meth:`_get_matched_sql` reads."""
        self.env['account.partial.reconcile'].flush_model(['debit_move_id', 'credit_move_id'])
        self.env['account.move.line'].flush_model(['move_id'])

    @api.model
    def _get_matched_sql(self):
        """Whether an item of ``entry`` is matched, even partly."""
        return SQL("""EXISTS (
            SELECT FROM account_move_line item
             WHERE item.move_id = entry.id
               AND (EXISTS (SELECT FROM account_partial_reconcile WHERE debit_move_id = item.id)
                 OR EXISTS (SELECT FROM account_partial_reconcile WHERE credit_move_id = item.id)))""")

    @api.model
    def _get_posting_sql(self):
        return SQL(
            """
            SELECT author.name AS person, message.date
              FROM mail_message message
              JOIN mail_tracking_value tracked ON tracked.mail_message_id = message.id AND tracked.field_id = %s
         LEFT JOIN res_partner author ON author.id = message.author_id
             WHERE message.model = 'account.move' AND message.res_id = entry.id
          ORDER BY tracked.id DESC
             LIMIT 1
            """, self.env['ir.model.fields']._get('account.move', 'state').id)

    @api.model
    def _get_managers_sql(self, group_id):
        return SQL(
            """
            SELECT (array_agg(partner.name ORDER BY partner.name, person.login))[:%s] AS names
              FROM res_groups_users_rel member
              JOIN res_users person ON person.id = member.uid AND person.active AND person.share IS NOT TRUE
              JOIN res_company_users_rel company ON company.user_id = person.id AND company.cid = entry.company_id
              JOIN res_partner partner ON partner.id = person.partner_id
             WHERE member.gid = %s
            """, NAMES_SHOWN, group_id)
