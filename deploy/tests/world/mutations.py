"""What can be wrong with a release. Each is a function of (folder of the release, its version)."""
import re


def edit(path, old, new):
    """A mutation that replaces a text in one file; the text must be there."""
    def mutation(folder, _version):
        file = folder / path
        text = file.read_text()
        assert old in text, f'{path} holds no {old!r}'
        file.write_text(text.replace(old, new, 1))
    return mutation


def append(path, text):
    """A mutation that adds lines to a file, a new one or an old one."""
    def mutation(folder, _version):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((file.read_text() if file.exists() else '') + text)
    return mutation


def remove(path):
    def mutation(folder, _version):
        (folder / path).unlink()
    return mutation


def migration(body, when='post'):
    """A migration script of the new version; ``body`` finds ``cr`` and ``version``, and ``env``."""
    lines = ''.join(f'    {line}\n' for line in body.strip().splitlines())

    def mutation(folder, version):
        file = folder / 'migrations' / version / f'{when}-migrate.py'
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('import logging\nimport os\nimport time\n\nfrom odoo import SUPERUSER_ID, api\nfrom odoo.tools '
                        'import config\n\n_logger = logging.getLogger(__name__)\n\n\ndef migrate(cr, version):\n'
                        f'    env = api.Environment(cr, SUPERUSER_ID, {{}})\n{lines}')
    return mutation


def sql(statement, when='post'):
    """A migration script of one SQL statement."""
    return migration(f'cr.execute("""{statement}""")', when)


def model(body, imports='', before=''):
    """One more model file, imported at the end of models/__init__.py."""
    text = f'from odoo import api, fields, models\n{imports}\n{before}\n{body}'

    def mutation(folder, version):
        (folder / 'models/late_change.py').write_text(text)
        append('models/__init__.py', 'from . import late_change\n')(folder, version)
    return mutation


def manifest(pattern, new):
    """A mutation of the manifest by a regular expression, which must match."""
    def mutation(folder, _version):
        file = folder / '__manifest__.py'
        text, count = re.subn(pattern, new, file.read_text(), count=1)
        assert count, f'the manifest holds no {pattern!r}'
        file.write_text(text)
    return mutation


PAYMENT = """(SELECT p.id FROM account_payment p JOIN account_move m ON m.id = p.move_id
               WHERE m.state = 'posted' AND m.ref = 'books' ORDER BY p.id LIMIT 1)"""
POSTED = """(SELECT m.id FROM account_move m JOIN account_payment p ON p.move_id = m.id
              WHERE m.state = 'posted' AND m.ref = 'books' ORDER BY m.id LIMIT 1)"""
FILE = """
cr.execute("SELECT store_fname FROM ir_attachment WHERE res_model = 'account.payment' AND store_fname IS NOT NULL "
           "ORDER BY id LIMIT 1")
path = env['ir.attachment']._full_path(cr.fetchone()[0])
"""
ONLY_SERVICE = "config['max_cron_threads'] and config['workers']"  # so in the service, not in a trial beside it
BROKEN_LOGIN = """
from odoo import http
from odoo.addons.web.controllers.home import Home
from odoo.tools import config


class Broken(Home):
    @http.route()
    def web_login(self, *args, **kw):
        if CONDITION:
            raise ValueError('The login page is broken')
        return super().web_login(*args, **kw)
"""


def broken_login(condition):
    """The login page answers 500 where ``condition`` holds."""
    def mutation(folder, version):
        (folder / 'controllers/late_change.py').write_text(BROKEN_LOGIN.replace('CONDITION', condition).lstrip())
        append('controllers/__init__.py', 'from . import late_change\n')(folder, version)
    return mutation


COLUMN = """
class AccountPayment(models.Model):
    _inherit = 'account.payment'

    late_note = fields.Char()
    late_number = fields.Integer(default=7)
"""
CONSTRAINT = """
class AccountPayment(models.Model):
    _inherit = 'account.payment'

    _sql_constraints = [('late_check', 'CHECK(amount > 1000000000)', "Too small.")]
"""
OPEN_GUARD = """
class AccountMove(models.Model):
    _inherit = 'account.payment'

    def write(self, vals):
        return models.Model.write(self, vals)

    def action_draft(self):
        self.move_id.state = 'draft'
"""
# In the database of the service alone, as when the rehearsal's copy is not what users have.
OPEN_GUARD_IN_SERVICE = """
class AccountPayment(models.Model):
    _inherit = 'account.payment'

    def write(self, vals):
        if self.env.cr.dbname.startswith('deploy_'):
            return super().write(vals)
        return models.Model.write(self, vals)
"""
GOES_DOWN = f"""
class Base(models.AbstractModel):
    _inherit = 'base'

    def _register_hook(self):
        if self._name == 'res.users' and {ONLY_SERVICE}:
            os._exit(1)
        return super()._register_hook()
"""
