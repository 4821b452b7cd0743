"""Faulty releases as data: CSV and XML files, views and templates. See release_faults.py."""
import re

from release_faults import (
    ACCESS,
    LINE,
    WARNING,
    add,
    both,
    content,
    edit,
    fault,
    group,
    implies,
    inherit,
    record,
    rule,
    view,
    wrong_order,
)

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
             'account.payment</field>'
             '<field name="arch"><![CDATA[<form><field name="amount"></form>]]></field></record>'),
      'is not well-formed')
fault('architecture empty', view(''), 'it is empty')
fault('template with a broken expression', edit('report/payment_voucher_templates.xml', 't-if="', 't-if="not ('),
      'no valid Python')
fault('template that calls an unknown one',
      record('<template id="fault_template"><t t-call="web.no_such_layout"/></template>'), 'no_such_layout')
fault('loop without a name', record('<template id="fault_template"><t t-foreach="docs"/></template>'),
      't-foreach without t-as')
