from odoo import SUPERUSER_ID, Command
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..models.ir_module_module import MODULE
from .approval_common import ApprovalCommon


@tagged('post_install', '-at_install')
class TestUninstall(TransactionCase):
    """Uninstalling takes the guards away: who may ask for it. dev/removal.py does it, over RPC and in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.module = cls.env['ir.module.module'].search([('name', '=', MODULE)])
        cls.manager = cls.env.ref(f'{MODULE}.group_payment_manager')
        cls.admin = new_test_user(cls.env, 'plain_administrator', groups='base.group_system')

    def test_administrator_without_the_role_is_refused(self):
        module = self.module.with_user(self.admin)
        for remove in (
            module.button_uninstall, module.module_uninstall, module.sudo().button_uninstall,
            lambda: module.write({'state': 'to remove'}), lambda: module.write({'state': 'uninstalled'}),
            self.env.ref('base.module_account').with_user(self.admin).button_uninstall,
        ):
            with self.subTest(remove=remove), self.assertRaisesRegex(UserError, "takes a Payment Manager who is admin"):
                remove()
        self.assertEqual(self.module.state, 'installed')

    def test_refusal_names_who_may(self):
        able = new_test_user(self.env, 'able', name='Able Person', groups='base.group_system')
        able.groups_id |= self.manager
        self.manager.users = [Command.set(able.ids)]
        with self.assertRaisesRegex(UserError, "Who may do it: Able Person"):
            self.module.with_user(self.admin).button_uninstall()
        self.manager.users = [Command.clear()]
        with self.assertRaisesRegex(UserError, "Who may do it: nobody at present"):
            self.module.with_user(self.admin).button_uninstall()

    def test_manager_who_is_administrator_may(self):
        self.admin.groups_id |= self.manager
        self.module.with_user(self.admin).button_uninstall()
        self.assertEqual(self.module.state, 'to remove')

    def test_other_modules_and_other_changes_are_free(self):
        other = self.env['ir.module.module'].search([('state', '=', 'uninstalled')], limit=1)
        other.with_user(self.admin).state = 'uninstallable'
        self.module.with_user(self.admin).state = 'to upgrade'
        self.assertEqual(self.module.state, 'to upgrade')
        self.assertTrue(other.browse().with_user(self.admin).module_uninstall(), 'Nothing of ours, nothing to ask')

    def test_dialog_offers_the_records(self):
        wizards = self.env['base.module.uninstall'].create([
            {'module_id': self.module.id}, {'module_id': self.env.ref('base.module_account').id},
            {'module_id': self.env.ref('base.module_base_import').id}])
        self.assertEqual(wizards.mapped('removes_payment_records'), [True, True, False])


@tagged('post_install', '-at_install')
class TestUninstallKey(ApprovalCommon):
    """While Odoo removes an addon, OdooBot may delete what the guards keep; the same key from others opens nothing."""

    def test_the_key_counts_for_odoobot_alone(self):
        payment = self.bring_to(self.new_payment(), 'posted')
        entry = payment.move_id
        kept = (payment.approval_history_ids, entry.line_ids, payment, entry)
        key = {MODULE_UNINSTALL_FLAG: True, 'force_delete': True}
        for records in kept:
            for acting in (self.as_person(records, 'poster'), self.as_person(records, 'poster').sudo()):
                with self.subTest(records=records, su=acting.env.su), self.assertRaises(UserError):
                    acting.with_context(**key).unlink()
        bot = self.env(user=SUPERUSER_ID, context=key)
        for records in kept:
            records.with_env(bot).exists().unlink()
        self.assertFalse(payment.exists() or entry.exists())
