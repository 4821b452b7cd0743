"""auditlog: a log of its own on our records."""
from dev.coexist_flows.book import Book, equal, refused


def our_changes_are_logged(env):
    """A rule on payments and on the approval history logs the steps and the history rows, with the person; the history
    stays closed to everybody."""
    book, rules = Book(env), _rules(env, 'account.payment', 'payment.approval.history')
    try:
        payment = book.bring(book.payment())
        rows = payment.approval_history_ids
        logged = env['auditlog.log'].search([('model_id.model', '=', rows._name), ('res_id', 'in', rows.ids)])
        equal(sorted(logged.mapped('res_id')), sorted(rows.ids), 'logged history rows')
        states = env['auditlog.log.line'].search([
            ('log_id.model_id.model', '=', 'account.payment'), ('log_id.res_id', '=', payment.id),
            ('field_name', '=', 'approval_state'), ('log_id.method', '=', 'write')], order='id')
        equal(states.mapped('new_value_text')[-1], 'posted')
        people = states.log_id.mapped('user_id')
        equal(book.person('reviewer') + book.person('approver') <= people, True, 'people')
        _refuse_rewriting(rows[0])
    finally:
        rules.unsubscribe()


def _refuse_rewriting(row):

    refused(row.unlink, 'never changed')
    try:
        row.write({'comments': 'other'})
    except Exception as error:
        assert 'never changed' in str(error), error
    else:
        raise AssertionError('a history row was written')


def _rules(env, *models):
    rules = env['auditlog.rule'].create([{
        'name': model, 'model_id': env['ir.model']._get(model).id, 'log_read': False, 'log_create': True,
        'log_write': True, 'log_unlink': True, 'log_type': 'full'} for model in models])
    rules.subscribe()
    return rules
