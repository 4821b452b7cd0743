from lxml import etree

from odoo.tests import TransactionCase, tagged

from ..models.posting_guard import GUARDED
from .invariants_common import ADDON, own_models


@tagged('post_install', '-at_install')
class TestInvariants(TransactionCase):
    """What must be true of every model and view of the addon, those of tomorrow included."""

    def own_fields(self):
        for model in self.env.values():
            for field in model._fields.values():
                if ADDON in (field._modules or ()) and field.store:
                    yield model, field

    def test_models_have_access_rights(self):
        models = [model for model in own_models(self.env) if not model._abstract]
        self.assertTrue(models, 'No model found: the test looks in the wrong place')
        for model in models:
            rights = self.env['ir.model.access'].search([('model_id.model', '=', model._name)])
            self.assertTrue(rights, f'{model._name} has no access rights')
            self.assertTrue(all(rights.mapped('group_id')), f'{model._name}: rights without a group are for everybody')

    def test_models_and_fields_are_described(self):
        for model in own_models(self.env):
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
