import ast
import contextlib
import inspect
import re

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.models import check_method_name
from odoo.tests import tagged
from odoo.tests.common import new_test_user
from odoo.tools import mute_logger

from .common import PaymentCommon
from .invariants_common import ADDON, addon_files, calls, own_models

OURS = f'odoo.addons.{ADDON}.'
REFUSALS = ('UserError', 'ValidationError', 'AccessError', 'RedirectWarning')


@tagged('post_install', '-at_install')
class TestInvariantsDoors(PaymentCommon):
    """What a client may call, and who may: for every public method, button and model of the addon."""

    def buttons(self):
        """(model, method) of the buttons and server actions of our views and data."""
        data = self.env['ir.model.data'].search([('module', '=', ADDON)])
        views = self.env['ir.ui.view'].browse(data.filtered(lambda row: row.model == 'ir.ui.view').mapped('res_id'))
        for view in views.filtered('model'):
            for node in etree.fromstring(view.arch_db.encode()).iter('button', 'a'):
                if (node.get('type') or node.get('data-type')) == 'object':
                    yield view.model, node.get('name') or node.get('data-name')
        actions = self.env['ir.actions.server'].browse(
            data.filtered(lambda row: row.model == 'ir.actions.server').mapped('res_id'))
        for action in actions:
            for name in re.findall(r'records?\.(\w+)\(', action.code or ''):
                yield action.model_id.model, name

    # -- public methods -------------------------------------------------------------------------------------------

    def test_public_methods_are_meant(self):
        """A client can call every public method: ours extend one of Odoo or stand behind a button."""
        buttons, wrong, seen = set(self.buttons()), [], 0
        for model in self.env.values():
            classes = inspect.getmro(type(model))
            for owner in classes:
                if not owner.__module__.startswith(OURS):
                    continue
                for name in [name for name, value in vars(owner).items() if inspect.isfunction(value)]:
                    if not self.is_callable(name):
                        continue
                    seen += 1
                    extends = any(name in vars(other) for other in classes if not other.__module__.startswith(OURS)
                                  and other.__module__.startswith('odoo.'))
                    if not extends and (model._name, name) not in buttons:
                        wrong.append(f'{owner.__module__}.{name} of {model._name}')
        self.assertGreater(seen, 10, 'The test looks in the wrong place')
        self.assertFalse(wrong, 'Public, and behind no button: ' + ', '.join(sorted(set(wrong))))

    def is_callable(self, name):
        try:
            check_method_name(name)
        except AccessError:
            return False
        return True

    @mute_logger('odoo.addons.base.models.ir_model', 'odoo.addons.base.models.ir_rule')
    def test_buttons_ask_for_a_right(self):
        """An employee without any role presses each button of ours, as a client can: refused, or a window opens whose
        records the employee may not read; nothing changes."""
        employee = new_test_user(self.env, 'invariants_employee', groups='base.group_user', company_id=self.company.id)
        payment = self.make_posted()
        draft = self.make_payment()
        before = self.fingerprint(payment | draft)
        buttons = sorted({(model, name) for model, name in self.buttons() if not name.isdigit() and '%' not in name})
        self.assertGreater(len(buttons), 8)
        for model, name in buttons:
            for record in self.records_for(model, payment, draft):
                self.env.invalidate_all()
                with self.subTest(button=f'{model}.{name}', record=record), self.refused_or_opened() as answer:
                    answer.update(getattr(record.with_user(employee).with_company(self.company), name)() or {})
        self.env.invalidate_all()
        self.assertEqual(self.fingerprint(payment | draft), before)

    @contextlib.contextmanager
    def refused_or_opened(self):
        answer = {}
        with contextlib.suppress(UserError):
            yield answer
            self.assertEqual(answer.get('type'), 'ir.actions.act_window', 'Answered like somebody who may')
            self.assertFalse(answer.get('domain'), 'Says which records there are')

    def records_for(self, model, payment, draft):
        known = {'account.payment': [payment, draft], 'account.move': [payment.move_id, draft.move_id]}
        if model in known:
            return known[model]
        if self.env[model]._transient:
            return [self.env[model].sudo().create({
                name: 'x' for name, field in self.env[model]._fields.items()
                if field.required and field.type in ('char', 'text')})]
        return [self.env[model].sudo().search([], limit=1)]

    # -- models ---------------------------------------------------------------------------------------------------

    def test_records_nobody_edits_grant_reading_alone(self):
        """Access rights of append-only models give nobody more than reading: not even the first refusal is needed."""
        append_only = self.env.registry['payment.append.only']
        names = [name for name, model in self.env.items() if isinstance(model, append_only) and not model._abstract]
        self.assertGreater(len(names), 2)
        rights = self.env['ir.model.access'].search([('model_id.model', 'in', names)])
        more = rights.filtered(lambda right: right.perm_write or right.perm_create or right.perm_unlink)
        self.assertFalse(more.mapped('name'))

    def test_companies_are_kept_apart(self):
        """Every stored record of ours that belongs to a company has a rule for it."""
        found = 0
        for model in own_models(self.env):
            if model._abstract or model._transient or 'company_id' not in model._fields:
                continue
            found += 1
            rules = self.env['ir.rule'].search([('model_id.model', '=', model._name), ('groups', '=', False)])
            self.assertTrue(any('company_ids' in (rule.domain_force or '') for rule in rules), model._name)
        self.assertTrue(found)

    # -- source ---------------------------------------------------------------------------------------------------

    def test_refusals_are_translated(self):
        """What a refusal says goes through ``_()``, or comes from what went through it already."""
        wrong = []
        for file in addon_files('models', 'wizards', 'report', 'controllers'):
            tree = ast.parse(file.read_text(encoding='utf-8'))
            for name in REFUSALS:
                for node in calls(tree, name):
                    literals = [part for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)
                                and isinstance(part.value, str) and ' ' in part.value]
                    inside = {part for call in calls(node, '_') for part in ast.walk(call)}
                    wrong += [f'{file.name}:{part.lineno}: {part.value[:60]}' for part in literals
                              if part not in inside]
        self.assertFalse(wrong, '\n'.join(wrong))
