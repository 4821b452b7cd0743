from odoo import _, api, fields, models
from odoo.exceptions import UserError

SEQUENCES = {
    'outbound': 'payment_account_enhanced.seq_payment_voucher',
    'inbound': 'payment_account_enhanced.seq_receipt_voucher',
}
CREATE_INDEX = """
    CREATE INDEX IF NOT EXISTS account_payment_voucher_number_partial
        ON account_payment (voucher_number) WHERE voucher_number IS NOT NULL
"""
CREATE_UNIQUE_INDEX = CREATE_INDEX.replace('CREATE INDEX', 'CREATE UNIQUE INDEX')
# Where an earlier version gave numbers twice: every other number, and so every new one, is unique.
CREATE_REST_INDEX = """
    CREATE UNIQUE INDEX IF NOT EXISTS account_payment_voucher_number_rest
        ON account_payment (voucher_number) WHERE voucher_number IS NOT NULL AND voucher_number NOT IN %s
"""
REST_LIMIT = 1000  # numbers given twice, up to which the database itself watches over the others



class AccountPayment(models.Model):
    """The voucher's number and remarks. The number is drawn by the server once and never given by a client."""

    _inherit = 'account.payment'

    voucher_number = fields.Char(
        copy=False, readonly=True,
        help="Drawn when the payment is submitted, or when it is posted; it never changes.")
    voucher_print_count = fields.Integer(
        string="Vouchers Printed", copy=False, readonly=True,
        help="The first print is the original, every other one is marked as a copy.")
    remarks = fields.Text(copy=False, help="Printed on the voucher.")

    def init(self):
        """Make numbers unique in the database, apart from those that an earlier version gave more than once."""
        self.env.cr.execute("""
            SELECT voucher_number FROM account_payment
             WHERE voucher_number IS NOT NULL
          GROUP BY voucher_number HAVING count(*) > 1 ORDER BY voucher_number
        """)
        twice = tuple(number for (number,) in self.env.cr.fetchall())
        self.env.cr.execute(CREATE_INDEX if twice else CREATE_UNIQUE_INDEX)
        if 0 < len(twice) <= REST_LIMIT:
            self.env.cr.execute(CREATE_REST_INDEX, [twice])

    # -------------------------------------------------------------------------
    # CRUD
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account: whatever a client, an import or a default says, a new payment has no number and no print
        return super().create([{**vals, **dict.fromkeys(self._get_voucher_counters(), False)} for vals in vals_list])

    def write(self, vals):
        # EXTENDS account
        counters = [name for name in self._get_voucher_counters() if name in vals]
        if not counters:
            return super().write(vals)
        self._check_voucher_counters_unchanged({name: vals[name] for name in counters})
        return super().write({name: value for name, value in vals.items() if name not in counters})

    def _get_voucher_counters(self):
        """Return the names of the fields that only this file writes, in SQL."""
        return ('voucher_number', 'voucher_print_count')

    def _check_voucher_counters_unchanged(self, vals):
        """Refuse `vals` that differ from what is stored. Clients resend unchanged values: those pass."""
        for name, value in vals.items():
            changed = [payment for payment in self if (payment[name] or False) != (value or False)]
            if changed:
                raise UserError(_(
                    "The field \"%(field)s\" of %(payment)s cannot be changed: vouchers are numbered and counted by "
                    "the system alone. Leave the field out and save again.",
                    field=self._fields[name]._description_string(self.env), payment=changed[0].display_name))

    @api.model
    def _guard_protected_fields(self):
        # EXTENDS payment.posting.guard: remarks stand on the signed voucher
        return super()._guard_protected_fields() | {'remarks'}

    @api.model
    def _guard_free_fields(self):
        # EXTENDS payment.posting.guard: guarded by `write` above, in every state
        return super()._guard_free_fields() | set(self._get_voucher_counters())

    # -------------------------------------------------------------------------
    # NUMBERS
    # -------------------------------------------------------------------------

    def _assign_voucher_numbers(self):
        """Give every payment of the set that has no number the next one of its sequence, in one batch.

        Two queries for each of the two sequences, however many payments. A number that is already taken (a sequence
        that somebody set back) is skipped.
        """
        missing = self.sudo().filtered(lambda payment: not payment.voucher_number)
        for payment_type in SEQUENCES:
            todo = missing.filtered(lambda payment, kind=payment_type: payment.payment_type == kind)
            while todo:
                todo -= todo._store_voucher_numbers(todo._draw_voucher_numbers())

    def _draw_voucher_numbers(self):
        """Return one new number for each payment of a set of one direction."""
        sequence = self._get_voucher_sequence()
        numbers = sequence._draw_standard_numbers(len(self))
        if not numbers:
            return [sequence.next_by_id(sequence_date=payment.date) for payment in self]
        return [
            sequence.with_context(ir_sequence_date=payment.date).get_next_char(number)
            for payment, number in zip(self, numbers, strict=True)
        ]

    def _get_voucher_sequence(self):
        """Return the sequence of the set's direction; raises UserError where an administrator deleted it."""
        xmlid = SEQUENCES[self[0].payment_type]
        sequence_id = self.env['ir.model.data']._xmlid_to_res_id(xmlid)
        if not sequence_id:
            raise UserError(_(
                "No voucher number can be drawn for %(payment)s: the sequence %(sequence)s was deleted. An "
                "administrator brings it back by upgrading the module.", payment=self[0].display_name, sequence=xmlid))
        return self.env['ir.sequence'].sudo().browse(sequence_id)

    def _store_voucher_numbers(self, numbers):
        """Write `numbers` to the payments, past `write`, and return those that took theirs."""
        self.flush_recordset(['voucher_number'])
        self.env.cr.execute("""
            UPDATE account_payment payment SET voucher_number = drawn.number
              FROM unnest(%s, %s) AS drawn(id, number)
             WHERE payment.id = drawn.id
               AND NOT EXISTS (SELECT FROM account_payment other WHERE other.voucher_number = drawn.number)
         RETURNING payment.id, payment.voucher_number
        """, [self.ids, list(numbers)])
        stored = dict(self.env.cr.fetchall())
        payments = self.browse(stored)
        self.env.cache.update(payments, self._fields['voucher_number'], stored.values())
        payments.modified(['voucher_number'])
        return payments
