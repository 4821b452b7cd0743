"""Verify History: says whether the approval history is whole, and which row is not."""
import time
from itertools import islice

from odoo import _, fields, models

from ..models.payment_history_verify import Tally

COUNTED = 1000  # findings after which each part of the verification stops
SHOWN = 100


class PaymentHistoryVerify(models.TransientModel):
    _name = 'payment.history.verify'
    _description = 'Verify Payment Approval History'

    state = fields.Selection(
        [('ready', 'Not verified yet'), ('clean', 'Whole'), ('broken', 'Broken')], default='ready', readonly=True,
    )
    company_names = fields.Char(
        string='Companies', readonly=True, default=lambda self: ', '.join(self.env.companies.mapped('name')),
    )
    summary = fields.Char(string='Result', readonly=True)
    row_count = fields.Integer(string='Rows Checked', readonly=True)
    seal_count = fields.Integer(string='Seals Checked', readonly=True)
    unsealed_count = fields.Integer(string='Rows not Sealed yet', readonly=True)
    unsealed_since = fields.Datetime(string='Oldest Row not Sealed', readonly=True)
    newest_seals = fields.Text(
        readonly=True, help="Note them elsewhere and compare later: whoever rewrites the whole history changes them.",
    )
    duration = fields.Float(string='Seconds', readonly=True)
    line_ids = fields.One2many('payment.history.verify.line', 'verify_id', string='Findings', readonly=True)

    def action_verify(self):
        """Verify chains and seals of the companies that are selected, and show what was found."""
        self.ensure_one()
        self.env['payment.approval.history'].check_access_rights('read')
        begin, tally = time.monotonic(), Tally()
        findings = self.sudo()._get_findings(self.env.companies, tally)
        lines = self.sudo()._prepare_lines(findings[:SHOWN])
        self.sudo().write({
            'state': 'broken' if findings else 'clean',
            'company_names': ', '.join(self.env.companies.mapped('name')),
            'row_count': tally.rows,
            'seal_count': tally.seals,
            'unsealed_count': tally.unsealed,
            'unsealed_since': tally.unsealed_since,
            'newest_seals': self.sudo()._describe_newest_seals(self.env.companies),
            'duration': time.monotonic() - begin,
            'line_ids': [fields.Command.clear(), *map(fields.Command.create, lines)],
        })
        self.summary = self._describe_result(len(findings))
        return {
            'name': _("Verify History"),
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'target': 'new',
        }

    def _get_findings(self, companies, tally):
        """:return: list of Finding by row, one for each row; those without a row come first"""
        parts = (
            self.env['payment.approval.seal']._iter_broken_seals(companies, tally),
            self.env['payment.approval.history']._iter_broken_rows(companies, tally),
        )
        findings, named = {}, set()
        for part in parts:
            for finding in islice(part, COUNTED):
                if not (finding.vague and finding.payment_id in named):
                    findings.setdefault(finding.row_id or (finding.payment_id, finding.reason), finding)
                named.add(finding.payment_id)
        return sorted(findings.values(), key=lambda finding: finding.row_id)

    def _prepare_lines(self, findings):
        payments = self.env['account.payment'].browse({finding.payment_id for finding in findings} - {0}).exists()
        names = {payment.id: payment._get_approval_name() for payment in payments}
        return [{
            'name': names.get(finding.payment_id, finding.payment_id and _("Payment %(id)s", id=finding.payment_id)),
            'payment_id': finding.payment_id if finding.payment_id in names else False,
            'company_id': finding.company_id,
            'row_id': finding.row_id,
            'date': finding.date,
            'reason': finding.reason,
        } for finding in findings]

    def _describe_newest_seals(self, companies):
        Seal = self.env['payment.approval.seal']
        newest = Seal.concat(*[
            Seal.search([('company_id', '=', company.id)], order='number desc', limit=1) for company in companies])
        return '\n'.join(_(
            "%(company)s, seal %(number)s: %(hash)s",
            company=seal.company_id.name, number=seal.number, hash=seal.hash,
        ) for seal in newest)

    def _describe_result(self, count):
        if not count:
            return _("Every row and every seal is as it was written.")
        first = self.line_ids[0]
        shown = count if count < COUNTED else f'{COUNTED}+'  # in the call it would stop the exporter of terms
        return _(
            "%(count)s rows or seals do not fit. The first: %(payment)s row %(row)s of %(date)s. %(reason)s",
            count=shown, payment=first.name or '', row=first.row_id or '-',
            date=fields.Datetime.to_string(first.date), reason=first.reason,
        )


class PaymentHistoryVerifyLine(models.TransientModel):
    _name = 'payment.history.verify.line'
    _description = 'Finding in the Payment Approval History'
    _order = 'id'

    verify_id = fields.Many2one('payment.history.verify', required=True, ondelete='cascade', index=True)
    payment_id = fields.Many2one('account.payment', readonly=True)
    name = fields.Char(string='Voucher Number', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    row_id = fields.Integer(readonly=True)
    date = fields.Datetime(readonly=True)
    reason = fields.Char(string='What is Wrong', readonly=True)
