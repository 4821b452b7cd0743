"""Faulty releases as data: assets, migrations, translations, files, and what files alone cannot show. See
release_faults.py."""
from release_faults import REHEARSAL, WARNING, add, both, content, edit, fault, inherit, migration, payment, po

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
fault('translation not in UTF-8',
      both(po(''), content('i18n_extra/fr.po', lambda old: old + '# é\n'.encode('latin-1'))),
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
