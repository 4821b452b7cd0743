"""The notice above the list of payments: stages in which nobody could act."""
from odoo import http
from odoo.http import request


class PaymentStaffing(http.Controller):

    @http.route('/payment_account_enhanced/staffing', type='json', auth='user')
    def staffing_notice(self, context=None):
        """Say where payments of the companies at hand would stop for want of people.

        :param context: the context of the client: its language, and the companies it looks at
        :return: ``{'html': …}``, or ``{}`` where there is nothing to say
        """
        request.update_context(**(context or {}))
        if not request.env['account.payment'].check_access_rights('read', raise_exception=False):
            return {}
        warnings = [text for company in request.env.companies.sudo() for text in company._get_staffing_warnings()]
        if not warnings:
            return {}
        return {'html': request.env['ir.qweb']._render('payment_account_enhanced.payment_staffing_notice', {
            'warnings': warnings,
        })}
