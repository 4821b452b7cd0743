import ast
import pathlib
from unittest.mock import patch

from lxml import etree

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged

from ..models.posting_guard import GUARDED

ADDON = 'payment_account_enhanced'
ROOT = pathlib.Path(get_module_path(ADDON))
RELATIONAL = ('many2one', 'one2many', 'many2many')
# What the web client adds to every model: who wrote it and when, chatter and activities of mail.
TECHNICAL = {'id', 'create_uid', 'write_uid', 'create_date', 'write_date'}
APART = {'state'}  # a change of state is judged by itself, whichever field comes with it
# What protected fields follow, by decision.
FOLLOWED = {
    # judged by the guard itself
    'account.move.state', 'account.payment.state', 'account.partial.reconcile.debit_move_id',
    'account.partial.reconcile.credit_move_id', 'account.payment.method.line.payment_method_id',
    # which bank statement a line belongs to: its own entry's items say so, no payment's
    'account.bank.statement.line.statement_id',
    # the books' own frame, kept by Odoo's roles: accounts, taxes, the company's currency
    'account.account.account_type', 'account.account.code', 'account.account.root_id', 'account.tax.company_id',
    'account.tax.country_id', 'account.tax.tax_group_id', 'account.tax.repartition.line.tax_id',
    'res.company.currency_id',
    # a refund is told which payment it pays back after both are posted
    'payment.transaction.payment_id', 'payment.transaction.source_transaction_id',
}
# Computed, and yet no proposals: they follow from protected values alone, whenever they are computed.
DERIVED = {
    'account.payment': set(),
    'account.move': {'always_tax_exigible', 'auto_post_until', 'is_storno', 'name', 'payment_reference'},
    'account.move.line': {
        'account_id', 'amount_currency', 'balance', 'credit', 'currency_id', 'debit', 'display_type', 'name',
        'partner_id', 'price_unit', 'product_uom_id', 'quantity', 'tax_ids', 'tax_tag_invert'},
}
CHATTER = ('mail.', 'rating.', 'ir.attachment')


def addon_files(*folders):
    return [file for folder in folders for file in sorted((ROOT / folder).rglob('*.py'))]


def calls(tree, name):
    """Calls of a function or method of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if getattr(function, 'attr', getattr(function, 'id', None)) == name:
                yield node
# Keys that say what is on the screen, and change only what is shown.
SHOWING_KEYS = {'active_ids', 'active_id', 'active_model', 'lang', 'payment_approval_board'}


@tagged('post_install', '-at_install')
class TestInvariants(TransactionCase):
    """What must be true of every model, view and message of the addon, those of tomorrow included."""

    def own_models(self):
        return [model for model in self.env.values() if model._original_module == ADDON]

    def own_fields(self):
        for model in self.env.values():
            for field in model._fields.values():
                if ADDON in (field._modules or ()) and field.store:
                    yield model, field

    # -- models ---------------------------------------------------------------------------------------------------

    def test_models_have_access_rights(self):
        models = [model for model in self.own_models() if not model._abstract]
        self.assertTrue(models, 'No model found: the test looks in the wrong place')
        for model in models:
            rights = self.env['ir.model.access'].search([('model_id.model', '=', model._name)])
            self.assertTrue(rights, f'{model._name} has no access rights')
            self.assertTrue(all(rights.mapped('group_id')), f'{model._name}: rights without a group are for everybody')

    def test_models_and_fields_are_described(self):
        for model in self.own_models():
            self.assertNotEqual(model._description, model._name, 'A model needs a description')

    def test_own_fields_are_not_copied(self):
        """What was said about one payment is not said about its duplicate."""
        copied = [
            f'{model._name}.{field.name}' for model, field in self.own_fields()
            if model._name in GUARDED and field.copy and field.name in model._fields
            and not field.related and self.is_original(model, field)
        ]
        self.assertFalse(copied, 'These need copy=False: ' + ', '.join(copied))

    def is_original(self, model, field):
        """Whether the field is new with the addon, not one of Odoo that it extends."""
        self.env.cr.execute('''
            SELECT count(*) FILTER (WHERE module != %s) FROM ir_model_data
             WHERE model = 'ir.model.fields' AND name = %s''', [
            ADDON, f'field_{model._name.replace(".", "_")}__{field.name}'])
        return not self.env.cr.fetchone()[0]

    def test_fields_are_protected_or_free(self):
        """Every stored field of a payment, its entry and its items is in a tier, by decision."""
        undecided = []
        for name in GUARDED:
            model = self.env[name]
            protected, free = model._guard_protected_fields(), model._guard_free_fields()
            # The approval has a lock of its own, and rows of an append-only model stay by themselves.
            approval = model._get_approval_fields() if name == 'account.payment' else ()
            both = protected & free
            self.assertFalse(both, f'{name}: protected and free at once')
            for field in model._fields.values():
                if not field.store or field.name in TECHNICAL.union(APART, protected, free, approval):
                    continue
                if field.type == 'one2many' and self.is_append_only(field.comodel_name):
                    continue
                if field.type not in RELATIONAL or not field.comodel_name.startswith(CHATTER):
                    undecided.append(f'{name}.{field.name}')
        self.assertFalse(undecided, 'Neither protected nor free: ' + ', '.join(undecided))

    def is_append_only(self, name):
        return isinstance(self.env[name], self.env.registry['payment.append.only'])

    def test_content_is_protected(self):
        """What the design calls the content of a payment is in the protected tier, whatever hooks take off."""
        content = {
            'account.payment': {
                'amount', 'date', 'partner_id', 'journal_id', 'currency_id', 'payment_type', 'payment_method_line_id',
                'destination_account_id', 'outstanding_account_id', 'partner_bank_id', 'ref', 'company_id', 'move_id'},
            'account.move': {
                'date', 'partner_id', 'journal_id', 'currency_id', 'partner_bank_id', 'ref', 'name', 'company_id'},
            'account.move.line': {
                'account_id', 'balance', 'debit', 'credit', 'amount_currency', 'currency_id', 'partner_id', 'name',
                'move_id', 'date', 'parent_state'},
        }
        for name, fields in content.items():
            model = self.env[name]
            self.assertLessEqual(fields, model._guard_protected_fields(), name)
            self.env.registry.clear_cache()
            forged = model.with_context(hash_version=1)  # the fields of an entry's hash are fewer then
            names = model._guard_protected_fields() | model._guard_source_names()
            self.assertEqual(forged._guard_protected_names(), names, name)

    def test_content_is_protected_whatever_odoo_hashes_and_locks(self):
        """A localization may make Odoo's own lists shorter: what is ours to protect does not depend on them."""
        for name, fields in {
            'account.move': {'name', 'date', 'journal_id', 'company_id'},
            'account.move.line': {'name', 'date', 'debit', 'credit', 'journal_id'},
        }.items():
            model = self.env[name]
            with patch.object(type(model), '_get_integrity_hash_fields', lambda model: []), \
                    patch.object(type(self.env['account.move.line']), '_get_lock_date_protected_fields',
                                 lambda model: {}):
                self.assertLessEqual(fields, model._guard_protected_fields(), name)

    def test_what_protected_fields_follow_from(self):
        """Who writes what a protected field is computed from, changes that field: it is protected, or told here."""
        guarded = {name: self.env[name]._guard_protected_names() for name in GUARDED}
        stored = {self.env[name]._fields[field] for name in GUARDED for field in guarded[name]
                  if self.env[name]._fields[field].store}
        sources = {
            f'{model._name}.{name}' for model in self.env.values() for name, field in model._fields.items()
            if not model._abstract and not model._transient and name not in guarded.get(model._name, ())
            and not stored.isdisjoint(self.env.registry.get_dependent_fields(field))
        }
        self.assertFalse(sources - FOLLOWED)

    def test_proposals_are_kept_or_derived(self):
        """Every protected field that Odoo computes and people may write is kept on a locked payment, or derived."""
        for name, derived in DERIVED.items():
            model = self.env[name]
            editable = {field for field in model._guard_protected_names()
                        if model._fields[field].store and model._fields[field].compute
                        and not model._fields[field].readonly}
            self.assertFalse(editable - model._guard_proposed_names() - derived, name)

    # -- views ----------------------------------------------------------------------------------------------------

    def test_buttons_call_public_methods(self):
        """A button of ours calls a method that exists and that a client may call."""
        data = self.env['ir.model.data'].search([('module', '=', ADDON), ('model', '=', 'ir.ui.view')])
        views, buttons = self.env['ir.ui.view'].browse(data.mapped('res_id')), 0
        self.assertTrue(views)
        for view in views.filtered('model'):
            for button in etree.fromstring(view.arch_db.encode()).iter('button'):
                if button.get('type') == 'object' and button.get('name'):
                    buttons += 1
                    name = button.get('name')
                    self.assertFalse(name.startswith('_'), f'{view.name}: {name} is private')
                    self.assertTrue(
                        callable(getattr(self.env[view.model], name, None)), f'{view.name}: no method {name}')
        self.assertTrue(buttons, 'No button found: the test looks in the wrong place')

    # -- source ---------------------------------------------------------------------------------------------------

    def test_no_permission_from_the_context(self):
        """Guards read the context to find their own object in it, compared with ``is``, and for nothing else.

        An object of a class of ours is as good: ``type(...) is``, no client can send one. A key that only carries a
        text, such as the reason of a reset, goes through ``isinstance(..., str)``; the stage that a person saw, which
        can only stop a step, through ``isinstance(..., list)``; the uninstall key counts for OdooBot alone and stands
        beside SUPERUSER_ID.
        """
        wrong = []
        for file in addon_files('models', 'wizards'):
            tree = ast.parse(file.read_text(encoding='utf-8'))
            parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
            for node in ast.walk(tree):
                if self.reads_context(node) and not self.is_harmless(node, parents):
                    wrong.append(f'{file.name}:{node.lineno}: {ast.unparse(parents[node])[:80]}')
        self.assertFalse(wrong, 'The context decides here:\n' + '\n'.join(wrong))

    def reads_context(self, node):
        value = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == 'get':
            value = node.func.value
        elif isinstance(node, ast.Subscript):
            value = node.value
        return isinstance(value, ast.Attribute) and value.attr in ('context', '_context')

    def is_harmless(self, node, parents):
        key = node.args[0].value if isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant) else None
        if key in SHOWING_KEYS:
            return True
        parent = parents[node]
        if isinstance(parent, ast.UnaryOp):
            parent = parents[parent]
        if isinstance(parent, ast.Compare):
            return all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in parent.ops)
        if isinstance(parent, ast.BoolOp):
            return 'SUPERUSER_ID' in ast.unparse(parent)
        if isinstance(parent, ast.Assign):
            name, function = parent.targets[0].id, parent
            while not isinstance(function, ast.FunctionDef):
                function = parents[function]
            source = ast.unparse(function)
            return any(text in source for text in (
                f'isinstance({name}, str)', f'isinstance({name}, list)', f'type({name}) is '))
        return False

    def test_no_permission_from_superuser_mode(self):
        """``env.su`` and ``env.is_superuser()`` say nothing about the person: nobody is judged by them."""
        wrong = []
        for file in addon_files('models', 'wizards'):
            for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
                if isinstance(node, ast.Attribute) and node.attr in ('su', 'is_superuser', 'is_admin', 'is_system'):
                    wrong.append(f'{file.name}:{node.lineno}: {ast.unparse(node)}')
        self.assertFalse(wrong, '\n'.join(wrong))

    def test_messages_use_named_placeholders(self):
        """A translator may turn a sentence around: placeholders have names, and texts are not glued together."""
        wrong = []
        for file in addon_files('models', 'wizards', 'report'):
            for node in calls(ast.parse(file.read_text(encoding='utf-8')), '_'):
                text = node.args[0] if node.args else None
                literal = isinstance(text, ast.Constant) and isinstance(text.value, str)
                if not literal or len(node.args) > 1 or self.unnamed(text.value):
                    wrong.append(f'{file.name}:{node.lineno}: {ast.unparse(node)[:80]}')
        self.assertFalse(wrong, '\n'.join(wrong))

    def unnamed(self, text):
        marks = text.replace('%%', '').split('%')[1:]
        return any(not mark.startswith('(') for mark in marks) or '{' in text
