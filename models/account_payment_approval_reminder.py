"""The daily reminder: one mail for each person, with all the payments that have waited too long for that person."""
from collections import defaultdict

from odoo import _, api, models
from odoo.tools.misc import format_datetime, formatLang

DIGEST = 'payment_account_enhanced.payment_reminder_digest'
PAYMENTS_SHOWN = 30


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    @api.model
    def _cron_remind_approval(self):
        """Remind people of payments that wait in one stage for longer than the reminder days of their company.

        It writes mails and nothing else: no activity, no message on the payments, no stage.

        :return: the mails
        """
        late = self.sudo().search(self._get_late_domain(), order='approval_stage_date, id')
        by_person = defaultdict(self.sudo().browse)
        for payment, people in late._get_next_people().items():
            for uid in self._filter_addressed(people):
                by_person[uid] |= payment
        users = self.env['res.users'].sudo().browse(by_person).filtered('email')
        return self.env['mail.mail'].sudo().create([
            by_person[user.id].with_context(lang=user.lang, tz=user.tz)._get_reminder_mail(user) for user in users
        ])

    def _get_reminder_mail(self, user):
        company = user.company_id
        left_out = len(self) - PAYMENTS_SHOWN
        return {
            'subject': self._get_reminder_subject(),
            'body_html': self.env['ir.qweb']._render(DIGEST, {
                'user': user,
                'lines': [payment._get_reminder_line() for payment in self[:PAYMENTS_SHOWN]],
                'more': left_out > 0 and _("and %(count)s more", count=left_out),
            }, minimal_qcontext=True),
            'email_from': company.email_formatted or self.env.user.email_formatted,
            'recipient_ids': [(4, user.partner_id.id)],
            'auto_delete': True,
        }

    def _get_reminder_subject(self):
        if len(self) == 1:
            return _("1 payment waits for you")
        return _("%(count)s payments wait for you", count=len(self))

    def _get_reminder_line(self):
        labels = dict(self._fields['approval_state']._description_selection(self.env))
        return {
            'url': f'{self.get_base_url()}/mail/view?model={self._name}&res_id={self.id}',
            'name': self._get_approval_name(),
            'partner': self.partner_id.display_name or '',
            'amount': formatLang(self.env, self.amount, currency_obj=self.currency_id),
            'stage': labels[self.approval_state],
            'since': format_datetime(self.env, self.approval_stage_date, dt_format='short'),
        }
