"""Faulty releases: what the code check must find (1), what only the upgrade and the proof can find (2)."""
from deploy.tests.faults.fault import NEW, OLD, add
from deploy.tests.world import mutations as m

GOOD, REFUSED, BACK, EITHER = {0: NEW}, {1: OLD}, {2: OLD}, {1: OLD, 2: OLD}
VIEW = 'views/account_payment_views.xml'

add('good release', GOOD)
add('good release, plain folder', GOOD, options={'code': 'folder'})
add('good release, symlinked folder', GOOD, options={'code': 'symlink'},
    after=lambda world, run: [] if world.addon.is_symlink() else ['the symlink is gone'])
add('good release, zip archive', GOOD, options={'code': 'zip'})
add('good release, tar archive', GOOD, options={'code': 'tar'})
add('new columns', GOOD, m.model(m.COLUMN))
add('migration in bulk', GOOD, m.model(m.COLUMN), m.sql("UPDATE account_payment SET late_note = 'x' || id"))
add('release without the tool', GOOD, lambda folder, _version: __import__('shutil').rmtree(folder / 'deploy'))

add('syntax error', REFUSED, m.append('models/account_move.py', '\ndef broken(:\n'))
add('malformed XML', REFUSED, m.append(VIEW, '<record>\n'))
add('XML that Odoo does not know', REFUSED, m.edit(VIEW, '<record id=', '<rekord id="x" /><record id='))
add('view with an unknown external id', REFUSED, m.edit(VIEW, 'ref="account.view_account_payment_form"',
                                                       'ref="account.view_that_never_was"'))
add('view with an unknown field', EITHER, m.edit(VIEW, '<field name="is_locked"', '<field name="is_lokked"'))
add('view at a place that is not there', EITHER, m.edit(VIEW, "//header/button[@name='action_draft']",
                                                       "//header/button[@name='action_dragt']"))
add('missing file', REFUSED, m.remove(VIEW))
add('missing dependency', REFUSED, m.manifest(r"'depends': \['account'\]", "'depends': ['account', 'never_was']"))
add('missing Python requirement', REFUSED, m.manifest(
    r"'application': True", "'application': True, 'external_dependencies': {'python': ['never_was_a_package']}"))
add('version not raised', REFUSED, raised=False)
add('version of another series', REFUSED, m.manifest(r"'version': '17\.0", "'version': '16.0"))
add('manifest that is no Python', REFUSED, m.append('__manifest__.py', '}\n'))
add('models not imported', EITHER, lambda folder, _version: (folder / 'models/__init__.py').write_text(''))
add('one model not imported', EITHER, m.edit('models/__init__.py', 'from . import account_move_line\n', ''))
add('import of a missing name', EITHER, m.append('models/account_move.py', '\nfrom .posting_guard import never_was\n'))
add('CSV with a missing column', REFUSED, m.append('security/ir.model.access.csv', 'access_x,x,model_payment_reset\n'))
add('CSV in a wrong encoding', REFUSED, lambda folder, _version: (folder / 'security/ir.model.access.csv').write_bytes(
    (folder / 'security/ir.model.access.csv').read_bytes() + 'access_y,Gebühr,model_payment_reset,,1,1,1,1\n'.encode(
        'latin-1')))
add('broken translation', EITHER, m.append('i18n/de.po', 'msgid "unfinished\nmsgstr ""\n'))
add('asset that is not there', EITHER, m.manifest(
    r"'assets': \{", "'assets': {'web.assets_backend': ['payment_account_enhanced/static/src/never_was.js'],"))
add('style sheet with an error', EITHER, m.append('static/src/late.scss', '.x { color: $never-was; \n'), m.manifest(
    r"'assets': \{", "'assets': {'web.assets_backend': ['payment_account_enhanced/static/src/late.scss'],"))
add('archive whose folder has another name', {0: NEW}, options={'code': 'zip'}, before=lambda world: _other_name(world))
add('archive with a path out of it', REFUSED, options={'code': 'zip'}, before=lambda world: _path_out(world),
    after=lambda world, run: ['the archive wrote outside'] if (world.folder / 'outside.txt').exists() else [])
add('archive cut off', REFUSED, options={'code': 'tar'}, before=lambda world: _cut(world.folder / 'release.tar.gz'))

add('migration that raises', BACK, m.migration("raise ValueError('no')"))
add('migration that raises, symlinked folder', BACK, m.migration("raise ValueError('no')"), options={'code': 'symlink'},
    after=lambda world, run: [] if world.addon.is_symlink() else ['the symlink is gone'])
add('migration that raises, plain folder', BACK, m.migration("raise ValueError('no')"), options={'code': 'folder'})
add('migration that hangs', BACK, m.migration('time.sleep(3600)'), options={'upgrade_limit': 20})
add('migration that hangs in SQL', BACK, m.sql('SELECT pg_sleep(3600)'), options={'upgrade_limit': 20})
add('upgrade that ends with 0 too early', BACK, m.migration('os._exit(0)'))
add('upgrade that commits and dies', BACK, m.sql("UPDATE account_payment SET remarks = 'half'", 'pre'),
    m.migration('cr.commit()\nos.kill(os.getpid(), 9)'))
add('an error in the log, exit code 0', BACK, m.migration("_logger.error('Something is not right')"))
add('constraint that cannot be added', BACK, m.model(m.CONSTRAINT))
add('server that ends at once', BACK, m.model(m.GOES_DOWN, 'import os\nfrom odoo.tools import config'))
add('login page that answers 500', BACK, m.broken_login('True'))
add('login page that answers 500 in the service alone', BACK, m.broken_login(m.ONLY_SERVICE))
add('guards off', BACK, m.model(m.OPEN_GUARD))
add('voucher button gone', BACK, m.edit('views/account_payment_voucher_views.xml', 'invisible="state != \'posted\'"',
                                        'invisible="1"'))

add('a posted payment gets another amount', BACK, m.sql(f'UPDATE account_payment SET amount = amount + 1 '
                                                        f'WHERE id = {m.PAYMENT}'), says='account_payment')
add('two payments swap their amounts', BACK, m.sql(f"""
    WITH two AS (SELECT {m.PAYMENT} AS a, (SELECT id FROM account_payment WHERE amount = 410 ORDER BY id LIMIT 1) AS b)
    UPDATE account_payment p SET amount = o.amount FROM two, account_payment o
     WHERE (p.id, o.id) IN ((two.a, two.b), (two.b, two.a))"""), says='account_payment')
add('a posted entry gets another date', BACK, m.sql(f"UPDATE account_move SET date = date - 1 WHERE id = {m.POSTED}"))
add('a posted payment becomes a draft', BACK, m.sql(f"UPDATE account_move SET state = 'draft' WHERE id = {m.POSTED}"))
add('a posted payment is deleted', BACK, m.sql(f'DELETE FROM account_move WHERE id = {m.POSTED}'))
add('an item changes sides', BACK, m.sql(f'UPDATE account_move_line SET debit = credit, credit = debit '
                                         f'WHERE move_id = {m.POSTED}'))
add('a reconciliation is gone', BACK, m.sql('DELETE FROM account_partial_reconcile WHERE id = '
                                           '(SELECT min(id) FROM account_partial_reconcile)'))
add('a row of the history is gone', BACK, m.sql('DELETE FROM payment_approval_history WHERE id = '
                                               '(SELECT min(id) FROM payment_approval_history)'))
add('a message is gone', BACK, m.sql('DELETE FROM mail_message WHERE id = (SELECT min(id) FROM mail_message '
                                    "WHERE model = 'account.payment')"))
add('a sequence goes back', BACK, m.sql("SELECT setval('account_move_id_seq', 1)"))
add('a voucher number is drawn', BACK, m.migration("env['ir.sequence'].next_by_code('payment.voucher')"))
add('a column of Odoo is dropped', BACK, m.sql('ALTER TABLE account_move DROP COLUMN ref CASCADE', 'end'))
add('a constraint of Odoo is dropped', BACK, m.sql(
    'ALTER TABLE account_move_line DROP CONSTRAINT account_move_line_check_credit_debit', 'end'))
add('an index of Odoo is dropped', BACK, m.sql('DROP INDEX res_currency_rate__name_index'))
add('a cron is switched off', BACK, m.sql('UPDATE ir_cron SET active = false WHERE id = (SELECT min(id) FROM ir_cron '
                                         'WHERE active)'))
add('an accountant gets more rights', BACK, m.migration(
    "env['res.users'].search([('login', '=', 'accountant')]).groups_id += "
    "env.ref('payment_account_enhanced.group_payment_manager')"))
add('somebody gets another password', BACK, m.migration(
    "env['res.users'].search([('login', '=', 'accountant')]).password = 'other'"))
add('an access right of Odoo is gone', BACK, m.migration(
    "env.ref('account.access_account_move_readonly').unlink()"))
add('a system parameter changes', BACK, m.sql("UPDATE ir_config_parameter SET value = 'x' WHERE key = 'database.uuid'"))
add('an attachment is lost', BACK, m.migration(m.FILE + 'os.unlink(path)'))
add('an attachment is altered', {2: OLD, 3: OLD}, m.migration(m.FILE + "open(path, 'r+b').write(b'altered')"))
add('an attachment is replaced', BACK, m.migration(m.FILE + "os.unlink(path)\nopen(path, 'wb').write(b'other')"))


def _other_name(world):
    """The archive's folder is not called as the module is."""
    import shutil
    place = world.folder / 'renamed'
    shutil.copytree(world.tree, place / 'payment_account_enhanced-17.0')
    shutil.make_archive(str(world.folder / 'release'), 'zip', place, 'payment_account_enhanced-17.0')


def _path_out(world):
    import zipfile
    with zipfile.ZipFile(world.folder / 'release.zip', 'a') as archive:
        archive.writestr('payment_account_enhanced/../../../outside.txt', 'x')
        archive.writestr('../outside.txt', 'x')


def _cut(path):
    path.write_bytes(path.read_bytes()[:-2000])
