"""A database with mail alone before us: no website, no demo data, no chart of accounts."""
from dev.coexist_flows.book import Book, equal, refused, stages


def nothing_else_was_installed(env):
    """The addon brings `account` with what that needs, and what Odoo itself adds to it, and nothing else: no website,
    no demo data, no people."""
    modules = env['ir.module.module'].search([('state', '=', 'installed')])
    wanted = modules.filtered(lambda module: module.name == 'account' or module.auto_install)
    needed = wanted | wanted.upstream_dependencies(exclude_states=('uninstallable',))
    equal((modules - needed).mapped('name'), ['payment_account_enhanced'])
    owners = env['ir.model.data'].search([
        ('module', '=', 'payment_account_enhanced'), ('model', 'in', ('res.users', 'account.payment'))])
    equal(owners.mapped('name'), [], 'demo data')


def company_without_chart_of_accounts(env):
    """In a company without chart of accounts all screens open, the settings are saved, and Odoo refuses the first
    payment for want of a journal; nothing of ours stands in the way of loading a chart later."""
    company = env['res.company'].create({'name': 'No Chart'})
    env.user.company_ids += company
    env = env(context={**env.context, 'allowed_company_ids': company.ids})
    settings = env['res.config.settings'].create({'payment_authorization_threshold': 500.0})
    settings.execute()
    equal(company.payment_authorization_threshold, 500.0)
    for model, views in (('account.payment', ('tree', 'form', 'kanban', 'search')),
                         ('payment.approval.history', ('tree', 'search')), ('payment.override', ('tree', 'form'))):
        env[model].get_views([(False, view) for view in views])
        env[model].search([])
    equal(bool(company._get_staffing_warnings()), True, 'warnings')
    refused(_FirstPayment(env, company).create)


def chain_without_demo_people(env):
    """With a chart of accounts and people who were given the roles, payments go through the chain, small and large."""
    company = env['res.company'].create({'name': 'With Chart', 'country_id': env.ref('base.us').id})
    env.user.company_ids += company
    env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
    book = Book(env, company)
    for role in ('user', 'reviewer', 'approver', 'authorizer', 'poster', 'manager', 'accountant'):
        book.person(role)
    bill = book.document()
    payment = book.register(bill, 'accountant')
    stages(payment, 'under_review')
    book.bring(payment)
    equal(bill.payment_state in ('paid', 'in_payment'), True, 'paid')
    stages(book.bring(book.payment(20000.0, 'inbound')), 'posted')
    html, _kind = env['ir.actions.report']._render_qweb_html(
        'payment_account_enhanced.action_report_payment_voucher', payment.ids)
    assert payment.voucher_number.encode() in html


class _FirstPayment:
    """The first payment of a company, as ``refused`` calls it."""

    def __init__(self, env, company):
        self.env = env
        self.company = company

    def create(self):
        self.env['account.payment'].create({'amount': 10.0, 'company_id': self.company.id})
