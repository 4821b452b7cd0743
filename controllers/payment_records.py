"""All that the addon recorded and nobody can edit, as one file: for the archive, before the addon is uninstalled."""
import tempfile
import zipfile

from werkzeug.exceptions import NotFound
from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import request
from odoo.tools import SQL

from ..models.posting_guard import MANAGER_GROUP

NAME = 'payment_records.zip'
# The whole tables, with names beside the ids: the hashes in them can be checked against the ids.
PEOPLE = SQL("LEFT JOIN res_users users ON users.id = record.user_id")
RECORDS = {
    'approval_history': SQL(
        "SELECT record.*, payment.voucher_number, entry.name AS payment, users.login "
        "FROM payment_approval_history record "
        "LEFT JOIN account_payment payment ON payment.id = record.payment_id "
        "LEFT JOIN account_move entry ON entry.id = payment.move_id %s ORDER BY record.id", PEOPLE),
    'approval_seals': SQL("SELECT * FROM payment_approval_seal ORDER BY company_id, number"),
    'approval_settings': SQL(
        "SELECT record.*, users.login FROM payment_approval_setting_log record %s ORDER BY record.id", PEOPLE),
    'payment_overrides': SQL("SELECT record.*, users.login FROM payment_override record %s ORDER BY record.id", PEOPLE),
}


class PaymentRecords(http.Controller):

    @http.route('/payment_account_enhanced/records.zip', type='http', auth='user')
    def download_records(self):
        """The records of all companies as CSV files in one ZIP file. Only for Payment Managers who are administrators.

        The database writes the files, line by line: memory does not grow with the history.
        """
        if not (request.env.user.has_group(MANAGER_GROUP) and request.env.user._is_admin()):
            raise NotFound()
        request.env.flush_all()
        archive = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer was sent
        with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as files:
            for name, query in RECORDS.items():
                with files.open(f'{name}.csv', 'w', force_zip64=True) as file:
                    self._copy(query, file)
        size = archive.tell()
        archive.seek(0)
        return request.make_response(wrap_file(request.httprequest.environ, archive), [
            ('Content-Type', 'application/zip'),
            ('Content-Length', size),
            ('Content-Disposition', http.content_disposition(NAME)),
        ])

    def _copy(self, query, file):
        copy = SQL("COPY (%s) TO STDOUT WITH (FORMAT csv, HEADER)", query)
        request.env.cr._obj.copy_expert(copy.code, file)
