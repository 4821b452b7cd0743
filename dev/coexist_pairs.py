"""What ``make coexist`` tries the addon with. docs/beside_others.md is made from this list."""
import dataclasses

CORE, OCA = 'Odoo', 'OCA'


@dataclasses.dataclass(frozen=True)
class Pair:
    """Another addon to stand beside ours.

    ``modules``: what is installed, the first gives the name. ``flow``: the module of dev/coexist_flows with the
    stories that are told while both are installed. ``note``: what to expect where there is no story, or besides.
    """
    modules: tuple
    source: str
    flow: str = ''
    note: str = ''

    @property
    def name(self):
        return self.modules[0]


@dataclasses.dataclass(frozen=True)
class Condition:
    """A database unlike the usual one: made by installing ``mail`` alone, without demo data, then by ``start``, code
    for Odoo's shell; ours comes after it."""
    name: str
    flow: str
    start: str = ''


def _core(*modules, flow='', note=''):
    return Pair(modules, CORE, flow, note)


def _oca(*modules, flow='', note=''):
    return Pair(modules, OCA, flow, note)


PAIRS = (
    _core('account_payment', 'payment_demo', flow='online'),
    _core('point_of_sale', flow='point_of_sale'),
    _core('hr_expense', flow='expense'),
    _core('account_check_printing', flow='checks'),
    _core('sale', flow='sale'),
    _core('purchase', flow='purchase'),
    _core('stock_account', flow='stock'),
    _core('l10n_mx', flow='cash_basis_mx'),
    _core('l10n_fr', flow='cash_basis_fr'),
    _core('account_debit_note', flow='debit_note'),
    _core('snailmail_account', flow='documents', note='Sending documents by post has no part in payments.'),
    _core('account_edi', flow='documents', note='Electronic documents have no part in payments; a payment that is '
                                                'posted is offered to the formats that ask for it, as in Odoo.'),
    _oca('account_reconcile_oca', flow='reconcile'),
    _oca('account_payment_order', flow='payment_order'),
    _oca('account_payment_return', flow='payment_return'),
    _oca('account_netting', flow='netting'),
    _oca('account_move_tier_validation', flow='tier_validation'),
    _oca('auditlog', flow='auditlog'),
    _oca('queue_job', flow='queue_job'),
    _oca('account_lock_to_date', flow='lock_to_date'),
    _oca('account_journal_lock_date', flow='journal_lock'),
    _oca('account_financial_report', flow='financial_report'),
)

ONE_LANGUAGE = """
env['res.lang']._activate_lang('fr_FR')
env['base.language.install'].create({'lang_ids': env.ref('base.lang_fr').ids}).lang_install()
env['res.users'].with_context(active_test=False).search([]).lang = 'fr_FR'
env['res.partner'].with_context(active_test=False).search([]).lang = 'fr_FR'
env.ref('base.lang_en').active = False
env.cr.commit()
assert [code for code, name in env['res.lang'].get_installed()] == ['fr_FR']
"""
CONDITIONS = (
    Condition('minimal', 'minimal'),
    Condition('one_language', 'one_language', ONE_LANGUAGE),
)
