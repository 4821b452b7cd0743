"""A database whose only language is French: English is switched off before we come."""
from dev.coexist_flows.book import Book, equal, refused, stages


def everything_speaks_the_one_language(env):
    """Where another language is the only one, labels, refusals, history and the voucher are in that language."""
    env = env(context={**env.context, 'lang': 'fr_FR'})
    company = env['res.company'].create({'name': 'Une Société', 'country_id': env.ref('base.fr').id})
    env.user.company_ids += company
    env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
    book = Book(env, company)
    label = env['account.payment']._fields['approval_state']._description_string(book.env)
    equal(label != 'Approval', True, f'label {label}')
    payment = book.payment()
    equal(payment.create_uid.lang, 'fr_FR')
    text = refused(payment.with_user(book.person('poster')).with_context(lang='fr_FR').action_post)
    assert 'was refused' not in text, text
    stages(book.bring(payment), 'posted')
    html, _kind = env['ir.actions.report']._render_qweb_html(
        'payment_account_enhanced.action_report_payment_voucher', payment.ids)
    text = html.decode()
    assert payment.voucher_number in text and 'Payment Voucher' not in text
