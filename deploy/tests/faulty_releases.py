"""Faulty releases as data: a copy of this addon with one fault each, and what the code check must say of it.

``STOP`` and ``WARNING`` are the level at which the code check finds it; ``REHEARSAL`` marks those that files alone
cannot show, with the reason: the rehearsal finds them.
"""
import dataclasses
import re

from deploy import release

STOP, WARNING, REHEARSAL = 'stop', 'warning', 'rehearsal'
ALL = []


@dataclasses.dataclass(frozen=True)
class Fault:
    """``mutate(folder)`` puts the fault into a good release; ``says`` is in the finding's line, or the reason."""
    name: str
    mutate: object
    level: str
    says: str


def fault(name, mutate, says, level=STOP):
    ALL.append(Fault(name, mutate, level, says))


def edit(file, old, new):
    """Replaces a text, which must be there."""
    def mutate(folder):
        path = folder / file
        text = path.read_text()
        assert old in text, f'{file} holds no {old!r}'
        path.write_text(text.replace(old, new, 1))
    return mutate


def add(file, text):
    """Adds a text at the end of a file, or makes the file."""
    def mutate(folder):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if path.exists() else '') + text)
    return mutate


def both(*mutations):
    def mutate(folder):
        for one in mutations:
            one(folder)
    return mutate


def record(text):
    """A data file of its own, listed at the end of the manifest."""
    return both(add('data/fault.xml', f'<?xml version="1.0" encoding="utf-8"?>\n<odoo>\n{text}\n</odoo>\n'),
                listed('data/fault.xml'))


def listed(name):
    return edit('__manifest__.py', "        'wizards/payment_history_verify_views.xml',\n",
                f"        'wizards/payment_history_verify_views.xml',\n        '{name}',\n")


def group(more='', name='x'):
    """A record as text: a group of users with more fields."""
    return f'<record id="fault" model="res.groups"><field name="name">{name}</field>{more}</record>'


def implies(name):
    return record(group(f'<field name="implied_ids" eval="[(4, ref(\'{name}\'))]"/>'))


def rule(model):
    return record('<record id="fault" model="ir.rule"><field name="name">x</field>'
                  f'<field name="model_id" ref="{model}"/></record>')


def view(arch, model='account.payment', more=''):
    return record(f'<record id="fault_view" model="ir.ui.view"><field name="name">fault</field>'
                  f'<field name="model">{model}</field>{more}<field name="arch" type="xml">{arch}</field></record>')


def inherit(arch, parent='account.view_account_payment_form'):
    return view(arch, more=f'<field name="inherit_id" ref="{parent}"/>')


def python(text, imports='from odoo import api, fields, models\n'):
    """One more model file, imported."""
    return both(add('models/fault.py', f'{imports}\n\n{text}\n'), add('models/__init__.py', 'from . import fault\n'))


def payment(body):
    lines = ''.join(f'    {line}\n' for line in body.splitlines())
    return python(f"class AccountPayment(models.Model):\n    _inherit = 'account.payment'\n\n{lines}")


def migration(version='', name='post-fault.py', text='def migrate(cr, version):\n    pass\n'):
    """A migration script of a version, the release's own unless given."""
    return lambda folder: add(f'migrations/{version or release.version(folder)}/{name}', text)(folder)


def po(entry, head=True):
    start = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n' if head else ''
    return add('i18n/fr.po', f'{start}{entry}\n')


def remove(file):
    return lambda folder: (folder / file).unlink()


def content(file, change):
    """Changes the bytes of a file."""
    return lambda folder: (folder / file).write_bytes(change((folder / file).read_bytes()))


def manifest(pattern, new):
    def mutate(folder):
        text, count = re.subn(pattern, new, (folder / '__manifest__.py').read_text(), count=1)
        assert count, pattern
        (folder / '__manifest__.py').write_text(text)
    return mutate


ACCESS = 'security/ir.model.access.csv'
LINE = 'access_fault,fault,{},{},1,0,0,0\n'

# Manifest
fault('manifest with a syntax error', edit('__manifest__.py', "'license': 'LGPL-3',", "'license': 'LGPL-3'"),
      'cannot be read')
fault('manifest with a function call', manifest(r"'name': '[^']*'", "'name': str('x')"), 'cannot be read')
fault('manifest missing', remove('__manifest__.py'), 'is missing')
fault('manifest lists a missing file', listed('views/not_there.xml'), 'lists views/not_there.xml, which does not exist')
fault('manifest lists a file in other letters',
      edit('__manifest__.py', 'views/account_move_views', 'views/Account_move_views'),
      'there is views/account_move_views.xml')
fault('comma missing between two files', edit('__manifest__.py', "'views/account_payment_views.xml',",
                                              "'views/account_payment_views.xml'"), 'which does not exist')
fault('version not raised', manifest(r"'version': '[^']*'", "'version': '17.0.1.0.8'"), 'is that of the installed')
fault('version lower', manifest(r"'version': '[^']*'", "'version': '17.0.1.0.7'"), 'is lower than the installed')
fault('version 1.0.10 of letters', manifest(r"'version': '[^']*'", "'version': '17.0.1.0.10-rc1'"), 'not of the form')
fault('version of another series', manifest(r"'version': '[^']*'", "'version': '18.0.1.0.9'"), 'is for Odoo 18.0')
fault('not installable', manifest("'application': True,", "'application': True, 'installable': False,"),
      'not installable')
fault('license missing', manifest("    'license': 'LGPL-3',\n", ''), "'license' is missing", WARNING)
fault('a key twice', manifest("'application': True,", "'application': True, 'data': [],"), "'data' stands there twice")
fault('depends misspelt', manifest("'depends'", "'dependencies'"), 'does not know the key')
fault('dependency missing', manifest(r"\['account'\]", "['account', 'account_not_there']"),
      'depends on account_not_there')
fault('depends on itself', manifest(r"\['account'\]", "['account', 'payment_account_enhanced']"), 'depends on itself')
fault('Python package missing', manifest("'application': True,", "'application': True, 'external_dependencies': "
                                         "{'python': ['no_such_package']},"), 'no package no_such_package')
fault('program missing', manifest("'application': True,", "'application': True, 'external_dependencies': "
                                  "{'bin': ['no-such-program']},"), 'no-such-program of external_dependencies')
fault('hook not there', manifest("'uninstall_hook': 'uninstall_hook'", "'uninstall_hook': 'uninstall'"),
      'which __init__.py does not have')
fault('hook not imported', edit('__init__.py', 'from .hooks import uninstall_hook', ''),
      'which __init__.py does not have')
fault('data file not listed any more', manifest("        'views/account_move_views.xml',\n", ''),
      'not listed any more', WARNING)
fault('another addon', lambda folder: other_addon(folder), 'it is another module')

# Python
fault('syntax error', edit('models/account_payment.py', 'class ', 'klass '), 'does not compile')
fault('syntax of a newer Python', python('type Amount = float', ''), 'does not compile')
fault('merge conflict in a comment', add('static/tests/tours/tour_steps.js', '<<<<<<< HEAD\n=======\n>>>>>>> other\n'),
      'marks of a merge conflict')
fault('module not there', add('models/__init__.py', 'from . import no_such_file\n'), 'imports no_such_file')
fault('name not there', python('x = 1', 'from .posting_guard import NoSuchGuard\n'), 'imports NoSuchGuard')
fault('name not in Odoo', python('x = 1', 'from odoo.exceptions import NoSuchError\n'), 'imports NoSuchError')
fault('module not in Odoo', python('x = 1', 'from odoo.tools.no_such import x\n'), 'imports from odoo.tools.no_such')
fault('addon not there', python('x = 1', 'from odoo.addons.no_such import models\n'), 'imports from the module no_such')
fault('package not installed', python('x = 1', 'import no_such_package\n'), 'no package no_such_package')
fault('file not imported any more', edit('models/__init__.py', 'from . import account_move_line\n', ''),
      'not imported any more')
fault('folder not imported any more', edit('__init__.py', 'from . import wizards\n', ''), 'not imported any more')
fault('new file not imported', add('models/fault.py', 'from odoo import models\n'), 'nothing imports it', WARNING)
fault('package without __init__', remove('wizards/__init__.py'), 'folder without __init__.py')
fault('module without __init__', remove('__init__.py'), 'is missing: Odoo would load the module without')
fault('inherits an unknown model', python("class Fault(models.Model):\n    _inherit = 'account.paymnet'\n"),
      'did you mean account.payment?')
fault('inherits a model of no dependency', python("class Fault(models.Model):\n    _inherit = 'stock.picking'\n"),
      'inherits stock.picking')
fault('field to an unknown model', payment("fault_id = fields.Many2one('res.partnr')"), 'leads to res.partnr')
fault('inverse field unknown', payment("fault_ids = fields.One2many('account.move', 'no_such_id')"),
      'no_such_id does not exist')
fault('compute method unknown', payment("fault = fields.Char(compute='_compute_no_such')"),
      'the method _compute_no_such')
fault('related field unknown', payment("fault = fields.Char(related='partner_id.no_such')"), 'related names no_such')
fault('depends on an unknown field', payment("fault = fields.Char(compute='_compute_fault')\n\n@api.depends('amuont')\n"
                                             "def _compute_fault(self):\n    self.fault = ''"), 'did you mean amount?')
fault('field for an unknown group', payment("fault = fields.Char(groups='account.group_no_such')"),
      'group_no_such does not')
fault('order by an unknown field', python("class Fault(models.Model):\n    _name = 'fault'\n    _description = 'f'\n"
                                          "    _order = 'no_such desc'\n"), '_order names no_such')
fault('env.ref to an unknown id',
      payment("def fault(self):\n    return self.env.ref('payment_account_enhanced.no_such')"),
      'no_such does not exist')
fault('has_group of an unknown group',
      payment("def fault(self):\n    return self.env.user.has_group('account.no_such')"),
      'the group account.no_such')
fault('method twice in a class', payment('def fault(self):\n    return 1\n\ndef fault(self):\n    return 2'),
      'hides the one of line', WARNING)
fault('model without access rights',
      python("class Fault(models.Model):\n    _name = 'fault'\n    _description = 'f'\n"),
      'nobody has access rights to the model fault', WARNING)
fault('stored field removed', edit('models/payment_override.py', 'old_value = fields', 'older_value = fields'),
      'drops its column', WARNING)

# CSV
fault('access to an unknown model', add(ACCESS, LINE.format('model_no_such', 'base.group_user')),
      'model_no_such does not exist')
fault('access for an unknown group', add(ACCESS, LINE.format('model_payment_reset', 'account.no_such')),
      'account.no_such does')
fault('access for everybody', add(ACCESS, LINE.format('model_payment_reset', '')), 'names no group', WARNING)
fault('an id twice in a CSV file', add(ACCESS, (LINE * 2).format(*['model_payment_reset', 'base.group_user'] * 2)),
      'is that of line')
fault('a column missing in a row', add(ACCESS, 'access_fault,fault,model_payment_reset,base.group_user,1,0\n'),
      'columns less')
fault('byte order mark', content(ACCESS, lambda old: b'\xef\xbb\xbf' + old), 'byte order mark')
fault('semicolons', content(ACCESS, lambda old: old.replace(b',', b';')), 'not separated by commas')
fault('not UTF-8',
      content(ACCESS, lambda old: old + 'access_é,é,model_payment_reset,base.group_user,1,0,0,0\n'.encode('latin-1')),
      'is not UTF-8')
fault('column misspelt', edit(ACCESS, 'perm_unlink', 'perm_delete'), "the column 'perm_delete'")
fault('file named after no model', both(lambda folder: (folder / ACCESS).rename(folder / 'security/ir.model.acces.csv'),
                                        edit('__manifest__.py', 'ir.model.access.csv',
                                             'ir.model.acces.csv')), 'says the model ir.model.acces')

# XML
fault('not well-formed', edit('views/account_move_views.xml', '</odoo>', ''), 'is not well-formed')
fault('not of the schema', record('<record id="fault"><field name="name">x</field></record>'),
      "does not fit Odoo's schema")
fault('schema: field in the root', edit('views/account_move_views.xml', '<odoo>', '<odoo><field name="x"/>'),
      "does not fit Odoo's")
fault('root is not odoo', content('data/ir_cron_data.xml', lambda old: re.sub(rb'(</?)odoo', rb'\1openerp_data', old)),
      'begins with <openerp_data>')
fault('record of an unknown model', record('<record id="fault" model="no.such"><field name="name">x</field></record>'),
      'the model no.such does not exist')
fault('unknown field of a record',
      record('<record id="fault" model="res.groups"><field name="nmae">x</field></record>'),
      'nmae is no field of res.groups')
fault('reference to an unknown id', rule('model_no_such'), 'model_no_such does not exist')
fault('reference by eval to an unknown id', implies('account.no_such'), 'account.no_such does not exist')
fault('reference to a record of another model', rule('base.group_user'), 'is a record of res.groups')
fault('reference to a module of no dependency', implies('stock.group_stock_user'), 'is not among its dependencies')
fault('data files in the wrong order', lambda folder: wrong_order(folder), 'is made later, by data/later.xml')
fault('an id for two records', record(group() + group(name='y')), 'id of two records')
fault('an id for two models', record('<record id="group_payment_manager" model="ir.rule"><field name="name">x</field>'
                                     '</record>'), 'id of a res.groups and of a ir.rule')
fault('eval that is no Python',
      record('<record id="fault" model="res.groups"><field name="name" eval="[(4,"/></record>'), 'no valid Python')
fault('cron code that is no Python', edit('data/ir_cron_data.xml', '<field name="code">', '<field name="code">if:'),
      'no valid Python')
fault('button of a method that is not there',
      edit('wizards/payment_reset_views.xml', 'name="action_reset"', 'name="action_rest"'),
      'the button calls action_rest')
fault('menu of an unknown action', record('<menuitem id="fault_menu" name="x" action="no_such_action"/>'),
      'no_such_action does not exist')
fault('function of an unknown method', record('<function model="res.groups" name="no_such_method"/>'),
      'the method no_such_method')

# Views
fault('view of an unknown field', view('<form><field name="no_such"/></form>'),
      'no_such is no field of account.payment')
fault('view of an unknown field in a list',
      view('<form><field name="line_ids"><tree><field name="no_such"/></tree></field></form>',
                                                 'account.move'), 'no_such is no field of account.move.line')
fault('view of an unknown model', view('<form><field name="x"/></form>', 'no.such'), 'a model that does not exist')
fault('inherits an unknown view', inherit('<field name="amount" position="after"/>', 'account.no_such_view'),
      'no_such_view does not')
fault('looks for what is not there', inherit('<field name="amuont" position="after"/>'), 'did you mean amount?')
fault('looks by XPath for what is not there', inherit('<xpath expr="//page[@name=\'no_such\']" position="after"/>'),
      'name="no_such"')
fault('XPath that is none', inherit('<xpath expr="//field[@name=" position="after"/>'), 'is no XPath')
fault('position that is none', inherit('<field name="amount" position="behind"/>'), "position is 'behind'")
fault('attrs of Odoo 16', view('<form><field name="amount" attrs="{}"/></form>'), 'attrs is not used since Odoo 17')
fault('list instead of tree', view('<list><field name="amount"/></list>'), '<list> is no view')
fault('expression that is no Python', view('<form><field name="amount" invisible="state =="/></form>'),
      'invisible is no valid Python')
fault('view for an unknown group', view('<form><field name="amount" groups="account.no_such"/></form>'),
      'the group account.no_such')
fault('architecture in CDATA not well-formed',
      record('<record id="fault_view" model="ir.ui.view"><field name="name">x</field><field name="model">'
             'account.payment</field><field name="arch"><![CDATA[<form><field name="amount"></form>]]></field></record>'),
      'is not well-formed')
fault('architecture empty', view(''), 'it is empty')
fault('template with a broken expression', edit('report/payment_voucher_templates.xml', 't-if="', 't-if="not ('),
      'no valid Python')
fault('template that calls an unknown one',
      record('<template id="fault_template"><t t-call="web.no_such_layout"/></template>'), 'no_such_layout')
fault('loop without a name', record('<template id="fault_template"><t t-foreach="docs"/></template>'),
      't-foreach without t-as')

# Assets, migrations, translations, files
fault('asset pattern without files', edit('__manifest__.py', 'static/tests/tours/*.js', 'static/tests/tuors/*.js'),
      'which is no file')
fault('asset of an unknown module',
      edit('__manifest__.py', 'payment_account_enhanced/static', 'payment_enhanced/static'), 'there is no module')
fault('asset includes an unknown bundle',
      edit('__manifest__.py', "'web.assets_tests': [",
           "'web.assets_tests': [('include', 'web.no_such'),"), 'web.no_such')
fault('static template not well-formed', add('static/src/fault.xml', '<templates><t></templates>'),
      'web client would not start')
fault('migration above the version', migration('17.0.99.0.0'), 'it would never run')
fault('migration folder that is no version', migration('next'), 'is no version')
fault('migration without migrate', migration(text='def run(cr, version):\n    pass\n'), 'has no function migrate')
fault('migration of one argument', migration(text='def migrate(cr):\n    pass\n'), 'other arguments')
fault('migration of no stage', migration(name='fault.py'), 'neither pre-, post- nor end-', WARNING)
fault('migration for an installed version', migration('17.0.1.0.8'), 'it would not run', WARNING)
fault('translation with another placeholder',
      po('#. module: payment_account_enhanced\n#: code:addons/x.py:0\nmsgid "Paid %(amount)s"\n'
         'msgstr "Payé %(montant)s"'), 'placeholders', WARNING)
fault('translation without its module', po('#: code:addons/x.py:0\nmsgid "Paid"\nmsgstr "Payé"'), 'Odoo fails on it')
fault('translation with an open quote', po('#. module: payment_account_enhanced\nmsgid "Paid\nmsgstr "Payé"'),
      'no line of a po file')
fault('translation not in UTF-8', both(po(''), content('i18n/fr.po', lambda old: old + '# é\n'.encode('latin-1'))),
      'is not UTF-8')
fault('link out of the release', lambda folder: (folder / 'static/out').symlink_to('/etc'), 'leads out of the release')
fault('link to nothing', lambda folder: (folder / 'static/none').symlink_to('none-there'), 'link to nothing')
fault('pointer of git-lfs',
      content('static/tests/tours/tour_steps.js',
              lambda old: b'version https://git-lfs.github.com/spec/v1\n'), 'git-lfs')
fault('file that the account cannot read', lambda folder: (folder / 'models/account_move.py').chmod(0o000),
      'cannot be read by')

# What files alone cannot show
fault('undefined name in a method', payment('def fault(self):\n    return no_such_name'),
      'runs only when it is called', REHEARSAL)
fault('constraint that the rows break', payment("_sql_constraints = [('fault', 'CHECK(amount > 1000000000)', 'x')]"),
      'depends on the rows', REHEARSAL)
fault('required field without a default', payment('fault = fields.Char(required=True)'), 'depends on the rows',
      REHEARSAL)
fault('migration that raises', migration(text='def migrate(cr, version):\n    raise ValueError\n'),
      'runs only in the upgrade', REHEARSAL)
fault('migration that changes amounts',
      migration(text='def migrate(cr, version):\n    cr.execute("UPDATE account_payment SET amount = 1")\n'),
      'only a comparison of the data shows it', REHEARSAL)
fault('migration that hangs', migration(text='import time\n\n\ndef migrate(cr, version):\n    time.sleep(9999)\n'),
      'only a time limit ends it', REHEARSAL)
fault('guard that lets everything pass', payment('def write(self, vals):\n    return models.Model.write(self, vals)'),
      'its meaning is wrong, not its form: the role checks find it', REHEARSAL)
fault('server that goes down', payment('def _register_hook(self):\n    raise ValueError'),
      'runs only when the registry is loaded', REHEARSAL)
fault('script that is no JavaScript', add('static/src/fault.js', 'function ( {'), 'only building the assets shows it',
      REHEARSAL)
fault('XPath that finds nothing in the combined view',
      inherit('<xpath expr="//sheet/field[@name=\'amount\']" position="after"/>'),
      'the combined view exists in the database alone', REHEARSAL)


def wrong_order(folder):
    add('data/fault.xml', '<odoo><menuitem id="fault_menu" name="x" action="fault_action"/></odoo>')(folder)
    add('data/later.xml', '<odoo><record id="fault_action" model="ir.actions.act_window"><field name="name">x</field>'
                          '<field name="res_model">account.payment</field></record></odoo>')(folder)
    listed('data/later.xml')(folder)
    listed('data/fault.xml')(folder)


def other_addon(folder):
    """A good addon, of another name and with nothing in common."""
    for path in sorted(folder.rglob('*'), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    (folder / '__init__.py').write_text('')
    (folder / 'data.xml').write_text(f'<odoo>{group()}</odoo>')
    (folder / '__manifest__.py').write_text("{'name': 'Other', 'version': '17.0.9.0.0', 'license': 'LGPL-3', "
                                            "'depends': ['base'], 'data': ['data.xml']}")
