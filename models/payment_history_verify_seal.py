"""Verification of the approval history, second part: the chain of seals, and every row that they cover."""
from itertools import groupby

from odoo import _, api, models
from odoo.tools import SQL

from .payment_approval_seal import ROW_COLUMNS, SEALED
from .payment_history_verify import Finding, stream

SEALS_AT_ONCE = 5  # each brings its list of covered rows along
SEAL_COLUMNS = SQL(', ').join(
    SQL.identifier('seal', name) for name in ('id', 'previous_hash', 'hash', 'manifest', *SEALED))


class PaymentApprovalSeal(models.Model):
    _inherit = 'payment.approval.seal'

    @api.model
    def _iter_broken_seals(self, companies, tally):
        """What does not fit in the seals of these companies, and in the rows that they cover.

        Seals and rows are read side by side, once, in the same order.

        :param tally: Tally that is counted up
        :return: iterator of Finding
        """
        self.env.flush_all()
        company_ids = tuple(companies.ids)
        # Streamed in order of the key: Odoo's groupby would hold all rows in memory.
        # pylint: disable-next=bad-builtin-groupby
        blocks = groupby(self._stream_covered(company_ids), key=lambda row: row['seal_id'])
        block_id, block = next(blocks, (0, ()))
        previous = {}
        for seal in self._stream_seals(company_ids):
            tally.seals += 1
            yield from self._check_seal(seal, previous.get(seal['company_id']))
            yield from self._check_covered(seal, block if block_id == seal['id'] else ())
            if block_id == seal['id']:
                block_id, block = next(blocks, (0, ()))
            previous = {seal['company_id']: seal}
        yield from self._iter_unknown_marks(company_ids)

    @api.model
    def _stream_seals(self, company_ids):
        return stream(self.env.cr, SQL(
            """
            SELECT %s
              FROM payment_approval_seal seal
             WHERE seal.company_id IN %s
          ORDER BY seal.company_id, seal.number, seal.id
            """,
            SEAL_COLUMNS, company_ids,
        ), SEALS_AT_ONCE)

    @api.model
    def _stream_covered(self, company_ids):
        return stream(self.env.cr, SQL(
            """
            SELECT seal.id AS seal_id, %s
              FROM payment_approval_history history
              JOIN payment_approval_seal seal
                ON seal.company_id = history.company_id AND seal.number = history.seal_number
             WHERE seal.company_id IN %s
          ORDER BY seal.company_id, seal.number, seal.id, history.id
            """,
            ROW_COLUMNS, company_ids,
        ))

    # ------------------------------------------------------------------
    # Seals
    # ------------------------------------------------------------------

    @api.model
    def _check_seal(self, seal, previous):
        """:param previous: the seal before of the same company, None for the first"""
        expected = previous['number'] + 1 if previous else 1
        if seal['number'] != expected:
            yield self._make_seal_finding(seal, _(
                "%(count)s seals before seal %(number)s are missing.",
                count=seal['number'] - expected, number=seal['number']))
        elif (seal['previous_hash'] or '') != (previous['hash'] if previous else ''):
            yield self._make_seal_finding(seal, _(
                "Seal %(number)s is not linked to the seal before it, which was replaced.", number=seal['number']))
        if seal['hash'] != self._hash_seal(seal) or not self._is_manifest_whole(seal):
            yield self._make_seal_finding(seal, _("Seal %(number)s was changed.", number=seal['number']))

    @api.model
    def _is_manifest_whole(self, seal):
        return seal['rows_hash'] == self._hash_manifest(seal['manifest'])

    @api.model
    def _make_seal_finding(self, seal, reason, row_id=0, payment_id=0):
        return Finding(reason, row_id, payment_id, seal['company_id'], seal['date'])

    # ------------------------------------------------------------------
    # Covered rows
    # ------------------------------------------------------------------

    @api.model
    def _check_covered(self, seal, rows):
        """:param rows: the rows that carry the mark of the seal"""
        if not self._is_manifest_whole(seal):
            return
        expected = {int(line.split()[0]): line for line in seal['manifest'].split('\n')}
        for row in rows:
            line = expected.pop(row['id'], None)
            if line is None:
                yield self._make_row_finding(row, _(
                    "The row claims to be covered by seal %(number)s, but was added after it.", number=seal['number']))
            elif line != self._get_manifest_line(row):
                yield self._make_row_finding(row, _(
                    "The row is not the one that seal %(number)s covers: it was replaced.", number=seal['number']))
        yield from self._iter_missing(seal, expected)

    @api.model
    def _iter_missing(self, seal, lines):
        """:param lines: dict of row id: line of the seal, for covered rows that were not met"""
        if not lines:
            return
        self.env.cr.execute(SQL("SELECT id FROM payment_approval_history WHERE id IN %s", tuple(lines)))
        unmarked = {row_id for (row_id,) in self.env.cr.fetchall()}
        for row_id, line in lines.items():
            reason = _("The mark of seal %(number)s, which covers the row, was taken from it.", number=seal['number']) \
                if row_id in unmarked else _("The row is missing. Seal %(number)s covers it.", number=seal['number'])
            yield self._make_seal_finding(seal, reason, row_id, int(line.split()[1]))

    @api.model
    def _iter_unknown_marks(self, company_ids):
        """Rows that carry the mark of a seal that is not there."""
        rows = stream(self.env.cr, SQL(
            """
            SELECT %s
              FROM payment_approval_history history
             WHERE history.seal_number IS NOT NULL AND history.company_id IN %s
               AND NOT EXISTS (
                   SELECT FROM payment_approval_seal seal
                    WHERE seal.company_id = history.company_id AND seal.number = history.seal_number
               )
          ORDER BY history.id
            """,
            ROW_COLUMNS, company_ids,
        ))
        for row in rows:
            yield self._make_row_finding(row, _("The seal that covers the row is missing."))

    @api.model
    def _make_row_finding(self, row, reason):
        return self.env['payment.approval.history']._make_finding(row, reason)
