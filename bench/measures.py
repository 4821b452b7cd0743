"""What is measured: each function does one piece of work as a person would have it done. Runs inside Odoo."""
import contextlib

from odoo.exceptions import UserError

from bench import fixtures, screens

LIST_SIZE = 80


def create(env, found):
    count = len(found['drafts'])
    env['account.payment'].create(fixtures.payment_values(env, found['partners'], count))


def edit(env, found):
    env['account.payment'].browse(found['drafts']).write({'amount': 120.0, 'ref': 'Other memo'})


def post(env, found):
    env['account.payment'].browse(found['drafts']).action_post()


def post_approved(env, found):
    env['account.payment'].browse(found['approved']).action_post()


def register(env, found):
    context = {'active_model': 'account.move', 'active_ids': found['bills']}
    wizard = env['account.payment.register'].with_context(**context).create({'group_payment': False})
    wizard.action_create_payments()


def post_bills(env, found):
    env['account.move'].browse(found['draft_bills']).action_post()


def reconcile(env, found):
    env['account.move.line'].browse(found['items']).reconcile()


def edit_posted(env, found):
    env['account.payment'].browse(found['posted']).write({'ref': 'Corrected memo'})


def refuse(env, found):
    """With the addon this is refused before anything is written."""
    with contextlib.suppress(UserError):
        env['account.payment'].browse(found['posted']).write({'ref': 'Corrected memo'})


def form(env, found):
    env['account.payment'].browse(found['posted'][0]).web_read(found['specifications']['form'])


def view_list(env, found):
    env['account.payment'].web_search_read([('state', '=', 'posted')], found['specifications']['tree'], limit=LIST_SIZE)


# Key of the goal: function and login.
WORK = {
    'create': (create, 'bench_accountant'),
    'edit': (edit, 'bench_accountant'),
    'post': (post, 'bench_accountant'),
    'post_approved': (post_approved, 'bench_poster'),
    'register': (register, 'bench_accountant'),
    'post_bills': (post_bills, 'bench_accountant'),
    'reconcile': (reconcile, 'bench_accountant'),
    'edit_posted': (edit_posted, 'bench_manager'),
    'refuse': (refuse, 'bench_accountant'),
    'form': (form, 'bench_accountant'),
    'list': (view_list, 'bench_accountant'),
}
STEPS = (
    ('submit', 'bench_user', 'action_submit_for_review'),
    ('review', 'bench_reviewer', 'action_review_payment'),
    ('approve', 'bench_approver', 'action_approve_payment'),
    ('authorize', 'bench_authorizer', 'action_authorize_payment'),
)


def specify(env):
    """Specifications of the screens, by kind of view."""
    return {kind: screens.specification(env, 'account.payment', kind) for kind in ('form', 'tree')}


def bring_to_approved(env, found):
    """Lead payments through their chain, so that they can be posted."""
    switch(env)
    for _name, login, method in STEPS[:3]:
        getattr(env['account.payment'].with_user(found['uids'][login]).browse(found['approved']), method)()
    assert set(env['account.payment'].browse(found['approved']).mapped('approval_state')) == {'approved'}
    env['res.company'].search([]).payment_approval_outbound = False
    env.cr.commit()


def switch(env):
    """Approval on, past the log of settings: the transaction that is measured begins after this."""
    env.flush_all()
    env.cr.execute('UPDATE res_company SET payment_approval_outbound = true')
    env.invalidate_all()
