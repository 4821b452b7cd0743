import json

# Columns that ordinary work on a posted payment may change: matching, sending, chatter, print.
ORDINARY_COLUMNS = {
    'write_date', 'write_uid', 'message_main_attachment_id', 'access_token', 'is_move_sent', 'to_check',
    'check_number', 'paired_internal_transfer_payment_id', 'is_reconciled', 'is_matched', 'payment_state',
    'amount_residual', 'amount_residual_signed', 'amount_residual_currency', 'reconciled', 'matching_number',
    'full_reconcile_id',
}


class FingerprintCase:
    """Reads by SQL what the database says about payments, so that two readings can be compared."""

    def fingerprint(self, records, ignore=('write_date', 'write_uid')):
        """All columns of payments, their entries and items, and the matching of the items, as the database has them.

        ``records``: payments or journal entries. Columns named in ``ignore`` are left out.
        """
        self.env.flush_all()
        moves = records if records._name == 'account.move' else records.sudo().move_id
        payments = records if records._name == 'account.payment' else moves.sudo().payment_ids
        queries = (
            ('account_payment', 'id', payments.ids), ('account_move', 'id', moves.ids),
            ('account_move_line', 'move_id', moves.ids),
        )
        rows = [row for table, column, ids in queries for row in self._table_rows(table, column, ids, ignore)]
        return rows + self._tax_rows(moves.ids) + self._matching_rows(moves.ids)

    def financial_fingerprint(self, records):
        """What ordinary work on a posted payment never changes."""
        return [row for row in self.fingerprint(records, ignore=ORDINARY_COLUMNS) if row[0] != 'matching']

    def assertContentKept(self, records, function, *args, **kwargs):
        """``function`` is ordinary work: it runs, and no business value of the records changes. Returns its result."""
        before = self.financial_fingerprint(records)
        result = function(*args, **kwargs)
        self.assertEqual(self.financial_fingerprint(records), before)
        return result

    def _table_rows(self, table, column, ids, ignore):
        self.cr.execute(
            f'SELECT id, to_jsonb(t) FROM {table} t WHERE {column} = ANY(%s) ORDER BY id', [list(ids)])
        return [
            (table, row_id, json.dumps({k: v for k, v in row.items() if k not in ignore}, sort_keys=True))
            for row_id, row in self.cr.fetchall()
        ]

    def _tax_rows(self, move_ids):
        self.cr.execute('''
            SELECT line.id, tax.account_tax_id, tag.account_account_tag_id
              FROM account_move_line line
         LEFT JOIN account_move_line_account_tax_rel tax ON tax.account_move_line_id = line.id
         LEFT JOIN account_account_tag_account_move_line_rel tag ON tag.account_move_line_id = line.id
             WHERE line.move_id = ANY(%s)
          ORDER BY 1, 2, 3''', [list(move_ids)])
        return [('taxes', *row) for row in self.cr.fetchall()]

    def _matching_rows(self, move_ids):
        self.cr.execute('''
            SELECT partial.id, partial.debit_move_id, partial.credit_move_id, partial.amount::text,
                   partial.debit_amount_currency::text, partial.credit_amount_currency::text
              FROM account_partial_reconcile partial
              JOIN account_move_line line ON line.id IN (partial.debit_move_id, partial.credit_move_id)
             WHERE line.move_id = ANY(%s)
          ORDER BY partial.id''', [list(move_ids)])
        return [('matching', *row) for row in self.cr.fetchall()]
