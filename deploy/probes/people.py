"""Real users of each kind, as far as there are any; the others are made inside the transaction."""
from odoo import SUPERUSER_ID

GROUP = 'payment_account_enhanced.group_payment_%s'
BILLING = 'account.group_account_invoice'
ROLES = ('user', 'reviewer', 'approver', 'authorizer', 'poster', 'manager')
CANDIDATES = 20


def ordinary(env, payment):
    """Users who may edit payments in Odoo itself, and are no Payment Managers: real ones, then one that was made."""
    roles = [GROUP % role for role in ROLES]
    within = payment.company_id
    without_any = _real(env, within, (BILLING,), roles)
    found = [user for user in without_any | _real(env, within, (BILLING,), roles[-1:]) if reads(user, payment)]
    yield from found[:2]
    yield make(env, within, BILLING)


def manager(env, payment):
    """Payment Managers: real ones, then one that was made."""
    groups = (GROUP % 'manager',)
    found = [user for user in _real(env, payment.company_id, groups) if reads(user, payment)]
    yield from found[:2]
    yield make(env, payment.company_id, *groups)


def holder(env, company, role, other_than=()):
    """Somebody with one of the payment roles who is none of ``other_than``."""
    for user in _real(env, company, (GROUP % role,), (GROUP % 'manager',)):
        if user not in other_than:
            return user
    return make(env, company, GROUP % role)


def make(env, company, *groups):
    """A user that exists in this transaction alone."""
    number = env['res.users'].with_context(active_test=False).search_count([('login', '=like', 'deploy_check_%')])
    quiet = {'no_reset_password': True, 'tracking_disable': True, 'mail_create_nosubscribe': True}
    return env['res.users'].with_context(**quiet).create({
        'name': f'Deployment Check {number + 1}', 'login': f'deploy_check_{number + 1}',
        'company_id': company.id, 'company_ids': [(6, 0, company.ids)],
        'groups_id': [(6, 0, [env.ref('base.group_user').id, *(env.ref(group).id for group in groups)])],
    }).with_context(env.context)


def acting(record, user):
    """The record as that person sees it, in English: messages are compared by their openings."""
    return record.with_user(user).with_context(lang='en_US', allowed_company_ids=record.company_id.ids)


def reads(user, payment):
    """True when record rules show the payment to the user."""
    seen = acting(payment, user)
    return bool(seen.check_access_rights('read', raise_exception=False) and seen._filter_access_rules('read'))


def label(user):
    if user.id == SUPERUSER_ID:
        return 'OdooBot'
    return 'a user made for this check' if user.login.startswith('deploy_check_') else f'user {user.login}'


def _real(env, company, having, lacking=()):
    domain = [('share', '=', False), ('company_ids', 'in', company.ids)]
    domain += [('groups_id', 'in', env.ref(name).ids) for name in having]
    domain += [('groups_id', 'not in', env.ref(name).ids) for name in lacking]
    return env['res.users'].search(domain, order='id desc', limit=CANDIDATES)
