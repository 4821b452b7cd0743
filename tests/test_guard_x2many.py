import itertools

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import NO_DELETE, PAYMENT_LOCKED, RECONCILED_LOCKED, PaymentCommon

# Where items are deleted Odoo's own check may answer first: with the same result.
REMOVING = (Command.DELETE, Command.UNLINK, Command.CLEAR, Command.SET)
CORE_REFUSALS = ("You can't delete a posted journal item", 'You cannot do this modification on a reconciled')


@tagged('post_install', '-at_install')
class TestGuardX2many(PaymentCommon):
    """Commands 0 to 6 on the items of a posted payment, from every side that has a list of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.posted = cls.make_posted()
        cls.reconciled = cls.make_reconciled()
        cls.draft_entry = cls.make_entry()

    def commands(self, payment):
        item, account = payment._seek_for_lines()[1], self.company_data['default_account_expense']
        others = self.draft_entry.line_ids[0]
        return {
            'create': Command.create({'name': 'Fee', 'account_id': account.id, 'balance': 0.0}),
            'update': Command.update(item.id, {'name': 'Another label'}),
            'delete': Command.delete(item.id),
            'unlink': Command.unlink(item.id),
            'link': Command.link(others.id),
            'clear': Command.clear(),
            'set': Command.set(others.ids),
        }

    def try_all_commands(self, opening, payment, roles):
        sides = {
            'entry.line_ids': lambda acting, command: acting.move_id.write({'line_ids': [command]}),
            'entry.invoice_line_ids': lambda acting, command: acting.move_id.write({'invoice_line_ids': [command]}),
            'payment.line_ids': lambda acting, command: acting.write({'line_ids': [command]}),
            'payment.invoice_line_ids': lambda acting, command: acting.write({'invoice_line_ids': [command]}),
            'payment form': lambda acting, command: acting.web_save({'line_ids': [command]}, {'id': {}}),
            'entry form': lambda acting, command: acting.move_id.web_save({'line_ids': [command]}, {'id': {}}),
            'entry.payment_ids': lambda acting, command: acting.move_id.write({
                'payment_ids': [Command.update(payment.id, {'line_ids': [command]})]}),
        }
        failures = []
        for (name, command), (side, act), (user, sudo) in itertools.product(
                self.commands(payment).items(), sides.items(), roles):
            try:
                openings = (opening, *CORE_REFUSALS) if command[0] in REMOVING else opening
                self.assertRefused(
                    openings, payment, act, self.acting(payment, user, sudo), command, named=openings is opening)
            except AssertionError as failure:
                failures.append(f'{name} through {side}, {user.login}{", sudo" * sudo}: {str(failure)[-200:]}')
        self.assertFalse(failures, '\n'.join(failures))

    @mute_logger('odoo.sql_db')
    def test_items_of_posted_payment(self):
        """For whoever is not a Payment Manager, none of the seven commands changes an item."""
        self.try_all_commands(PAYMENT_LOCKED, self.posted, self.everyone_else[:2])

    @mute_logger('odoo.sql_db')
    def test_items_of_reconciled_payment(self):
        """Reconciled: a Payment Manager is refused as well."""
        roles = ((self.accountant, False), (self.payment_manager, False))
        self.try_all_commands(RECONCILED_LOCKED, self.reconciled, roles)

    def test_unchanged_values_carry_no_commands_along(self):
        """A value that changes nothing is permitted, and opens nothing."""
        command = self.commands(self.posted)['update']
        for door in (
            lambda acting: acting.write({'amount': acting.amount, 'line_ids': [command]}),
            lambda acting: acting.move_id.write({'ref': acting.ref, 'line_ids': [command]}),
        ):
            self.assertRefusedToEveryoneElse(PAYMENT_LOCKED, self.posted, door)

    def tag_an_item(self):
        """An item of the posted payment, and the two tags that a Payment Manager gave it."""
        item = self.posted._seek_for_lines()[1]
        tags = self.env['account.account.tag'].create([{'name': name, 'applicability': 'taxes'} for name in 'AB'])
        item.with_user(self.payment_manager).write({'tax_tag_ids': [Command.set(tags.ids)]})
        return item, tags

    def assertTagRecordedAsGone(self):
        last = self.env['payment.override'].search([('payment_id', '=', self.posted.id)], limit=1)
        self.assertEqual((last.old_value, last.new_value), ('A, B', 'B'))

    def test_commands_on_tags(self):
        """What commands on linked records change is told from what they leave as it is."""
        item, tags = self.tag_an_item()
        item.with_user(self.accountant).write({'tax_tag_ids': [Command.link(tags[0].id)]})
        self.assertEqual(item.tax_tag_ids, tags)
        self.assertRefusedToEveryoneElse(
            PAYMENT_LOCKED, self.posted, lambda acting: item.with_env(acting.env).write(
                {'tax_tag_ids': [Command.unlink(tags[0].id)]}))
        item.with_user(self.payment_manager).write({'tax_tag_ids': [Command.unlink(tags[0].id)]})
        self.assertTagRecordedAsGone()

    def test_plain_ids_on_tags(self):
        """Ids without commands replace what is linked: what they take off is a change, too."""
        item, tags = self.tag_an_item()
        for same in (tags.ids, tuple(tags.ids), []):
            item.with_user(self.accountant).write({'tax_tag_ids': same})
        for fewer in (tags[1].ids, tuple(tags[1].ids), (), False):
            self.assertRefusedToEveryoneElse(
                PAYMENT_LOCKED, self.posted,
                lambda acting, ids=fewer: item.with_env(acting.env).write({'tax_tag_ids': ids}))
        self.assertEqual(item.tax_tag_ids, tags)
        item.with_user(self.payment_manager).write({'tax_tag_ids': tags[1].ids})
        self.assertEqual(item.tax_tag_ids, tags[1])
        self.assertTagRecordedAsGone()

    def test_two_updates_that_keep_the_balance(self):
        """Odoo reads "credit 0" on a debit item as "nothing at all": both sides emptied would still balance."""
        debit, credit = self.posted.move_id.line_ids.sorted('balance', reverse=True)
        for values_of in ((lambda name: {name: 0.0}), (lambda name: {name: 70.0})):
            for debit_field, credit_field in (('debit', 'credit'), ('credit', 'debit'), ('balance', 'balance')):
                before = self.financial_fingerprint(self.posted)
                commands = [
                    Command.update(debit.id, values_of(debit_field)),
                    Command.update(credit.id, values_of(credit_field)),
                ]
                try:
                    with self.cr.savepoint():
                        self.acting(self.posted, self.accountant).move_id.write({'line_ids': commands})
                except Exception as error:
                    self.assertIn(PAYMENT_LOCKED, str(error))
                self.assertEqual(self.financial_fingerprint(self.posted), before)

    def test_item_does_not_leave_a_posted_payment(self):
        """Another entry, new or old, takes no item of a posted payment over."""
        item = self.posted._seek_for_lines()[1]

        def into_new_entry(command):
            return lambda acting: acting.env['account.move'].create({'move_type': 'entry', 'line_ids': [command]})

        def into_old_entry(command):
            return lambda acting: self.draft_entry.with_env(acting.env).write({'line_ids': [command]})

        for command in (Command.link(item.id), Command.set(item.ids), Command.update(item.id, {'name': 'Mine'})):
            for door in (into_new_entry, into_old_entry):
                with self.subTest(command=command, door=door.__name__):
                    self.assertRefusedToEveryoneElse(PAYMENT_LOCKED, self.posted, door(command))
        self.assertRefusedToEveryoneElse(
            PAYMENT_LOCKED, self.posted,
            lambda acting: item.with_env(acting.env).write({'move_id': self.draft_entry.id}))

    def test_payment_does_not_leave_its_entry(self):
        """No entry and no statement line takes a posted payment over, changes or drops it through its list."""
        statement_line = self.make_statement_line()
        payment = self.posted
        new_entry = {'move_type': 'entry', 'journal_id': self.bank_journal.id}
        drop = (Command.delete(payment.id), Command.unlink(payment.id), Command.clear(), Command.set([]))
        for command in (Command.link(payment.id), Command.set(payment.ids)):
            for door in (
                lambda acting, command=command: acting.env['account.move'].create(
                    {**new_entry, 'payment_ids': [command]}),
                lambda acting, command=command: self.draft_entry.with_env(acting.env).write(
                    {'payment_ids': [command]}),
            ):
                self.assertRefusedToAll(PAYMENT_LOCKED, payment, door)
        for command in drop:
            with self.subTest(command=command):
                self.assertRefusedToAll(
                    (*NO_DELETE, PAYMENT_LOCKED), payment,
                    lambda acting, command=command: acting.move_id.write({'payment_ids': [command]}))
        self.assertRefused(
            PAYMENT_LOCKED, payment, statement_line.with_user(self.accountant).write,
            {'payment_ids': [Command.update(payment.id, {'amount': 1.0})]})

    def test_lists_of_other_models(self):
        """Every stored list of payments, entries or items in the installed modules leads to the same refusal."""
        targets = {
            'account.payment': (self.posted, {'payment_reference': 'Mine'}),
            'account.move': (self.posted.move_id, {'ref': 'Mine'}),
            'account.move.line': (self.posted._seek_for_lines()[1], {'name': 'Mine'}),
        }
        tried = 0
        for model in self.env.values():
            for field in model._fields.values():
                if field.type not in ('one2many', 'many2many') or not field.store or field.comodel_name not in targets:
                    continue
                parent = model.sudo().search([], limit=1)
                if not parent or model._name in targets or model._abstract:
                    continue
                target, values = targets[field.comodel_name]
                command = Command.update(target.id, values)
                with self.subTest(model=model._name, field=field.name):
                    self.assertRefused(
                        PAYMENT_LOCKED, self.posted,
                        self.acting(parent, self.accountant, sudo=True).write, {field.name: [command]})
                    tried += 1
        self.assertTrue(tried, 'No model has such a list: the test looks in the wrong place')
