import logging

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PaymentCommon
from .guard_contexts import VALUES, forged_contexts, forged_keys

_logger = logging.getLogger(__name__)


@tagged('post_install', '-at_install')
class TestGuardContexts(PaymentCommon):
    """Context comes from the client in every call: no key and no value in it opens anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payments = {'posted': cls.make_posted(), 'reconciled': cls.make_reconciled(), 'reset': cls.make_reset()}
        cls.bill, cls.entry = cls.make_bill(), cls.make_entry(post=True)
        cls.records = (
            cls.payments['posted'].move_id | cls.payments['reconciled'].move_id | cls.payments['reset'].move_id
            | cls.bill | cls.entry)

    def attempts(self):
        """Functions of an environment; all of them must fail for whoever is not a Payment Manager."""
        posted, reconciled, reset = self.payments.values()
        item = posted._seek_for_lines()[1]
        update = Command.update(item.id, {'name': 'Mine'})
        return {
            'memo': lambda env: posted.with_env(env).write({'ref': 'Mine'}),
            'amount': lambda env: posted.with_env(env).write({'amount': 5.0}),
            'entry': lambda env: posted.move_id.with_env(env).write({'date': '2024-04-01'}),
            'item': lambda env: item.with_env(env).write({'name': 'Mine'}),
            'item list': lambda env: posted.move_id.with_env(env).write({'line_ids': [update]}),
            'all items': lambda env: posted.move_id.line_ids.with_env(env).unlink(),
            'reset': lambda env: posted.with_env(env).action_draft(),
            'cancel': lambda env: posted.with_env(env).action_cancel(),
            'state': lambda env: posted.move_id.with_env(env).write({'state': 'draft'}),
            'delete': lambda env: posted.with_env(env).unlink(),
            'delete entry': lambda env: posted.move_id.with_env(env).unlink(),
            'reconciled': lambda env: reconciled.with_env(env).write({'ref': 'Mine'}),
            'reset reconciled': lambda env: reconciled.move_id.with_env(env).button_draft(),
            'delete once posted': lambda env: reset.with_env(env).unlink(),
            'delete entry once posted': lambda env: reset.move_id.with_env(env).unlink(),
            'reset bill': lambda env: self.bill.with_env(env).button_draft(),
            'delete bill': lambda env: self.bill.with_env(env).unlink(),
            'delete misc entry': lambda env: self.entry.with_env(env).unlink(),
        }

    def try_contexts(self, contexts, attempts, user):
        tried, opened, before = 0, [], self.fingerprint(self.records)
        env = self.env(user=user, su=False)
        for context in contexts:
            context = {'allowed_company_ids': self.company.ids, **context}
            for name, attempt in attempts.items():
                tried += 1
                self.cr.execute('SAVEPOINT guard_contexts')
                try:
                    attempt(env(context=context))
                    self.env.flush_all()
                    opened.append(f'{name} with {str(context)[-150:]}')
                except (UserError, ValueError, TypeError, AttributeError, KeyError, NotImplementedError):  # pylint: disable=except-pass
                    pass
                finally:
                    self.env.clear()
                    self.cr.execute('ROLLBACK TO SAVEPOINT guard_contexts')
                    self.cr.execute('RELEASE SAVEPOINT guard_contexts')
        self.assertEqual(self.fingerprint(self.records), before)
        return tried, opened

    @mute_logger('odoo.sql_db', 'odoo.models.unlink')
    def test_every_key_by_itself(self):
        """Every key that is read anywhere in Odoo's accounting, in the framework or in this addon."""
        attempts = self.attempts()
        some = {name: attempts[name] for name in ('memo', 'item', 'all items', 'state', 'delete entry')}
        tried, opened = self.try_contexts(forged_contexts(values=()), some, self.accountant)
        _logger.info('guard contexts: %d keys, %d attempts, %d succeeded', len(forged_keys()), tried, len(opened))
        self.assertFalse(opened, '\n'.join(opened))

    @mute_logger('odoo.sql_db', 'odoo.models.unlink')
    def test_every_door_with_all_keys(self):
        """All keys together, with every kind of value that travels over RPC, on every door."""
        for user in (self.accountant, self.bookkeeper):
            contexts = forged_contexts()[-len(VALUES):]
            tried, opened = self.try_contexts(contexts, self.attempts(), user)
            _logger.info('guard contexts: all keys together, %d attempts, %d succeeded', tried, len(opened))
            self.assertFalse(opened, '\n'.join(opened))

    def test_ordinary_work_under_the_same_contexts(self):
        """The refusals are refusals: under the same contexts a draft is edited and posted."""
        for context in forged_contexts()[-len(VALUES):]:
            # A list or a dictionary is no key of Odoo's cache: its own name fields stop there, before any guard.
            context = {key: value for key, value in context.items() if isinstance(value, (bool, int, str))}
            draft = self.acting(self.make_payment(), self.accountant).with_context(**context)
            draft.write({'ref': 'Other memo', 'amount': 5.0})
            draft.action_post()
            self.assertRecordValues(draft, [{'state': 'posted', 'ref': 'Other memo', 'amount': 5.0}])

    def test_keys_are_found(self):
        """The search sees the keys it is meant to see, in Odoo and here."""
        for key in ('force_delete', 'dynamic_unlink', 'skip_account_move_synchronization', 'tracking_disable',
                    'check_move_validity', 'install_mode', '_force_unlink', 'payment_guard_pass'):
            self.assertIn(key, forged_keys())
