"""Work of the people of the demo data in the new database: payments in every stage, with their history and a seal."""

STAGES = (
    ('user', 'action_submit_for_review', 'under_review'),
    ('reviewer', 'action_review_payment', 'for_approval'),
    ('approver', 'action_approve_payment', 'approved'),
    ('poster', 'action_post_payment', 'posted'),
)


def work(env, each=12):
    """``each`` payments for every stage; then no cron is due for a long time."""
    def person(role):
        return env.ref(f'payment_account_enhanced.demo_payment_{role}')
    journal = env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', env.company.id)], limit=1)
    partner = env['res.partner'].create({'name': 'A Vendor'})
    for stage in range(1, len(STAGES) + 1):
        payments = env['account.payment'].with_user(person('user')).create([{
            'payment_type': 'outbound', 'partner_type': 'supplier', 'partner_id': partner.id, 'amount': 100 + number,
            'journal_id': journal.id, 'ref': f'world {number}'} for number in range(each)])
        for role, method, after in STAGES[:stage]:
            getattr(payments.with_user(person(role)), method)()
            assert set(payments.mapped('approval_state')) == {after}, payments.mapped('approval_state')
    env['payment.approval.seal']._cron_seal()
    env.cr.execute("UPDATE ir_cron SET nextcall = now() + interval '300 days'")
    env.cr.commit()
