"""Why somebody may not take a step of approval: the sentence that views show and the server refuses with."""
from odoo import _, api, models
from odoo.tools.misc import formatLang

from . import payment_approval_duties as duties
from . import payment_approval_machine as machine


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def _get_why_not(self, action, actor):
        """Why ``actor`` may not take ``action`` on this payment now.

        :return: a sentence for the person that says what is in the way and what removes it; False where nothing is
        """
        if action == 'submit' and self.approval_state == 'draft' and not self.is_approval_required:
            return _("Payments of this kind need no approval in %(company)s. Confirm the payment instead.",
                     company=self.company_id.sudo().name)
        if action == 'post' and self.approval_state == 'draft' and not self.is_approval_required:
            return False
        transition = self._get_transition(action)
        if not transition or transition.roles == (machine.ORIGIN,):
            return self._get_why_not_stage(action)
        roles = actor.roles | ({machine.SUBMITTER} if actor.uid == self._get_submitter().id else set())
        if not machine.role_used(transition, roles):
            return self._get_why_not_role(transition)
        return self._get_why_not_duties(transition, actor)

    def _get_why_not_stage(self, action):
        labels = dict(self._fields['approval_state']._description_selection(self.env))
        if self.approval_state == 'draft' and action != 'submit':
            return _("It has not been submitted yet. Submit it for review first.")
        if self.approval_state == 'under_review' and self.approval_returned:
            return _("It went back to review. %(reason)s", reason=self.approval_history_ids.sorted('id')[-1:].comments)
        return _(
            "Its stage is \"%(stage)s\"; this step is for payments in \"%(stages)s\".",
            stage=labels[self.approval_state],
            stages='", "'.join(labels[state] for state in machine.sources_of(action)),
        )

    def _get_why_not_role(self, transition):
        if machine.SUBMITTER in transition.roles:
            return _("Only %(person)s, who submitted it, can recall it.", person=self._get_submitter().sudo().name)
        return _(
            "This step is for people with the role %(roles)s. Roles are given in Settings / Users.",
            roles=self._get_role_names((*transition.roles, machine.MANAGER)),
        )

    @api.model
    def _get_role_names(self, roles):
        labels = dict(self.env['payment.approval.history']._fields['role']._description_selection(self.env))
        return _(" or ").join(labels[role] for role in roles)

    def _get_why_not_duties(self, transition, actor):
        """Separation of duties: who took an earlier step may be kept from this one."""
        if transition.action not in ('review', 'approve', 'authorize', 'post'):
            return False
        breach = duties.find_breach(transition, actor.uid, actor.roles, self._get_chain())
        return bool(breach) and self._describe_breach(breach)

    def _describe_breach(self, breach):
        company = self.company_id.sudo()
        if breach == duties.IS_SUBMITTER:
            return _("You submitted it: somebody else must take this step.")
        if breach == duties.STRICT:
            return _("You took an earlier step on this payment, and %(company)s asks that nobody acts twice on one "
                     "payment: somebody else must take this step.", company=company.name)
        return _(
            "You took an earlier step on this payment, and from %(threshold)s on nobody acts twice: "
            "somebody else must take this step.",
            threshold=formatLang(self.env, company.payment_authorization_threshold, currency_obj=company.currency_id),
        )
