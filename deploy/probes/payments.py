"""Payments to check on: real ones, as far as there are any; the others are made inside the transaction."""
RECENT = """
    SELECT p.id, EXISTS (SELECT FROM account_move_line l
                           JOIN account_partial_reconcile r ON l.id IN (r.debit_move_id, r.credit_move_id)
                          WHERE l.move_id = m.id)
      FROM account_payment p JOIN account_move m ON m.id = p.move_id
     WHERE m.state = 'posted' ORDER BY p.id DESC LIMIT 200
"""
DISTRIBUTION = """
    SELECT coalesce(p.approval_state, ''), count(*)
      FROM account_payment p JOIN account_move m ON m.id = p.move_id
     WHERE m.date >= current_date - 90 GROUP BY 1 ORDER BY 1
"""


def company(env):
    """A company that has a bank journal: that of the newest payment, else the first one; empty when there is none."""
    newest = env['account.payment'].search([('journal_id.type', 'in', ('bank', 'cash'))], order='id desc', limit=1)
    return newest.company_id or env['account.journal'].search([('type', '=', 'bank')], limit=1).company_id


def posted(env, within):
    """(payment, is it real): posted and not reconciled."""
    found = [number for number, reconciled in _recent(env) if not reconciled]
    real = env['account.payment'].browse(found).filtered(lambda payment: payment.company_id == within)[:1]
    return (real, True) if real else (make_posted(env, within), False)


def reconciled(env, within):
    """(payment, is it real): posted and matched with another item."""
    found = [number for number, is_reconciled in _recent(env) if is_reconciled]
    real = env['account.payment'].browse(found).filtered(lambda payment: payment.company_id == within)[:1]
    return (real, True) if real else (_make_reconciled(env, within), False)


def invoice(env, within):
    """A posted entry that is no payment, or an empty recordset."""
    return env['account.move'].search([
        ('state', '=', 'posted'), ('payment_id', '=', False), ('statement_line_id', '=', False),
        ('company_id', '=', within.id)], order='id desc', limit=1)


def make_draft(env, within, **values):
    """A draft of 1.00 to a partner of its own, in the company's bank journal."""
    journal = values.pop('journal', None) or env['account.journal'].search(
        [('type', '=', 'bank'), ('company_id', '=', within.id)], limit=1)
    partner = values.pop('partner', None) or env['res.partner'].create({'name': 'Deployment Check'})
    return env['account.payment'].with_context(tracking_disable=True).with_company(within).create({
        'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': partner.id, 'amount': 1.0,
        'journal_id': journal.id, 'ref': 'Deployment check', **values}).with_context(env.context)


def make_posted(env, within, **values):
    """A posted payment in a journal of its own: no number of a real journal is asked for."""
    require_approval(within, False)
    payment = make_draft(env, within, **{'journal': _own_journal(env, within), **values})
    payment.action_post()
    return payment


def require_approval(within, required):
    """Switches the approval of vendor payments and receipts, inside this transaction alone."""
    names = ('payment_approval_outbound', 'payment_approval_inbound')
    wanted = {name: required for name in names if name in within._fields and within[name] != required}
    if wanted:
        within.sudo().write(wanted)


def distribution(env):
    """{approval state: payments of the last 90 days}; '' is none."""
    env.cr.execute(DISTRIBUTION)
    return dict(env.cr.fetchall())


def _make_reconciled(env, within):
    partner = env['res.partner'].create({'name': 'Deployment Check'})
    journal = _own_journal(env, within)
    one, other = (make_posted(env, within, partner=partner, journal=journal, payment_type=kind)
                  for kind in ('outbound', 'inbound'))
    items = (one + other).move_id.line_ids
    items.filtered(lambda item: item.account_id == one.destination_account_id).reconcile()
    return one


def _own_journal(env, within):
    journals = env['account.journal'].with_context(active_test=False, tracking_disable=True)
    code = next(code for code in (f'DCK{number:02d}' for number in range(100))
                if not journals.search_count([('code', '=', code), ('company_id', '=', within.id)]))
    return journals.create({'name': 'Deployment check', 'code': code, 'type': 'bank', 'company_id': within.id})


def _recent(env):
    env.cr.execute(RECENT)
    return env.cr.fetchall()
