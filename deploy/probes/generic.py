"""What every release must do, whatever the module: code loaded, its views and those of payments render, menus load."""
from deploy.probes import people
from deploy.probes.sandbox import attempt
from deploy.probes.verdict import ok, stop, warning, words

TYPES = ('form', 'tree', 'search', 'kanban', 'pivot', 'graph', 'calendar', 'activity')
LOOK = 'read the log of this check; then deploy a release that repairs it'


def findings(env, module):
    """The module's code, its views, the views of payments, and the menus as several people see them."""
    yield _loaded(env, module)
    yield _module_views(env, module)
    readers = list(_readers(env))
    if 'account.payment' in env:
        yield from (_payment_views(env, user) for user in readers)
    yield from (_menus(env, user) for user in readers)


def _loaded(env, module):
    subject = f'code of {module}'
    if module in env.registry._init_modules:
        return ok(subject, 'loaded')
    return stop(subject, f'Odoo did not load {module}: nothing that it guards is guarded, though the login page works',
                f'the folder must be named {module} and lie in a folder of addons_path; read the log of this check')


def _readers(env):
    """OdooBot, and one internal user: a real one with accounting rights where there is one."""
    yield env.user
    group = env.ref(people.BILLING, raise_if_not_found=False) or env.ref('base.group_user')
    yield env['res.users'].search([('groups_id', 'in', group.ids), ('share', '=', False)], order='id desc',
                                  limit=1) or env.ref('base.user_admin')


def _module_views(env, module):
    """Every view that the module brought, rendered as part of the view that it belongs to."""
    owned = env['ir.model.data'].search([('module', '=', module), ('model', '=', 'ir.ui.view')])
    views = env['ir.ui.view'].with_context(active_test=False).browse(owned.mapped('res_id')).exists()
    wrong, seen = [], 0
    for root in {_root(view) for view in views if view.active and view.model in env and view.type in TYPES}:
        seen += 1
        _result, error = attempt(env, lambda root=root: env[root.model].get_view(root.id, root.type))
        if error:
            wrong.append(f'{root.xml_id or root.name}: {words(error)}')
    subject = f'views of {module}'
    if wrong:
        return stop(subject, f'{len(wrong)} of {seen} do not render: {"; ".join(wrong[:3])}', LOOK)
    return ok(subject, f'{seen} render')


def _root(view):
    while view.inherit_id and view.mode == 'extension':
        view = view.inherit_id
    return view


def _payment_views(env, user):
    """List, form and search of payments, with the fields that they ask for, on a payment when there is one."""
    payments = env['account.payment'].with_user(user)
    subject = f'views of payments as {people.label(user)}'

    def look():
        answer = payments.get_views([(False, kind) for kind in ('list', 'form', 'search', 'kanban')])
        newest = payments.search([], order='id desc', limit=1)
        newest.read([name for name in answer['models']['account.payment'] if newest._fields[name].type != 'binary'])
        return len(answer['views']), newest.display_name

    if not payments.check_access_rights('read', raise_exception=False):
        return warning(subject, 'this user may not read payments: not looked at')
    result, error = attempt(env, look)
    if error:
        return stop(subject, words(error), LOOK)
    return ok(subject, f'{result[0]} render; read on {result[1] or "no payment (there is none)"}')


def _menus(env, user):
    subject = f'menus as {people.label(user)}'
    result, error = attempt(env, lambda: env['ir.ui.menu'].with_user(user).load_menus(False))
    if error or not result['root']['children']:
        return stop(subject, words(error) if error else 'none', LOOK)
    return ok(subject, f'{len(result) - 1} load')
