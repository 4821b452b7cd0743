"""Demo payments in every stage, brought there by the demo people through the real steps."""
from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models

MODULE = 'payment_account_enhanced'
# The payments outlive the addon, as real ones do: what bears the name of a module is deleted with it.
NAMES = '__demo__.payment_%s'
# The chain, and how far a demo payment goes in it.
CHAIN = ('submit', 'review', 'approve', 'authorize', 'post')
METHODS = {
    'submit': ('user', 'action_submit_for_review'),
    'review': ('reviewer', 'action_review_payment'),
    'approve': ('approver', 'action_approve_payment'),
    'authorize': ('authorizer', 'action_authorize_payment'),
    'post': ('poster', 'action_post_payment'),
}
# Name, last step, direction, partner, amount, foreign currency, memo. The threshold of a company is 10,000.00.
PAYMENTS = (
    ('draft', None, 'outbound', 'base.res_partner_12', 480.00, False, 'Cleaning, last month'),
    ('to_review', 'submit', 'outbound', 'base.res_partner_1', 2350.00, False, 'Shelves for the showroom'),
    ('to_review_large', 'submit', 'outbound', 'base.res_partner_2', 18400.00, False, 'Annual service contract'),
    ('to_review_receipt', 'submit', 'inbound', 'base.res_partner_3', 3275.50, False, 'Down payment'),
    ('to_approve', 'review', 'outbound', 'base.res_partner_4', 1240.00, False, 'Office supplies'),
    ('to_approve_foreign', 'review', 'outbound', 'base.res_partner_18', 3100.00, True, 'Timber, part delivery'),
    ('to_authorize', 'approve', 'outbound', 'base.res_partner_1', 10000.00, False, 'Carpentry, first instalment'),
    ('to_authorize_foreign', 'approve', 'outbound', 'base.res_partner_18', 64000.00, True, 'Timber, main delivery'),
    ('to_post', 'authorize', 'outbound', 'base.res_partner_10', 860.00, False, 'Travel'),
    ('to_post_receipt', 'review', 'inbound', 'base.res_partner_2', 5400.00, False, 'Service contract'),
    ('posted', 'post', 'outbound', 'base.res_partner_4', 7500.00, False, 'Printing'),
    ('posted_large', 'post', 'outbound', 'base.res_partner_12', 22750.00, False, 'Interior design'),
    ('posted_receipt', 'post', 'inbound', 'base.res_partner_10', 12000.00, False, 'Consulting'),
    ('rejected', 'review', 'outbound', 'base.res_partner_3', 990.00, False, 'Furniture repair'),
    ('cancelled', 'submit', 'outbound', 'base.res_partner_12', 150.00, False, 'Entered twice'),
    ('matched', 'post', 'outbound', 'base.res_partner_10', 1150.00, False, 'Rent of the warehouse'),
)


class AccountChartTemplate(models.AbstractModel):
    _inherit = 'account.chart.template'

    def _post_load_demo_data(self, company=False):
        # EXTENDS account: where the chart of accounts is loaded after this addon
        result = super()._post_load_demo_data(company)
        self.env['account.payment']._install_demo_payments()
        return result


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    @api.model
    def _install_demo_payments(self):
        """Make the demo payments of the main company, once, as soon as it has demo people and a bank journal."""
        company = self.env.ref('base.main_company')
        journal = self.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', company.id)], limit=1)
        people = {role: self.env.ref(f'{MODULE}.demo_payment_{role}', raise_if_not_found=False)
                  for role, _method in METHODS.values()}
        if not (journal and all(people.values())) or self.env.ref(NAMES % 'draft', False):
            return
        self._make_demo_bank_account()
        payments = {row[0]: self._make_demo_payment(company, journal, row) for row in PAYMENTS}
        payments['reconciled'] = self._register_demo_payment(company, journal, people['user'])
        steps = {row[0]: row[1] for row in PAYMENTS if row[1]} | {'reconciled': 'post'}
        for name, last in steps.items():
            payments[name]._take_demo_steps(people, last)
        payments['rejected'].with_user(people['approver'])._run_approval(
            'reject', 'The amount differs from the bill: 909.00 were agreed.')
        payments['cancelled'].with_user(people['user']).action_cancel()
        payments['matched']._match_demo_statement()
        self._name_demo_payments(payments)

    @api.model
    def _make_demo_bank_account(self):
        """A trusted account of a vendor. Not in XML: what is trusted cannot be written again by a second ``-i``."""
        account = self.env['res.partner.bank'].create({
            'acc_number': 'GB33BUKB20201555555555',
            'partner_id': self.env.ref('base.res_partner_1').id,
            'allow_out_payment': True,
        })
        self.env['ir.model.data']._update_xmlids([
            {'xml_id': NAMES % 'bank_account', 'record': account, 'noupdate': True},
        ])

    @api.model
    def _make_demo_payment(self, company, journal, row):
        """A draft of the Payment User, dated a few days ago, the later the line in the table the older."""
        name, _last, direction, partner, amount, foreign, memo = row
        days = [line[0] for line in PAYMENTS].index(name)
        return self.with_user(self.env.ref(f'{MODULE}.demo_payment_user')).with_company(company).create({
            'payment_type': direction,
            'partner_type': 'supplier' if direction == 'outbound' else 'customer',
            'partner_id': self.env.ref(partner).id,
            'amount': amount,
            'currency_id': (self._get_demo_currency(company) if foreign else company.currency_id).id,
            'date': fields.Date.today() - relativedelta(days=days),
            'journal_id': journal.id,
            'ref': memo,
        }).with_env(self.env)

    @api.model
    def _get_demo_currency(self, company):
        """Euro, or US dollar where the company counts in euro."""
        euro = self.env.ref('base.EUR')
        currency = self.env.ref('base.USD') if company.currency_id == euro else euro
        if not currency.active:
            currency.active = True
        return currency

    @api.model
    def _register_demo_payment(self, company, journal, user):
        """A bill, and the payment that the Payment User registered on it."""
        today = fields.Date.today()
        bill = self.env['account.move'].with_company(company).create({
            'move_type': 'in_invoice',
            'partner_id': self.env.ref('base.res_partner_1').id,
            'ref': 'WC-2041',
            'invoice_date': today - relativedelta(days=20),
            'date': today - relativedelta(days=20),
            'invoice_line_ids': [Command.create({'name': 'Oak tables', 'price_unit': 3200.0, 'tax_ids': []})],
        })
        bill.action_post()
        wizard = self.env['account.payment.register'].with_user(user).with_company(company).with_context(
            active_model='account.move', active_ids=bill.ids,
        ).create({'journal_id': journal.id, 'payment_date': today})
        return wizard._create_payments().with_env(self.env)

    def _take_demo_steps(self, people, last):
        """Lead one payment on until the step ``last`` was taken, or the nearest one before it that its chain has."""
        for step in CHAIN[:CHAIN.index(last) + 1]:
            role, method = METHODS[step]
            if self._get_transition(step):
                getattr(self.with_user(people[role]), method)()

    def _match_demo_statement(self):
        """Match with the line of a bank statement, as the bank screen does."""
        line = self.env['account.bank.statement.line'].create({
            'journal_id': self.journal_id.id,
            'date': self.date + relativedelta(days=1),
            'payment_ref': self.ref,
            'partner_id': self.partner_id.id,
            'amount': -self.amount,
        })
        outstanding = self._seek_for_lines()[0]
        if outstanding.reconciled:  # addons that match by rules have done so when the line was made
            return
        suspense = line._seek_for_lines()[1]
        suspense.account_id = outstanding.account_id
        (suspense | outstanding).reconcile()

    @api.model
    def _name_demo_payments(self, payments):
        """Give the payments external ids, and cancel the mails: the demo people have no mailbox."""
        self.env['ir.model.data']._update_xmlids([
            {'xml_id': NAMES % name, 'record': payment, 'noupdate': True}
            for name, payment in payments.items()
        ])
        self.env['mail.mail'].search([
            ('model', '=', self._name), ('res_id', 'in', [payment.id for payment in payments.values()]),
            ('state', '=', 'outgoing'),
        ]).cancel()
