"""What the measures work on, made by stock Odoo before the database is copied. Runs inside Odoo."""
from odoo import Command

WHOLE = {'payments': 200, 'bills': 100, 'items': 1000, 'stage': 500}
SMALL = {'payments': 12, 'bills': 6, 'items': 24, 'stage': 30}
ACCOUNTANT = ('account.group_account_manager', 'account.group_account_user')
# Login: the role that the addon gives this person, if any. In stock Odoo all are accountants.
PEOPLE = {
    'bench_accountant': '', 'bench_manager': 'manager', 'bench_user': 'user', 'bench_reviewer': 'reviewer',
    'bench_approver': 'approver', 'bench_authorizer': 'authorizer', 'bench_poster': 'poster',
}
LARGE = 20000.0  # above the threshold from which payments need an authorization
PARTNERS = 20
DAY, DAY_BEFORE = '2024-05-02', '2024-05-01'


def make(env, sizes):
    """:return: dict of name: ids, the same in every copy of the database"""
    groups = [env.ref(name).id for name in ACCOUNTANT]
    people = env['res.users'].with_context(no_reset_password=True).create([
        {'name': login, 'login': login, 'groups_id': [Command.link(group) for group in groups]} for login in PEOPLE])
    partners = env['res.partner'].create([{'name': f'Vendor {number}'} for number in range(PARTNERS)])
    found = {
        'drafts': _payments(env, partners, sizes['payments']),
        'posted': _payments(env, partners, sizes['payments']),
        'approved': _payments(env, partners, sizes['payments']),
        'stage': _payments(env, partners, sizes['stage'], amount=LARGE),
        'bills': _bills(env, partners, sizes['bills'], date=DAY_BEFORE),
        'draft_bills': _bills(env, partners, sizes['bills']),
    }
    # For the next number Odoo reads the latest bill: one, so that it is the same each time.
    (found['posted'].move_id | found['bills'] | _bills(env, partners, 1)).action_post()
    found['items'] = _open_items(env, sizes['items'])
    env.cr.commit()
    return {'uids': dict(zip(PEOPLE, people.ids)), 'partners': partners.ids,
            **{name: records.ids for name, records in found.items()}}


def give_roles(env):
    """Where the addon is installed: each person's role, and approval off."""
    for login, role in PEOPLE.items():
        if role:
            env['res.users'].search([('login', '=', login)]).groups_id += env.ref(
                f'payment_account_enhanced.group_payment_{role}')
    env['res.company'].search([]).write({'payment_approval_outbound': False, 'payment_approval_inbound': False})
    env.cr.commit()


def payment_values(env, partner_ids, count, amount=100.0):
    """Values of vendor payments, dealt out among the partners."""
    journal = env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', env.company.id)], limit=1)
    return [{
        'payment_type': 'outbound', 'partner_type': 'supplier', 'amount': amount, 'journal_id': journal.id,
        'partner_id': partner_ids[number % len(partner_ids)], 'ref': 'Office rent',
    } for number in range(count)]


def _payments(env, partners, count, **values):
    return env['account.payment'].create(payment_values(env, partners.ids, count, **values))


def _bills(env, partners, count, date=DAY):
    return env['account.move'].create([
        _document('in_invoice', partners[number % PARTNERS], date=date) for number in range(count)])


def _document(kind, partner, amount=100.0, date=DAY):
    return {'move_type': kind, 'partner_id': partner.id, 'invoice_date': date, 'date': date,
            'invoice_line_ids': [Command.create({'name': 'Work', 'price_unit': amount, 'tax_ids': []})]}


def _open_items(env, count):
    """Items of one customer that can be matched: half of them of invoices, half of receipts."""
    partner = env['res.partner'].create({'name': 'The Customer'})
    invoices = env['account.move'].create([_document('out_invoice', partner) for _number in range(count // 2)])
    receipts = env['account.payment'].create([
        {**values, 'payment_type': 'inbound', 'partner_type': 'customer'}
        for values in payment_values(env, partner.ids, count // 2)])
    moves = invoices | receipts.move_id
    moves.action_post()
    return moves.line_ids.filtered(lambda line: line.account_id.account_type == 'asset_receivable')
