"""What a database holds, as digests that two moments, or two databases, can be compared by."""
# Who wrote last, and when; and the text that a view had before it was loaded again, which Odoo keeps.
VOLATILE = ('write_date', 'write_uid', 'arch_prev')

# One row for each table: its name and columns, in the order of their names.
TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attname)
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attname != ALL(%s)
  GROUP BY c.relname ORDER BY c.relname
"""
# What payments, entries and items say of money; names of other columns may come and go.
FINANCIAL = {
    'account_payment': (
        'id', 'move_id', 'payment_type', 'partner_type', 'partner_id', 'amount', 'amount_company_currency_signed',
        'currency_id', 'payment_method_line_id', 'outstanding_account_id', 'destination_account_id', 'partner_bank_id',
        'is_reconciled', 'is_matched', 'is_internal_transfer', 'paired_internal_transfer_payment_id'),
    'account_move': (
        'id', 'name', 'date', 'journal_id', 'company_id', 'currency_id', 'state', 'move_type', 'partner_id', 'ref',
        'amount_total', 'amount_total_signed', 'amount_residual', 'amount_residual_signed', 'payment_state',
        'posted_before', 'sequence_prefix', 'sequence_number', 'payment_id', 'inalterable_hash'),
    'account_move_line': (),
    'account_partial_reconcile': (),
    'account_full_reconcile': (),
}


def of_money(databases, database):
    """Dict of table: digest of its financial columns."""
    tables = dict(databases.sql((TABLES, [list(VOLATILE)]), database=database))
    return _digests(databases, database, {
        name: [column for column in tables[name] if not columns or column in columns]
        for name, columns in FINANCIAL.items()})


def differences(before, after):
    """Names of tables that are not the same."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _digests(databases, database, tables):
    parts = [
        "SELECT '{}', count(*), sum(('x' || substr(md5(row({})::text), 1, 15))::bit(60)::bigint)::text FROM {}".format(
            name, ', '.join(f'"{column}"' for column in columns), f'"{name}"')
        for name, columns in tables.items() if columns]
    return {name: (count, digest) for name, count, digest in
            databases.sql(' UNION ALL '.join(parts), database=database)}
