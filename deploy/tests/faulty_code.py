"""Faulty releases as data: manifest and Python code. See release_faults.py."""
from release_faults import WARNING, add, edit, fault, listed, manifest, other_addon, payment, python, remove

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
