"""Whether a company has the people that its payments need, and who gives the roles."""
from odoo import _, api, models
from odoo.tools.misc import formatLang

from . import payment_approval_duties as duties
from . import payment_approval_machine as machine
from .account_payment_approval import GROUP
from .posting_guard import NAMES_SHOWN
from .res_company import SWITCHES


class ResCompany(models.Model):
    _inherit = 'res.company'

    def _get_role_holders(self):
        """Who holds which payment roles in these companies, in one query.

        :return: dict of company id: dict of user id: frozenset of roles; active internal users alone
        """
        roles = {self.env['ir.model.data']._xmlid_to_res_id(GROUP % role): role for role in machine.ROLES}
        holders = {company_id: {} for company_id in self.ids}
        if not holders:
            return holders
        self.env['res.users'].flush_model(['active', 'share', 'groups_id', 'company_ids'])
        self.env.cr.execute(
            """
            SELECT member.cid, person.id, array_agg(role.gid)
              FROM res_users person
              JOIN res_company_users_rel member ON member.user_id = person.id AND member.cid IN %s
              JOIN res_groups_users_rel role ON role.uid = person.id AND role.gid IN %s
             WHERE person.active AND NOT COALESCE(person.share, FALSE)
          GROUP BY member.cid, person.id
          ORDER BY person.id
            """,
            [tuple(holders), tuple(roles)],
        )
        for company_id, uid, groups in self.env.cr.fetchall():
            holders[company_id][uid] = frozenset(roles[group] for group in groups)
        return holders

    def _get_staffing_gaps(self, settings=None):
        """The kinds of payments of this company that nobody could bring to the books.

        :param settings: record with the approval settings to judge by, where they are not saved yet
        :return: list of (payment type, whether large, row of the table at which the chain stops)
        """
        self.ensure_one()
        settings = settings or self
        holders = self._get_role_holders()[self.id]
        kinds = [
            (direction, large) for direction, switch in SWITCHES.items() if settings[switch]
            for large in (False, True) if large or settings.payment_authorization_threshold > 0
        ]
        gaps = []
        for direction, large in kinds:
            chain = duties.Chain('under_review', direction, large, settings.payment_strict_duties)
            if gap := duties.find_gap(chain, holders):
                gaps.append((direction, large, gap))
        return gaps

    def _get_staffing_warnings(self, settings=None):
        """:return: list of sentences: what nobody could do in this company, and where to change that"""
        self.ensure_one()
        settings = settings or self
        threshold = formatLang(self.env, settings.payment_authorization_threshold, currency_obj=self.currency_id)
        kinds = {
            ('outbound', False): _("vendor payments below %(threshold)s", threshold=threshold),
            ('outbound', True): _("vendor payments of %(threshold)s or more", threshold=threshold),
            ('inbound', False): _("customer receipts below %(threshold)s", threshold=threshold),
            ('inbound', True): _("customer receipts of %(threshold)s or more", threshold=threshold),
        }
        stopped = {}
        for direction, large, gap in self._get_staffing_gaps(settings):
            stopped.setdefault((gap.action, gap.roles), []).append(kinds[direction, large])
        return [
            _(
                "%(company)s: nobody is left to take the step \"%(step)s\" on %(kinds)s. %(remedy)s",
                company=self.name, step=self._get_step_label(action), kinds=_(" and ").join(names),
                remedy=self._get_staffing_remedy(roles),
            )
            for (action, roles), names in stopped.items()
        ]

    def _get_staffing_remedy(self, roles):
        """Who gives the missing role, and where."""
        names = self.env['account.payment']._get_role_names((*roles, machine.MANAGER))
        if admins := self._get_role_givers():
            return _(
                "Ask %(people)s to give one more person the role %(roles)s in Settings / Users & Companies / Users.",
                people=self._join_names(admins), roles=names,
            )
        return _("Somebody with access rights administration gives one more person the role %(roles)s in "
                 "Settings / Users & Companies / Users.", roles=names)

    def _get_role_givers(self):
        """The people who may give roles in this company."""
        self.ensure_one()
        return self.env['res.users'].sudo().search([
            ('groups_id', 'in', self.env.ref('base.group_erp_manager').id), ('company_ids', 'in', self.ids),
        ], order='id')

    @api.model
    def _join_names(self, people):
        """The names of these people in one line, the first few of them."""
        names = people.sudo().mapped('name')
        if len(names) > NAMES_SHOWN:
            names[NAMES_SHOWN:] = [_("%(count)s more", count=len(names) - NAMES_SHOWN)]
        return ', '.join(names)

    @api.model
    def _get_step_label(self, action):
        return self.env['account.payment']._get_action_label(action)
