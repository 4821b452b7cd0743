"""The book the stories are told in: the company of the demo data, its people, and a few ordinary documents."""
import traceback

from odoo import Command, fields
from odoo.exceptions import UserError

STEPS = (
    ('draft', 'user', 'action_submit_for_review'), ('under_review', 'reviewer', 'action_review_payment'),
    ('for_approval', 'approver', 'action_approve_payment'),
    ('for_authorization', 'authorizer', 'action_authorize_payment'), ('approved', 'poster', 'action_post_payment'),
)


class Book:
    """What stories need of a company; ``env`` is OdooBot's."""

    def __init__(self, env, company=None):
        self.company = company or env.company
        self.env = env(context=dict(env.context, allowed_company_ids=self.company.ids, tracking_disable=False))
        assert self.company.payment_approval_outbound and self.company.payment_approval_inbound, 'approval is off'
        self.bank = self.journal('bank')
        self.cash = self.journal('cash')

    def journal(self, kind):
        return self.env['account.journal'].search(
            [('type', '=', kind), ('company_id', '=', self.company.id)], limit=1)

    def person(self, role):
        """One of the people, each with one role alone; 'accountant' has none. They come with the demo data, and are
        made where there are none."""
        login = 'accountant' if role == 'accountant' else f'payment_{role}'
        person = self.env['res.users'].search([('login', '=', login)])
        return person or self.env['res.users'].create({
            'name': login, 'login': login, 'email': f'{login}@example.com',
            'company_id': self.company.id, 'company_ids': [Command.set(self.company.ids)],
            'groups_id': [Command.set([self.env.ref(name).id for name in (
                'base.group_user', 'account.group_account_user' if role == 'accountant'
                else f'payment_account_enhanced.group_payment_{role}')])]})

    def partner(self, name='A Partner', **values):
        return self.env['res.partner'].create({'name': name, **values})

    def document(self, move_type='in_invoice', amount=100.0, partner=None, post=True, **values):
        """An invoice or bill without taxes, posted."""
        today = fields.Date.today()
        move = self.env['account.move'].create({
            'move_type': move_type, 'partner_id': (partner or self.partner()).id, 'date': today, 'invoice_date': today,
            'invoice_line_ids': [Command.create({'name': 'Work', 'price_unit': amount, 'tax_ids': []})], **values})
        if post:
            move.action_post()
        return move

    def payment(self, amount=100.0, payment_type='outbound', **values):
        """A draft payment by bank to a vendor or from a customer."""
        return self.env['account.payment'].with_user(self.person('user')).create({
            'payment_type': payment_type, 'partner_type': 'supplier' if payment_type == 'outbound' else 'customer',
            'partner_id': self.partner().id, 'amount': amount, 'journal_id': self.bank.id, **values}).with_env(self.env)

    def register(self, moves, person='user', **values):
        """The payments that Register Payment makes for these documents."""
        before = self.env['account.payment'].search([])
        self.env['account.payment.register'].with_user(self.person(person)).with_context(
            active_model='account.move', active_ids=moves.ids).create(values).action_create_payments()
        return self.env['account.payment'].search([]) - before

    def bring(self, payments, until='posted'):
        """Takes payments through the chain, another person at each step, until all are in this stage."""
        for stage, role, method in STEPS:
            waiting = payments.filtered(lambda payment: payment.approval_state == stage)  # noqa: B023
            if stage == until or not waiting:
                continue
            getattr(waiting.with_user(self.person(role)), method)()
        stages(payments, until)
        return payments


def stages(payments, stage):
    """Asserts the stage of all these payments, of which there is at least one."""
    found = payments.mapped('approval_state')
    assert found and set(found) == {stage}, f'{payments}: {found}, not {stage}'


def equal(found, wanted, what=''):
    assert found == wanted, f'{what} {found!r}, not {wanted!r}'


def refused(function, *words):
    """Asserts that a call is refused with a message that has all these words; nothing of it stays. Returns the text."""
    env = function.__self__.env
    try:
        with env.cr.savepoint():
            function()
            env.flush_all()
    except UserError as error:
        text = str(error)
        missing = [word for word in words if word not in text]
        assert not missing, f'refused, but without the words {missing}: {text}'
        return text
    finally:
        env.invalidate_all()
    raise AssertionError(f'{function.__name__} was not refused')


def tell(env, flow):
    """Tells every story of a flow, each for itself, and says how it ended. What they did stays in the database."""
    for name, story in list(vars(flow).items()):
        if name.startswith('_') or getattr(story, '__module__', None) != flow.__name__ or isinstance(story, type):
            continue
        try:
            with env.cr.savepoint():
                story(env)
                env.flush_all()
            print(f'STORY {name}: done', flush=True)
        except Exception as error:
            env.invalidate_all()
            print(f'STORY {name}: {type(error).__name__}: {" / ".join(str(error).split(chr(10)))}', flush=True)
            traceback.print_exc()
    env.cr.commit()
