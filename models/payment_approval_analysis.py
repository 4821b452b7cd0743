"""How many payments went through each stage, for how much, and how long they waited there."""
from odoo import fields, models
from odoo.tools import SQL, sql

from . import payment_approval_machine as machine

MEDIAN = 'median'


class PaymentApprovalAnalysis(models.Model):
    """One row for each stay of a payment in a stage: from the step that led there to the step that led on.

    A payment that came back has one row for each time. A stay that goes on has no hours yet.
    """

    _name = 'payment.approval.analysis'
    _description = 'Payment Approval Analysis'
    _auto = False
    _order = 'entered_date desc, id desc'
    _rec_name = 'payment_id'

    payment_id = fields.Many2one('account.payment', readonly=True)
    company_id = fields.Many2one('res.company', readonly=True)
    company_currency_id = fields.Many2one(related='company_id.currency_id', string='Company Currency')
    partner_id = fields.Many2one('res.partner', readonly=True)
    payment_type = fields.Selection([('outbound', 'Send'), ('inbound', 'Receive')], readonly=True)
    stage = fields.Selection(machine.STATES, readonly=True)
    entered_date = fields.Datetime(string='Arrived', readonly=True)
    left_date = fields.Datetime(string='Left', readonly=True)
    action_type = fields.Selection(
        machine.ACTIONS, string='Left by', readonly=True, help="The step that ended the stay; empty while it goes on.",
    )
    user_id = fields.Many2one(
        'res.users', string='Person', readonly=True, help="Who took the step that ended the stay.")
    amount = fields.Monetary(
        currency_field='company_currency_id', readonly=True,
        help="Amount of the payment in the currency of the company.",
    )
    hours = fields.Float(
        string='Median Hours', readonly=True, group_operator=MEDIAN,
        help="Hours in the stage: half of the stays were shorter, half were longer. Stays that go on do not count.",
    )
    hours_average = fields.Float(string='Average Hours', readonly=True, group_operator='avg')

    def init(self):
        """The view: each row of history begins a stay, the next one of the same payment ends it."""
        sql.drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(SQL(
            """
            CREATE VIEW %(table)s AS
            WITH step AS (
                SELECT id, payment_id, company_id, stage_to, approval_date,
                       lead(approval_date) OVER next_one AS left_date,
                       lead(action_type) OVER next_one AS action_type,
                       lead(user_id) OVER next_one AS user_id
                  FROM payment_approval_history
                WINDOW next_one AS (PARTITION BY payment_id ORDER BY id)
            ), stay AS (
                SELECT *, EXTRACT(EPOCH FROM left_date - approval_date)::float8 / 3600 AS hours FROM step
            )
            SELECT stay.id, stay.payment_id, stay.company_id, stay.stage_to AS stage,
                   stay.approval_date AS entered_date, stay.left_date, stay.action_type, stay.user_id,
                   stay.hours, stay.hours AS hours_average,
                   payment.partner_id, payment.payment_type,
                   ABS(payment.amount_company_currency_signed) AS amount
              FROM stay
              JOIN account_payment payment ON payment.id = stay.payment_id
             WHERE stay.stage_to IN %(stages)s
            """,
            table=SQL.identifier(self._table), stages=machine.IN_PROGRESS,
        ))

    def _read_group_select(self, aggregate_spec, query):
        # EXTENDS base: the median, which no field of Odoo offers
        name, _colon, function = aggregate_spec.partition(':')
        if function != MEDIAN:
            return super()._read_group_select(aggregate_spec, query)
        value = self._field_to_sql(self._table, name, query)
        return SQL('percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)', value), [name]
