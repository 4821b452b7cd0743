"""l10n_fr: taxes on cash basis."""
from dev.coexist_flows import cash_basis


def tax_on_cash_basis(env):
    """A tax on cash basis becomes due when the approved payment is posted, not before, and unreconciling takes it back
    as in Odoo."""
    book = cash_basis.company(env, 'fr', 'fr')
    bill = cash_basis.tax_becomes_due_at_posting(env, book)
    cash_basis.tax_is_taken_back_with_the_reconciliation(book, bill)
