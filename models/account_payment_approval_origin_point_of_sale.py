"""Origin: a session of the point of sale books, when it is closed, what its customers paid. Needs point_of_sale."""
from collections import defaultdict

from odoo import models


class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def _filter_origin_point_of_sale(self):
        """Point of sale: of a session that is being closed right now, up to what its orders took, or gave back, by that
        payment method and has not been booked yet."""
        candidates = self.filtered(lambda payment: (
            payment.pos_session_id.state in ('opened', 'closing_control')
            and payment.pos_session_id.company_id == payment.company_id
            and payment.pos_payment_method_id in payment.pos_session_id.payment_method_ids
            and payment.journal_id == payment.pos_payment_method_id.journal_id
        ))
        return candidates & candidates._filter_within_pos_takings()

    def _filter_within_pos_takings(self):
        if not self:
            return self
        sessions = self.pos_session_id.ids
        taken = self._get_pos_takings(sessions)
        booked = {
            (session.id, method.id, direction): amount for session, method, direction, amount in self._read_group(
                [('pos_session_id', 'in', sessions), ('state', '=', 'posted')],
                ['pos_session_id', 'pos_payment_method_id', 'payment_type'], ['amount:sum'])
        }
        within = self.browse()
        for payment in self:
            key = (payment.pos_session_id.id, payment.pos_payment_method_id.id, payment.payment_type)
            booked[key] = booked.get(key, 0.0) + payment.amount
            if payment.currency_id.compare_amounts(booked[key], taken[key]) <= 0:
                within |= payment
        return within

    def _get_pos_takings(self, sessions):
        """What a session books by each method: order by order where it identifies customers, else the sum of all.

        :return: dict of (session id, method id, payment type): amount
        """
        amounts = defaultdict(float)
        for taking in self.env['pos.payment'].search([('session_id', 'in', sessions)]):
            method = taking.payment_method_id
            amounts[taking.session_id.id, method.id, method.split_transactions and taking.id] += taking.amount
        taken = defaultdict(float)
        for (session_id, method_id, _single), amount in amounts.items():
            taken[session_id, method_id, 'inbound' if amount > 0 else 'outbound'] += abs(amount)
        return taken
