"""Who may do what from now on: nobody edits a payment that they could not edit before, and every change is named."""
import logging

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from .keep import kept, listed, shown
from .names import GROUPS, MODULE

_logger = logging.getLogger(__name__)

RULE = 'payment_rule_taken_over'
LIMITED = tuple(name for name in GROUPS if name != 'group_payment_manager')


def limit_editing(cr):
    """Payments that are drafts or cancelled now and were in another stage before: the old record rules let people with
    the old roles edit only receipts and their own ones among them. One rule keeps that, where the old ones were.
    """
    payments, rules = kept(cr, 'account_payment'), kept(cr, 'rule')
    if payments is None or rules is None:
        return
    ids = listed(cr, SQL(
        """
        SELECT payment.id FROM account_payment payment JOIN %s old ON old.id = payment.id
         WHERE payment.approval_state IN ('draft', 'cancelled') AND old.approval_state IS DISTINCT FROM 'draft'
           AND payment.payment_type = 'outbound' ORDER BY payment.id
        """, payments))
    if ids:
        env = api.Environment(cr, SUPERUSER_ID, {})
        domain = f"['|', '|', ('create_uid', '=', user.id), ('payment_type', '=', 'inbound'), ('id', 'not in', {ids})]"
        _make_rule(env, RULE, "Payments taken over: edited by whom could edit them before", LIMITED, domain)
        _make_rule(env, f'{RULE}_manager', "Payments taken over: Payment Managers edit all",
                   ('group_payment_manager',), "[(1, '=', 1)]")
        env.flush_all()
        _logger.info("%s payments are drafts or cancelled now and were in another stage before: the record rule "
                     "%s.%s keeps people with payment roles from editing those that they could not edit before",
                     len(ids), MODULE, RULE)


def _make_rule(env, name, label, groups, domain):
    rule = env['ir.rule'].create({
        'name': label,
        'model_id': env['ir.model']._get_id('account.payment'),
        'domain_force': domain,
        'groups': [(4, env.ref(f'{MODULE}.{group}').id) for group in groups],
        'perm_read': False, 'perm_create': False, 'perm_unlink': False,
    })
    env['ir.model.data']._update_xmlids([{'xml_id': f'{MODULE}.{name}', 'record': rule, 'noupdate': True}])


def report_settings(cr):
    """What the operator has to decide: thresholds are no old values, for the old setting was never read."""
    cr.execute("""
        SELECT company.name, currency.name, company.payment_authorization_threshold
          FROM res_company company JOIN res_currency currency ON currency.id = company.currency_id ORDER BY company.id
    """)
    for company, currency, threshold in cr.fetchall():
        _logger.info("check: authorization threshold of %s: %s %s now; it was 10000 AED, converted to %s, whatever the "
                     "old setting said", company, threshold, currency, currency)


def report_rights(cr):
    """Name the people whose rights change, right by right."""
    for name in GROUPS:
        _logger.info("%s stays with: %s", name, shown(listed(cr, _members(f'{MODULE}.{name}'))))
    _report_memberships(cr)
    managers = set(listed(cr, _members(f'{MODULE}.group_payment_manager')))
    roles = [login for login in listed(cr, _members(*(f'{MODULE}.{name}' for name in GROUPS))) if login not in managers]
    billing = listed(cr, _members('account.group_account_invoice'))
    _logger.info("loses: editing and resetting posted payments, resetting and cancelling posted entries, which only "
                 "Payment Managers do now: %s", shown(login for login in billing if login not in managers))
    _logger.info("loses: editing payments between submission and posting, which stand still for everyone: %s",
                 shown(billing))
    _logger.info("sees more: all payments of their companies, where record rules showed a part: %s", shown(roles))
    _logger.info("gains: approving and posting the payments of others below the threshold, as Payment Reviewers: %s",
                 shown(listed(cr, _members(f'{MODULE}.group_payment_reviewer'))))


def _report_memberships(cr):
    table = kept(cr, 'membership')
    if table is None:
        return
    now = SQL("SELECT member.uid, member.gid FROM res_groups_users_rel member")
    cr.execute(SQL(
        "SELECT old.name, array_agg(old.login ORDER BY old.login) FROM %s old WHERE (old.uid, old.gid) NOT IN (%s) "
        "GROUP BY old.name ORDER BY old.name", table, now))
    for name, logins in cr.fetchall():
        _logger.info("loses: the group %s: %s", name, shown(logins))
    cr.execute(SQL(
        """
        SELECT data.module || '.' || data.name, array_agg(users.login ORDER BY users.login)
          FROM res_groups_users_rel member JOIN res_users users ON users.id = member.uid AND users.id != 1
          JOIN ir_model_data data ON data.model = 'res.groups' AND data.res_id = member.gid
         WHERE data.module IN ('account', %s) AND (member.uid, member.gid) NOT IN (SELECT uid, gid FROM %s)
      GROUP BY 1 ORDER BY 1
        """, MODULE, table))
    for name, logins in cr.fetchall():
        _logger.info("gains: the group %s: %s", name, shown(logins))


def _members(*names):
    return SQL(
        """
        SELECT DISTINCT users.login FROM res_groups_users_rel member
          JOIN res_users users ON users.id = member.uid AND users.active AND users.id != 1
          JOIN ir_model_data data ON data.model = 'res.groups' AND data.res_id = member.gid
         WHERE data.module || '.' || data.name IN %s ORDER BY users.login
        """, names)
