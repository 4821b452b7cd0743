"""What the printed voucher needs on this machine: the program that makes the PDF, and what draws its code."""
import os
import shutil

from deploy import conf, process
from deploy.finding import ok, stop, warning
from deploy.odoo import Odoo

SUBJECT = 'voucher'
MODULE = 'payment_account_enhanced'
LIMIT = 60  # seconds
# As Odoo draws a QR code, in the Python of the service.
DRAW = ("from reportlab.graphics.barcode import createBarcodeDrawing; "
        "createBarcodeDrawing('QR', value='code', format='png').asString('png')")


def findings(settings, _server):
    if settings.module == MODULE:
        yield _program(settings)
        yield _code(settings)


def _program(settings):
    """Odoo looks on the path, and in the folder that odoo.conf names."""
    folders = os.pathsep.join([os.environ.get('PATH', os.defpath), conf.options(settings).get('bin_path', '')])
    found = shutil.which('wkhtmltopdf', path=folders.rstrip(os.pathsep))
    if not found:
        return warning('wkhtmltopdf', 'is not to be found: Odoo prints no documents, the voucher among them',
                       'install wkhtmltopdf 0.12.6, or name its folder in odoo.conf: bin_path')
    return ok('wkhtmltopdf', found)


def _code(settings):
    """Without it the role checks after the upgrade would fail, and the deployment go back."""
    code, output = process.run([Odoo(settings).python(), '-c', DRAW], limit=LIMIT, user=settings.user)
    if code:
        return stop('code on the voucher', f'the Python of the service cannot draw it: '
                                           f'{process.last_lines(output, 1)}',
                    'install python3-renderpm (Debian, Ubuntu), or rl-renderPM with the pip of that Python')
    return ok('code on the voucher', 'can be drawn')
