"""Verification of the approval history, first part: every payment's chain of rows, read once, in constant memory."""
from dataclasses import dataclass
from datetime import datetime
from itertools import count, groupby

from odoo import _, api, models
from odoo.tools import SQL

from . import payment_approval_machine as machine
from .payment_approval_seal import ROW_COLUMNS

FETCH = 2000  # rows taken from the database at once
_cursors = count(1)


@dataclass
class Finding:
    """A row that does not fit or is missing. ``row_id`` is 0 where the place, not the row, is known.

    ``vague``: says of a payment that something is wrong with it, and nothing new where one of its rows was named.
    """
    reason: str
    row_id: int = 0
    payment_id: int = 0
    company_id: int = 0
    date: datetime | None = None
    vague: bool = False


@dataclass
class Tally:
    """What was looked at."""
    rows: int = 0
    unsealed: int = 0
    unsealed_since: datetime | None = None
    seals: int = 0

    def add(self, row):
        self.rows += 1
        if not row['seal_number']:
            self.unsealed += 1
            self.unsealed_since = min(filter(None, (self.unsealed_since, row['approval_date'])), default=None)


def stream(cr, query, size=FETCH):
    """The rows of a query as dicts, through a cursor of the server: memory holds ``size`` rows, whatever there is."""
    name = SQL.identifier(f'payment_history_verify_{next(_cursors)}')
    cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", name, query))
    rows = [None] * size
    while len(rows) == size:
        cr.execute(SQL("FETCH FORWARD %s FROM %s", size, name))
        rows = cr.dictfetchall()
        yield from rows
    cr.execute(SQL("CLOSE %s", name))


class PaymentApprovalHistory(models.Model):
    _inherit = 'payment.approval.history'

    def _find_broken(self):
        """What does not fit in the chains of the payments of these rows.

        :return: list of Finding
        """
        payments = SQL("history.payment_id IN %s", tuple(self.payment_id.ids) or (0,))
        return list(self._iter_broken_chains(payments, Tally()))

    @api.model
    def _iter_broken_rows(self, companies, tally):
        """What does not fit in the chains of all payments of these companies, and payments whose rows are gone.

        :param tally: Tally that is counted up
        :return: iterator of Finding
        """
        company_ids = tuple(companies.ids)
        yield from self._iter_broken_chains(
            SQL("COALESCE(entry.company_id, history.company_id) IN %s", company_ids), tally)
        yield from self._iter_emptied_payments(company_ids)

    @api.model
    def _iter_broken_chains(self, where, tally):
        self.env.flush_all()
        rows = stream(self.env.cr, SQL(
            """
            SELECT %s, history.content, payment.approval_state
              FROM payment_approval_history history
         LEFT JOIN account_payment payment ON payment.id = history.payment_id
         LEFT JOIN account_move entry ON entry.id = payment.move_id
             WHERE %s
          ORDER BY history.payment_id, history.id
            """,
            ROW_COLUMNS, where,
        ))
        # The rows come in order of the key, and are streamed. pylint: disable-next=bad-builtin-groupby
        for _payment_id, chain in groupby(rows, key=lambda row: row['payment_id']):
            yield from self._check_chain(chain, tally)

    @api.model
    def _check_chain(self, chain, tally):
        """:param chain: the rows of one payment in the order in which they were written"""
        previous, row = '', None
        for row in chain:
            tally.add(row)
            if reason := self._check_row(row, previous):
                yield self._make_finding(row, reason)
            previous = row['hash'] or previous
        if reason := self._check_stage(row):
            yield self._make_finding(row, reason, vague=True)

    @api.model
    def _check_row(self, row, previous):
        """:param previous: hash of the row before of the same payment, '' for the first that has one
        :return: what is wrong with the row, or None
        """
        if not row['hash']:
            # Rows of an older version have neither hash nor digest, and stand before all others.
            return _("The row has no hash.") if previous or row['digest'] else None
        if row['hash'] != self._hash_values(row) or not self._is_content_whole(row):
            return _("The row was changed after it was written.")
        if (row['previous_hash'] or '') != previous:
            return _("The row before this one is missing or was replaced.")
        return None

    @api.model
    def _is_content_whole(self, row):
        return not row['content'] or row['digest'] == self.env['account.payment']._hash_content(row['content'])

    @api.model
    def _check_stage(self, row):
        """A payment is in a stage of approval by its newest row alone."""
        state, stage = row['approval_state'], row['stage_to']
        if row['hash'] and state != stage and {state, stage} & {*machine.IN_PROGRESS, None}:
            labels = dict(self._fields['stage_to']._description_selection(self.env))
            return _(
                "The newest row leads to \"%(stage)s\", but the payment's stage is \"%(state)s\": rows after this one "
                "are missing, or the stage was changed without a step.",
                stage=labels.get(stage, stage), state=labels.get(state, state or _("deleted")),
            )
        return None

    @api.model
    def _iter_emptied_payments(self, company_ids):
        """Payments that were submitted, as they say themselves, and have no row at all."""
        self.env.cr.execute(SQL(
            """
            SELECT payment.id AS payment_id, entry.company_id, payment.submitted_date AS approval_date
              FROM account_payment payment
              JOIN account_move entry ON entry.id = payment.move_id
             WHERE payment.submitter_id IS NOT NULL AND entry.company_id IN %s
               AND NOT EXISTS (SELECT FROM payment_approval_history history WHERE history.payment_id = payment.id)
            """,
            company_ids,
        ))
        for row in self.env.cr.dictfetchall():
            yield self._make_finding({'id': 0, **row}, _("The whole history of the payment is missing."), vague=True)

    @api.model
    def _make_finding(self, row, reason, vague=False):
        return Finding(reason, row['id'], row['payment_id'], row['company_id'], row['approval_date'], vague)
