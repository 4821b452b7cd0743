"""People find their work: to-dos for those who can act next, a line in the chatter, a word to a rejected submitter."""
from collections import defaultdict

from markupsafe import Markup, escape

from odoo import _, api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from . import payment_approval_duties as duties

TODO = 'payment_account_enhanced.mail_activity_payment_approval'
RETURNED = 'payment_account_enhanced.mail_activity_payment_returned'
SUBTYPE = 'payment_account_enhanced.mt_payment_%s'
REJECTION = 'payment_account_enhanced.mail_template_payment_rejected'
MAIL_FIELDS = (
    'auto_delete', 'body_html', 'email_from', 'mail_server_id', 'model', 'reply_to', 'res_id', 'subject',
)

# How many people get a to-do for one payment. Where more could act, payments are dealt out among them in turn.
PEOPLE_TOLD = 10
QUIET_KEY, QUIET = 'payment_approval_todo', object()
SUBTYPE_KEY = 'payment_approval_subtype'


class StageSubtype(int):
    """Id of the subtype that a line of the approval carries from the start. A client can send numbers, but never one
    of this class."""


class MailActivity(models.Model):
    _inherit = 'mail.activity'

    # Given at creation the name is inserted with the row; computed afterwards it would be one update for each row.
    res_name = fields.Char(readonly=False)

    def _delete_todos(self, domain):
        """Delete activities that belong to nothing but their record, in one query, and tell the people's screens.

        ``unlink`` does the same in a dozen queries and empties the cache of everything that was read before.
        """
        self.flush_model()
        self.env.cr.execute(SQL(
            """
            DELETE FROM mail_activity activity
                  USING res_users person
                  WHERE person.id = activity.user_id AND activity.id IN %s
              RETURNING person.partner_id
            """,
            self._search(domain, order='id').subselect(),
        ))
        partners = self.env['res.partner'].browse({partner_id for (partner_id,) in self.env.cr.fetchall()})
        self.invalidate_model()
        self.env['bus.bus']._sendmany([
            [partner, 'mail.activity/updated', {'activity_deleted': True}] for partner in partners])


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        # EXTENDS mail: a to-do of the approval makes nobody a follower of the payment
        if self.env.context.get(QUIET_KEY) is QUIET:
            return True
        return super().message_subscribe(partner_ids, subtype_ids)

    def _message_create(self, values_list):
        # EXTENDS mail
        subtype = self.env.context.get(SUBTYPE_KEY)
        if type(subtype) is StageSubtype:
            values_list = [{**values, 'subtype_id': int(subtype)} for values in values_list]
        return super()._message_create(values_list)

    def _after_transition(self, action, comment):
        # EXTENDS payment_account_enhanced
        super()._after_transition(action, comment)
        payments = self.sudo()
        payments._log_transition(action, comment)
        payments._close_approval_todos()
        payments._open_approval_todos()
        if action == 'reject':
            payments._tell_rejected(comment)

    # ------------------------------------------------------------------
    # To-dos
    # ------------------------------------------------------------------

    def _close_approval_todos(self):
        """One acted: the to-dos of all the others are done with, too. What was done is in the history."""
        find = self.env['ir.model.data']._xmlid_to_res_id
        types = [find(name, raise_if_not_found=False) for name in (TODO, RETURNED)]
        self.env['mail.activity'].sudo()._delete_todos([
            ('res_model', '=', self._name), ('res_id', 'in', self.ids), ('activity_type_id', 'in', types),
        ])
        self.modified(['activity_ids'])

    def _open_approval_todos(self):
        """A to-do for everybody who can take the next step; Payment Managers only where there is nobody else."""
        people = self._get_next_people()
        self._create_todos(TODO, [
            (payment, uid, _get_step(payment))
            for payment, roles in people.items()
            for uid in _deal_out(payment.id, payment._filter_addressed(roles))
        ])

    def _create_todos(self, activity_type, todos, note=False):
        """Create activities in one go, quietly: no mail, no follower.

        :param todos: list of (payment, user id, name of the step that the person is asked for)
        """
        type_id = self.env['ir.model.data']._xmlid_to_res_id(activity_type, raise_if_not_found=False)
        if not (type_id and todos):
            return
        model_id = self.env['ir.model']._get_id(self._name)
        today = fields.Date.context_today(self)
        summaries = self._get_todo_summaries(todos)
        self.env['mail.activity'].sudo().with_context(mail_activity_quick_update=True, **{QUIET_KEY: QUIET}).create([{
            'activity_type_id': type_id,
            'automated': True,
            'date_deadline': today,
            'note': note and escape(note),
            'res_id': payment.id,
            'res_model_id': model_id,
            'res_name': payment.display_name,
            'summary': summaries[payment, uid],
            'user_id': uid,
        } for payment, uid, _step in todos])

    @api.model
    def _get_todo_summaries(self, todos):
        """:return: dict of (payment, user id): what to do on it, in the language of that person"""
        users = self.env['res.users'].sudo().browse({uid for _payment, uid, _step in todos})
        langs = {user.id: user.lang for user in users}
        texts = {}
        summaries = {}
        for payment, uid, step in todos:
            key = (payment, langs[uid], step)
            if key not in texts:
                texts[key] = payment.with_context(lang=langs[uid])._get_todo_summary(step)
            summaries[payment, uid] = texts[key]
        return summaries

    def _get_todo_summary(self, step):
        amount = formatLang(self.env, self.amount, currency_obj=self.currency_id)
        label = _("Rejected") if step == 'reject' else self._get_action_label(step)
        return ' '.join(filter(None, (f'{label}:', amount, self.partner_id.name)))

    # ------------------------------------------------------------------
    # Chatter
    # ------------------------------------------------------------------

    def _log_transition(self, action, comment):
        """One line for each payment. Who follows the stage by choice is notified; by default nobody is."""
        find = self.env['ir.model.data']._xmlid_to_res_id
        note = find('mail.mt_note')
        for state, group in self.grouped('approval_state').items():
            body = self._get_transition_body(action, state, comment)
            subtype = StageSubtype(find(SUBTYPE % state, raise_if_not_found=False) or note)
            messages = group.with_context(**{SUBTYPE_KEY: subtype})._message_log_batch(dict.fromkeys(group.ids, body))
            group._notify_stage_followers(messages, subtype)

    def _get_transition_body(self, action, state, comment):
        labels = dict(self._fields['approval_state']._description_selection(self.env))
        line = Markup('%s → <b>%s</b>') % (self._get_action_label(action), labels[state])
        return line + Markup('<br/>%s') % comment if comment else line

    def _notify_stage_followers(self, messages, subtype_id):
        """Notify those who chose to follow this stage; they are few, and the others cost nothing."""
        groups = self.env['mail.followers'].sudo()._read_group(
            [('res_model', '=', self._name), ('res_id', 'in', self.ids), ('subtype_ids', 'in', subtype_id)], ['res_id'])
        followed = {res_id for [res_id] in groups}
        for payment, message in zip(self, messages):
            if payment.id in followed:
                payment._notify_thread(message)

    # ------------------------------------------------------------------
    # Rejection
    # ------------------------------------------------------------------

    def _tell_rejected(self, reason):
        """A to-do and a mail with the reason for everybody whose payments somebody else rejected."""
        by_submitter = defaultdict(self.browse)
        for payment, user in self._get_last_submitters().items():
            if user.active and not user.share and user.id != self.env.uid:
                by_submitter[user] |= payment
        self._create_todos(RETURNED, [
            (payment, user.id, 'reject') for user, payments in by_submitter.items() for payment in payments
        ], reason)
        template = self.env.ref(REJECTION, raise_if_not_found=False)
        for user, payments in by_submitter.items() if template else ():
            payments._mail_rejection(template.sudo().with_context(lang=user.lang), user)

    def _mail_rejection(self, template, user):
        """One mail for each payment, into the queue. (The oldest builds of Odoo 17 have no batch of their own.)"""
        rendered = template._generate_template(self.ids, MAIL_FIELDS)
        self.env['mail.mail'].sudo().create([{
            **values, 'body': values['body_html'], 'recipient_ids': [fields.Command.link(user.partner_id.id)],
        } for values in rendered.values()])

    def _get_last_submitters(self):
        """Who submitted these payments last, from the history: the payment itself forgets it on the way to draft."""
        rows = self.env['payment.approval.history'].sudo().search([
            ('payment_id', 'in', self.ids), ('action_type', '=', 'submit'),
        ], order='id')
        return {row.payment_id: row.user_id for row in rows}


def _get_step(payment):
    return duties.FORWARD[payment.approval_state]


def _deal_out(number, people):
    """All of these people; where they are too many, as many as are told, another group from number to number."""
    if len(people) <= PEOPLE_TOLD:
        return people
    start = number % len(people)
    return [*people[start:], *people[:start]][:PEOPLE_TOLD]
