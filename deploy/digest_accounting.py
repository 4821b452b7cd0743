"""The accounting tables: by what they are counted and summed, and which columns of a posted entry nobody may change."""
import dataclasses

from psycopg2 import sql


@dataclasses.dataclass(frozen=True)
class Book:
    """One accounting table.

    ``by``: counts and sums are kept for each combination of these. ``sums``: amounts, in the currency of the column.
    ``protected``: what ordinary work never changes once the entry is posted; digested apart from the rest, so that
    the day after can be compared too. ``entry``: the column that leads to the journal entry; '' for a table that
    only grows as a whole.
    """
    by: tuple = ()
    sums: tuple = ()
    protected: tuple = ()
    entry: str = ''


BOOKS = {
    'account_move': Book(
        by=('company_id', 'move_type', 'currency_id', 'state'),
        sums=('amount_untaxed', 'amount_tax', 'amount_total', 'amount_residual'),
        protected=(
            'name', 'ref', 'date', 'state', 'move_type', 'journal_id', 'company_id', 'currency_id', 'partner_id',
            'commercial_partner_id', 'invoice_date', 'amount_untaxed', 'amount_tax', 'amount_total',
            'amount_untaxed_signed', 'amount_tax_signed', 'amount_total_signed', 'amount_total_in_currency_signed',
            'payment_id', 'statement_line_id', 'reversed_entry_id', 'sequence_prefix', 'sequence_number',
            'secure_sequence_number', 'inalterable_hash'),
        entry='id'),
    'account_move_line': Book(
        by=('company_id', 'account_id', 'currency_id', 'parent_state'),
        sums=('debit', 'credit', 'amount_currency', 'amount_residual'),
        protected=(
            'move_id', 'move_name', 'parent_state', 'date', 'name', 'ref', 'journal_id', 'company_id', 'account_id',
            'currency_id', 'partner_id', 'debit', 'credit', 'balance', 'amount_currency', 'quantity', 'price_unit',
            'discount', 'price_subtotal', 'price_total', 'tax_line_id', 'tax_group_id', 'tax_repartition_line_id',
            'tax_base_amount', 'display_type', 'payment_id', 'statement_line_id', 'product_id'),
        entry='move_id'),
    'account_payment': Book(
        by=('currency_id', 'payment_type', 'partner_type'),
        sums=('amount', 'amount_company_currency_signed'),
        protected=(
            'move_id', 'amount', 'amount_company_currency_signed', 'currency_id', 'partner_id', 'partner_bank_id',
            'payment_type', 'partner_type', 'payment_method_line_id', 'payment_method_id', 'outstanding_account_id',
            'destination_account_id', 'destination_journal_id', 'is_internal_transfer', 'payment_reference',
            'approval_state', 'voucher_number', 'submitter_id', 'submitted_date', 'reviewer_id', 'reviewer_date',
            'approver_id', 'approver_date', 'authorizer_id', 'authorizer_date'),
        entry='move_id'),
    'account_bank_statement_line': Book(
        by=('currency_id', 'foreign_currency_id'), sums=('amount', 'amount_currency'),
        protected=('move_id', 'statement_id', 'amount', 'amount_currency', 'currency_id', 'foreign_currency_id',
                   'account_number', 'transaction_type', 'payment_ref'),
        entry='move_id'),
    'account_partial_reconcile': Book(
        by=('company_id', 'debit_currency_id', 'credit_currency_id'),
        sums=('amount', 'debit_amount_currency', 'credit_amount_currency'),
        protected=('debit_move_id', 'credit_move_id', 'amount', 'debit_amount_currency', 'credit_amount_currency',
                   'company_id', 'exchange_move_id')),
    'account_full_reconcile': Book(protected=('exchange_move_id',)),
    'account_bank_statement': Book(by=('company_id', 'journal_id'), sums=('balance_start', 'balance_end_real')),
    'account_analytic_line': Book(by=('company_id', 'account_id', 'currency_id'), sums=('amount', 'unit_amount')),
    'payment_transaction': Book(by=('company_id', 'currency_id', 'state'), sums=('amount',)),
    'payment_approval_history': Book(protected=(
        'payment_id', 'stage_from', 'stage_to', 'user_id', 'action_type', 'approval_date', 'comments')),
    'payment_override': Book(protected=('payment_id', 'move_id')),
}

# What the ids in a key stand for, so that a person can read the sums: column -> (table, column with the name).
NAMES = {'company_id': ('res_company', 'name'), 'account_id': ('account_account', 'code'),
         'journal_id': ('account_journal', 'code'), 'currency_id': ('res_currency', 'name')}

NAMED = sql.SQL('SELECT id, {} FROM public.{}')
