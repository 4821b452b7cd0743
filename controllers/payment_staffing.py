"""The notice above the list of payments: stages in which nobody could act."""
from odoo import http
from odoo.http import request


class PaymentStaffing(http.Controller):

    @http.route('/payment_account_enhanced/staffing', type='json', auth='user')
    def staffing_notice(self):
        """:return: ``{'html': …}`` where payments of the companies at hand would stop for want of people, else ``{}``"""
        if not request.env['account.payment'].check_access_rights('read', raise_exception=False):
            return {}
        warnings = [text for company in request.env.companies.sudo() for text in company._get_staffing_warnings()]
        if not warnings:
            return {}
        return {'html': request.env['ir.qweb']._render('payment_account_enhanced.payment_staffing_notice', {
            'warnings': warnings,
        })}
