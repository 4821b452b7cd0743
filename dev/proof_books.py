"""Runs in Odoo's shell: books to be attacked, with payments in every state, and the list of all that may be called."""
import inspect
import json
import pathlib

from odoo import Command, fields
from odoo.api import Environment
from odoo.models import BaseModel, check_method_name

MODULE = 'payment_account_enhanced'
GUARDED = ('account.payment', 'account.move', 'account.move.line')
CORE = (*GUARDED, 'account.partial.reconcile', 'account.full.reconcile', 'account.bank.statement',
        'account.bank.statement.line')
# Wizards of other modules that write on any record they are told to.
WIZARDS = ('base_import.import', 'base.partner.merge.automatic.wizard', 'mail.compose.message', 'mail.wizard.invite',
           'wizard.ir.model.menu.create', 'base.module.uninstall')
PEOPLE = ('accountant', 'payment_user', 'payment_reviewer', 'payment_approver', 'payment_authorizer',
          'payment_poster')
BOOKKEEPER = 'bookkeeper'  # sets up accounts, journals, contacts and lock dates, and is no Payment Manager either
CHAIN = (('payment_user', 'action_submit_for_review'), ('payment_reviewer', 'action_review_payment'),
         ('payment_approver', 'action_approve_payment'))
POOL = 14  # ids of a model that calls name
NO_METHODS = {'env', 'ids', 'pool', 'display_name', 'id'}


def write(env: Environment, path):
    """Makes the books, commits them, and writes the catalogue of calls as JSON to ``path``."""
    env = env(context={**env.context, 'tracking_disable': True})
    _bookkeeper(env)
    payments = _payments(env)
    env.flush_all()
    pathlib.Path(path).write_text(json.dumps(_catalogue(env, payments), default=str))
    env.cr.commit()


def _bookkeeper(env):
    env['res.users'].create({
        'name': 'The Bookkeeper', 'login': BOOKKEEPER, 'password': BOOKKEEPER, 'groups_id': [Command.set([
            env.ref(name).id for name in (
                'base.group_user', 'base.group_partner_manager', 'account.group_account_manager')])]})


# -- books --------------------------------------------------------------------------------------------------------


def _payments(env):
    """All the payments of the books, the demo's included."""
    company = env.company
    company.write({'payment_approval_outbound': False, 'payment_approval_inbound': False})
    posted = _draft(env, 4) | _draft(env, 2, payment_type='inbound', partner_type='customer')
    posted.action_post()
    for bill_amount in (100.0, 100.0, 250.0):
        _match(_posted(env).move_id | _bill(env, bill_amount))
    _match_statement(_posted(env))
    _match_statement(_posted(env))
    reset, cancelled = _posted(env), _draft(env)
    reset.action_draft()
    cancelled.action_cancel()
    _draft(env, is_internal_transfer=True, partner_id=False, destination_journal_id=env['account.journal'].search([
        ('type', '=', 'cash'), ('company_id', '=', company.id)], limit=1).id).action_post()
    company.write({'payment_approval_outbound': True, 'payment_approval_inbound': True})
    _draft(env, 3)
    for steps in range(1, 1 + len(CHAIN)):
        waiting = _draft(env.user.with_user(env.ref(f'{MODULE}.demo_payment_user')).env, 2)
        for login, method in CHAIN[:steps]:
            getattr(waiting.with_user(env['res.users'].search([('login', '=', login)])), method)()
    return env['account.payment'].search([('company_id', '=', company.id)])


def _draft(env, count=1, **values):
    """Draft vendor payments of 100.00."""
    journal = env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', env.company.id)], limit=1)
    return env['account.payment'].create([{
        'payment_type': 'outbound', 'partner_type': 'supplier', 'amount': 100.0, 'journal_id': journal.id,
        'partner_id': env.ref('base.res_partner_12').id, 'ref': 'Office rent', **values} for _number in range(count)])


def _posted(env):
    payment = _draft(env)
    payment.action_post()
    return payment


def _bill(env, amount):
    bill = env['account.move'].create({
        'move_type': 'in_invoice', 'partner_id': env.ref('base.res_partner_12').id,
        'invoice_date': fields.Date.today(), 'invoice_line_ids': [
            Command.create({'name': 'Rent', 'price_unit': amount, 'tax_ids': []})]})
    bill.action_post()
    return bill


def _match(moves):
    moves.line_ids.filtered(lambda line: line.account_type == 'liability_payable').reconcile()


def _match_statement(payment):
    line = payment.env['account.bank.statement.line'].create({
        'journal_id': payment.journal_id.id, 'payment_ref': 'Transfer', 'amount': -payment.amount})
    suspense, outstanding = line._seek_for_lines()[1], payment._seek_for_lines()[0]
    suspense.account_id = outstanding.account_id
    (suspense | outstanding).reconcile()


# -- catalogue ----------------------------------------------------------------------------------------------------


def _catalogue(env, payments):
    users = env['res.users'].search([('login', 'in', [*PEOPLE, BOOKKEEPER])])
    models = {name: _model(env[name]) for name in _names(env, users)}
    relations = {field['relation'] for model in models.values() for field in model['fields'].values()} - {None}
    moves = payments.move_id | env['account.move'].search(
        [('payment_id', '=', False), ('company_id', '=', env.company.id)], limit=POOL)
    pool = {name: _pool(env, name) for name in relations.union(models)}
    pool.update({'account.payment': payments.ids, 'account.move': moves.ids, 'account.move.line': moves.line_ids.ids})
    from odoo.addons.payment_account_enhanced.tests import fingerprint, guard_contexts
    return {
        'models': models, 'pool': {name: ids for name, ids in pool.items() if ids},
        'people': {user.login: user.id for user in users}, 'context': guard_contexts.forged_keys(),
        'company': env.company.id,
        'free': {env[name]._table: sorted(env[name]._guard_free_fields() | fingerprint.ORDINARY_COLUMNS)
                 for name in GUARDED},
    }


def _names(env, users):
    """Our models, and those that somebody among these users may write to and that lead to a payment."""
    for name, model in sorted(env.items()):
        module = model._original_module or ''
        wizard = name in WIZARDS or (model._transient and module.startswith('account'))
        if not model._abstract and (module == MODULE or (
                (name in CORE or wizard or _leads_to_payments(model)) and _somebody_writes(env[name], users))):
            yield name


def _somebody_writes(model, users):
    return any(model.with_user(user).check_access_rights(right, raise_exception=False)
               for user in users for right in ('write', 'create'))


def _leads_to_payments(model):
    return bool(set(model._inherits).intersection(GUARDED)) or any(
        field.type in ('one2many', 'many2many') and field.comodel_name in GUARDED
        for field in model._fields.values())


def _model(model):
    return {
        'transient': model._transient,
        'fields': {name: _field(model, field) for name, field in model._fields.items()},
        'methods': {name: _method(model, name) for name in dir(type(model)) if _is_public(model, name)},
    }


def _field(model, field):
    selection = field.type == 'selection' and [key for key, _label in field._description_selection(model.env)]
    return {'type': field.type, 'relation': field.comodel_name, 'selection': selection or None,
            'store': bool(field.store)}


def _is_public(model, name):
    try:
        check_method_name(name)
    except Exception:  # what Odoo refuses to call is no door
        return False
    return name not in NO_METHODS and name not in model._fields and callable(getattr(type(model), name, None))


def _method(model, name):
    function = getattr(type(model), name)
    try:
        names = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        names = []
    kind = getattr(function, '_api', None) or 'multi'
    wanted = [one.name for one in names[1:] if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    return {'kind': kind, 'parameters': wanted, 'generic': hasattr(BaseModel, name),
            'required': sum(one.default is one.empty for one in names[1:] if one.name in wanted)}


def _pool(env, name):
    model = env[name].sudo().with_context(active_test=False)
    if model._abstract or not model._auto:
        return []
    domain = [('company_id', 'in', (False, env.company.id))] if 'company_id' in model._fields \
        and model._fields['company_id'].store else []
    return model.search(domain, limit=POOL, order='id').ids

