import itertools
import json
import logging
import time
import xmlrpc.client

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import PaymentCommon
from .guard_contexts import VALUES, forged_contexts

_logger = logging.getLogger(__name__)


@tagged('post_install', '-at_install')
class TestGuardRpc(PaymentCommon, HttpCase):
    """The same doors over the wire, as a script of a user would try them, with forged contexts: none opens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.payment, cls.reconciled, cls.reset = cls.make_posted(), cls.make_reconciled(), cls.make_reset()
        cls.bill = cls.make_bill()
        cls.item = cls.payment._seek_for_lines()[1]
        cls.moves = cls.payment.move_id | cls.reconciled.move_id | cls.reset.move_id | cls.bill
        cls.password = 'guard_accountant-password'

    def calls(self):
        """(model, method, arguments) of every core case."""
        payment, item = self.payment.id, self.item.id
        entry, reconciled, reset, bill = self.moves.ids
        update = [list(Command.update(item, {'name': 'Mine'}))]
        return (
            ('account.payment', 'write', [[payment], {'ref': 'Mine'}]),
            ('account.payment', 'write', [[payment], {'amount': 5.0}]),
            ('account.payment', 'web_save', [[payment], {'date': '2024-04-01'}, {}]),
            ('account.payment', 'write', [[payment], {'line_ids': update}]),
            ('account.payment', 'write', [[payment], {'state': 'draft'}]),
            ('account.payment', 'action_draft', [[payment]]),
            ('account.payment', 'action_cancel', [[payment]]),
            ('account.payment', 'unlink', [[payment]]),
            ('account.payment', 'write', [[self.reconciled.id], {'ref': 'Mine'}]),
            ('account.payment', 'unlink', [[self.reset.id]]),
            ('account.move', 'write', [[entry], {'line_ids': update}]),
            ('account.move', 'write', [[entry], {'state': 'draft'}]),
            ('account.move', 'write', [[entry], {'payment_id': False}]),
            ('account.move', 'write', [[reset], {'posted_before': False}]),
            ('account.move', 'button_draft', [[reconciled]]),
            ('account.move', 'unlink', [[entry]]),
            ('account.move', 'unlink', [[reset]]),
            ('account.move', 'button_draft', [[bill]]),
            ('account.move', 'unlink', [[bill]]),
            ('account.move.line', 'write', [[item], {'debit': 5.0}]),
            ('account.move.line', 'unlink', [self.payment.move_id.line_ids.ids]),
            ('account.move.line', 'create', [{
                'move_id': entry, 'name': 'Mine', 'account_id': self.item.account_id.id}]),
        )

    # -- three protocols ------------------------------------------------------------------------------------------

    def json_rpc(self, model, method, arguments, context):
        """External API as JSON: the password goes with every call."""
        parameters = {'service': 'object', 'method': 'execute_kw', 'args': [
            self.env.cr.dbname, self.accountant.id, self.password, model, method, arguments, {'context': context}]}
        return self.post_json('/jsonrpc', parameters)

    def web_client(self, model, method, arguments, context):
        """What the browser sends, with the session of the user."""
        parameters = {'model': model, 'method': method, 'args': arguments, 'kwargs': {'context': context}}
        return self.post_json(f'/web/dataset/call_kw/{model}/{method}', parameters)

    def post_json(self, path, parameters):
        response = self.url_open(
            path, data=json.dumps({'jsonrpc': '2.0', 'method': 'call', 'id': 1, 'params': parameters}),
            headers={'Content-Type': 'application/json'}, timeout=30)
        return response.json().get('error')

    def xml_rpc(self, model, method, arguments, context):
        """External API as XML."""
        body = xmlrpc.client.dumps(
            (self.env.cr.dbname, self.accountant.id, self.password, model, method, arguments, {'context': context}),
            methodname='execute_kw', allow_none=True)
        response = self.url_open('/xmlrpc/2/object', data=body, headers={'Content-Type': 'text/xml'}, timeout=30)
        try:
            xmlrpc.client.loads(response.content)
        except xmlrpc.client.Fault as fault:
            return fault.faultString
        return None

    # -- tests ----------------------------------------------------------------------------------------------------

    def try_over(self, protocols, calls, contexts):
        """Number of attempts, and those that were answered without an error."""
        tried, opened = 0, []
        for protocol, call, context in itertools.product(protocols, calls, contexts):
            tried += 1
            if not protocol(*call, {'allowed_company_ids': self.company.ids, **context}):
                opened.append(f'{protocol.__name__} {call} {str(context)[-100:]}')
        return tried, opened

    @mute_logger('odoo.http', 'odoo.sql_db', 'odoo.models.unlink', 'odoo.addons.base.models.ir_rule')
    def test_forged_contexts(self):
        started, before = time.time(), self.fingerprint(self.moves)
        self.authenticate('guard_accountant', self.password)
        protocols = (self.json_rpc, self.web_client, self.xml_rpc)
        contexts = forged_contexts()
        by_key, together = contexts[:-len(VALUES)], contexts[-len(VALUES):]
        tried, opened = self.try_over(protocols, self.calls(), [{}, together[0], together[2]])
        # Every key by itself on one door, and every kind of value on some, the protocols taking turns.
        turns = itertools.cycle(protocols)
        for context, call in itertools.chain(
                itertools.product(by_key, self.calls()[:1]), itertools.product(together, self.calls()[1::4])):
            more, wrong = self.try_over([next(turns)], [call], [context])
            tried, opened = tried + more, opened + wrong
        _logger.info(
            'guard rpc: %d attempts over three protocols, %d succeeded, in %.0f s',
            tried, len(opened), time.time() - started)
        self.assertFalse(opened, '\n'.join(opened))
        self.assertEqual(self.fingerprint(self.moves), before)

    def test_the_wire_works(self):
        """The refusals above are refusals: what an accountant may do gets through on every protocol."""
        self.authenticate('guard_accountant', self.password)
        draft = self.make_payment()
        for protocol in (self.json_rpc, self.web_client, self.xml_rpc):
            name = protocol.__name__
            self.assertFalse(protocol('account.payment', 'write', [[draft.id], {'ref': name}], {}))
            self.env.invalidate_all()
            self.assertEqual(draft.ref, name)
            self.assertFalse(protocol('account.payment', 'write', [[self.payment.id], {'is_move_sent': True}], {}))

    @mute_logger('odoo.http')
    def test_messages_over_the_wire(self):
        """The refusal arrives as a message to read, not as a traceback."""
        self.authenticate('guard_accountant', self.password)
        call = self.calls()[0]
        self.assertIn('Posted payments cannot be modified', self.xml_rpc(*call, {}))
        for protocol in (self.json_rpc, self.web_client):
            error = protocol(*call, {})
            self.assertEqual(error['data']['name'], 'odoo.exceptions.UserError')
            self.assertIn('Posted payments cannot be modified', error['data']['message'])
