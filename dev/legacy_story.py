"""What people do after the upgrade, as text for ``odoo shell``. Nothing of it is committed; what is not as it should be
ends the shell with an error."""
STORY = """
from odoo.exceptions import AccessError, UserError
cr, Payment = env.cr, env['account.payment']
users = {user.login: user for user in env['res.users'].with_context(active_test=False).search(
    [('login', 'like', 'lg_%')])}
PREFIX = 'payment_account_enhanced_legacy_'

def verify(text):
    wizard = env['payment.history.verify'].with_context(
        allowed_company_ids=env['res.company'].search([]).ids).create({})
    wizard.action_verify()
    assert wizard.state == 'clean' and wizard.row_count, (text, wizard.state, wizard.summary, wizard.row_count)

def first(state, **more):
    domain = [('approval_state', '=', state), *((name, '=', value) for name, value in more.items())]
    return Payment.search([*domain, ('voucher_number', '!=', False)], order='id', limit=1)

def refused(text, method, *arguments):
    try:
        with cr.savepoint():
            method(*arguments)
    except UserError as error:
        assert text in str(error), (text, str(error))
    else:
        raise AssertionError('allowed: ' + text)
    env.invalidate_all()

def step(payment, login, method, state):
    answer = getattr(payment.with_user(users[login]), method)()
    assert payment.approval_state == state, (payment.id, method, payment.approval_state, answer)

verify('after the upgrade')
env['payment.approval.seal']._cron_seal()
verify('after sealing')

# Nobody edits a payment that they could not edit before, by the rules of then.
cr.execute(f'SELECT uid, array_agg(name) FROM {PREFIX}membership GROUP BY uid')
roles = {uid: {name.rpartition('_')[2] for name in names if 'group_payment_' in name} for uid, names in cr.fetchall()}
cr.execute(f'SELECT id, approval_state, reviewer_id, approver_id, authorizer_id FROM {PREFIX}account_payment')
old = {row[0]: row[1:] for row in cr.fetchall()}

def could(user, payment):
    role, (state, reviewer, approver, authorizer) = roles.get(user.id, set()), old[payment.id]
    return not role or 'manager' in role or (
        'user' in role and (payment.create_uid == user or state == 'draft' or payment.payment_type == 'inbound')
        or 'reviewer' in role and state == 'under_review' and reviewer != user.id
        or 'approver' in role and state == 'for_approval' and approver != user.id
        or 'authorizer' in role and state == 'for_authorization' and authorizer != user.id
        or 'poster' in role and state in ('approved', 'posted'))

class Back(Exception):
    pass

done = 0
for user in users.values():
    for payment in Payment.search([('id', 'in', list(old))]):
        try:
            with cr.savepoint():
                payment.with_user(user).write({'ref': 'changed'})
                payment.flush_recordset()
                assert could(user, payment), (user.login, payment.id, old[payment.id], payment.approval_state)
                done += 1
                raise Back
        except (Back, UserError, AccessError):
            env.invalidate_all()
assert done > 50, done

# Guards.
posted = first('posted', payment_type='outbound', is_reconciled=False)
refused('Posted payments cannot be modified', posted.with_user(users['lg_invoicing']).write, {'amount': 1})
refused('Posted payments cannot be reset to draft', posted.with_user(users['lg_invoicing']).action_draft)
refused('written by the system alone', posted.approval_history_ids.sudo().write, {'comments': 'x'})
refused('cannot be written directly', posted.write, {'approval_state': 'draft'})
waiting = first('under_review', payment_type='outbound', amount=300)
refused('is in approval', waiting.with_user(users['lg_manager1']).write, {'amount': 1})
free = Payment.search([('approval_state', '=', 'posted'), ('is_reconciled', '=', False)], order='id', limit=1)
free.with_user(users['lg_manager1']).action_draft()
assert free.state == 'draft' == free.approval_state

# One payment from review to the books, and one from each stage that was kept.
number = waiting.voucher_number
step(waiting, 'lg_reviewer1', 'action_review_payment', 'for_approval')
step(waiting, 'lg_approver2', 'action_approve_payment', 'approved')
step(waiting, 'lg_poster1', 'action_post_payment', 'posted')
assert waiting.state == 'posted' and waiting.voucher_number == number
step(first('for_approval'), 'lg_approver2', 'action_approve_payment', 'approved')
step(first('for_authorization'), 'lg_authorizer1', 'action_authorize_payment', 'approved')
for amount in (700, 800, 30000):
    step(first('approved', amount=amount), 'lg_poster1', 'action_post_payment', 'posted')

# A new one: a number above all others; rejected, with a mail.
new = Payment.with_user(users['lg_user1']).create({
    'payment_type': 'outbound', 'partner_type': 'supplier', 'amount': 10, 'partner_id': waiting.partner_id.id,
    'journal_id': waiting.journal_id.id})
new.action_submit_for_review()
highest = max(int(value[2:]) for value in Payment.search([]).mapped('voucher_number') if value and value[2:].isdigit())
assert new.voucher_number == f'PV{highest:05d}', new.voucher_number
receipt = Payment.with_user(users['lg_user1']).create({
    'payment_type': 'inbound', 'partner_type': 'customer', 'amount': 10, 'partner_id': waiting.partner_id.id,
    'journal_id': waiting.journal_id.id})
receipt.action_submit_for_review()
assert receipt.voucher_number > 'RV00011', receipt.voucher_number
new.with_user(users['lg_reviewer1'])._run_approval('reject', 'the amount is wrong')
assert new.approval_state == 'draft'
assert 'was rejected' in env['mail.mail'].search([], order='id desc', limit=1).body_html
verify('after the story')

# Every form of payments opens, and the voucher prints.
for name in ('account.view_account_payment_form', 'account.view_account_payment_tree', 'account.view_move_form',
             'account.view_account_payment_register_form', 'account.view_account_payment_search'):
    view = env.ref(name)
    env[view.model].get_view(view.id, view.type)
html, kind = env['ir.actions.report']._render_qweb_html('payment_account_enhanced.report_payment_voucher', waiting.ids)
assert number.encode() in html

# No id of ours points at nothing.
for data in env['ir.model.data'].search([('module', '=', 'payment_account_enhanced')]):
    assert data.model in env and (not data.res_id or env[data.model].browse(data.res_id).exists()), data.complete_name
print('THE STORY ENDED WELL')
env.cr.rollback()
"""
