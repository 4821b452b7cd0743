"""Install, upgrade, uninstall, recover, reinstall: each with a clean log, and nothing of ours left in between."""
from dev import house, removal, suite
from dev.outcome import Outcome
from dev.report import step

UNINSTALL = f"""
env['ir.module.module'].search([('name', '=', {house.MODULE!r})]).button_immediate_uninstall()
env.cr.commit()
"""

# A book that was kept before the addon came: one payment in each state that Odoo has.
PAYMENTS = """
journal = env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', env.company.id)], limit=1)
drafted, posted, cancelled = env['account.payment'].create([{
    'payment_type': 'outbound', 'partner_type': 'supplier', 'amount': 100.0, 'journal_id': journal.id, 'ref': ref,
    'partner_id': env['res.partner'].search([], limit=1).id} for ref in ('draft', 'posted', 'cancelled')])
posted.action_post()
cancelled.action_cancel()
env.cr.commit()
"""
STAGES = """SELECT m.ref, p.approval_state FROM account_payment p JOIN account_move m ON m.id = p.move_id
             WHERE m.ref IN ('draft', 'posted', 'cancelled') ORDER BY 1"""

# What a database is made of. Each query lists names; after uninstalling there must be none that was not there before.
TRACES = {
    'tables': "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm') AND relnamespace = 'public'::regnamespace",
    'columns': "SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns "
               "WHERE table_schema = 'public'",
    'indexes': "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    'constraints': "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint "
                   "WHERE connamespace = 'public'::regnamespace",
    'functions': "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    'triggers': 'SELECT tgname FROM pg_trigger WHERE NOT tgisinternal',
    'database sequences': "SELECT relname FROM pg_class WHERE relkind = 'S'",
    'models': 'SELECT model FROM ir_model',
    'fields': "SELECT model || '.' || name FROM ir_model_fields",
    'selections': "SELECT f.model || '.' || f.name || ' ' || s.value FROM ir_model_fields_selection s "
                  'JOIN ir_model_fields f ON f.id = s.field_id',
    'views': "SELECT id || ' ' || name FROM ir_ui_view",
    'menus': "SELECT id || ' ' || (name->>'en_US') FROM ir_ui_menu",
    'actions': "SELECT id || ' ' || type || ' ' || (name->>'en_US') FROM ir_actions",
    'groups': "SELECT id || ' ' || (name->>'en_US') FROM res_groups",
    'module categories': "SELECT id || ' ' || (name->>'en_US') FROM ir_module_category",
    'access rights': "SELECT id || ' ' || name FROM ir_model_access",
    'record rules': "SELECT id || ' ' || name FROM ir_rule",
    'sequences': "SELECT id || ' ' || name FROM ir_sequence",
    'scheduled actions': "SELECT id || ' ' || cron_name FROM ir_cron",
    'activity types': "SELECT id || ' ' || (name->>'en_US') FROM mail_activity_type",
    'message subtypes': "SELECT id || ' ' || (name->>'en_US') FROM mail_message_subtype",
    'mail templates': "SELECT id || ' ' || (name->>'en_US') FROM mail_template",
    'paper formats': "SELECT id || ' ' || name FROM report_paperformat",
    'parameters': 'SELECT key FROM ir_config_parameter',
    'external ids': f"SELECT module || '.' || name FROM ir_model_data WHERE module = '{house.MODULE}'",
}
# Odoo itself forgets the row of a field inherited through _inherits when a module that extended the field goes (its own
# account_edi shows it); the next upgrade of the field's module writes it again.
FORGOTTEN = {'fields'}


def run(home):
    """Outcome: each step with a clean log, one test for each kind of trace, and who may uninstall."""
    outcome = Outcome('life cycle')
    with home.databases.scratch('cycle', home.template()) as database, step('install, upgrade, uninstall, reinstall'):
        _odoo(home, database, outcome, 'payments of earlier days', first=('shell',), text=PAYMENTS)
        before = traces(home, database)
        _odoo(home, database, outcome, 'install without demo data', '-i', house.MODULE, '--without-demo=all')
        state = _state(home, database)
        outcome.check(state == 'installed', f'LIFE CYCLE: after the installation the addon is {state}')
        _check_stages(home, database, outcome)
        _odoo(home, database, outcome, 'upgrade', '-u', house.MODULE)
        _odoo(home, database, outcome, 'uninstall', first=('shell',), text=UNINSTALL)
        state = _state(home, database)
        outcome.check(state == 'uninstalled', f'LIFE CYCLE: after the removal the addon is {state}')
        _compare(before, traces(home, database), outcome)
        _odoo(home, database, outcome, 'stock', first=('shell',), text=removal.STOCK)
        _recover(home, database, outcome, 'to install')
        _recover(home, database, outcome, 'to upgrade')
        _odoo(home, database, outcome, 'remove again', first=('shell',), text=UNINSTALL)
        _odoo(home, database, outcome, 'reinstall with demo data', '-i', house.MODULE)
        _check_stages(home, database, outcome)
        removal.prepare(home, database)
        removal.check(home, database, outcome)
    return outcome


def _recover(home, database, outcome, state):
    """A module left in a state by a crash is installed after the next upgrade."""
    home.databases.sql((f"UPDATE ir_module_module SET state = %s WHERE name = '{house.MODULE}'", [state]), 'SELECT 1',
                       database=database)
    _odoo(home, database, outcome, f'recover {state}', '-u', house.MODULE, '--without-demo=all')
    found = _state(home, database)
    outcome.check(found == 'installed', f'LIFE CYCLE: a module left {state!r} is {found} after -u')


def traces(home, database):
    """Names by kind."""
    return {kind: {row[0] for row in home.databases.sql(query, database=database)} for kind, query in TRACES.items()}


def _compare(before, after, outcome):
    for kind in TRACES:
        left = sorted(after[kind] - before[kind])
        lost = sorted(before[kind] - after[kind]) if kind not in FORGOTTEN else []
        outcome.check(not left and not lost, f'LIFE CYCLE: {kind} after the removal: left over {left}, lost {lost}')


def _check_stages(home, database, outcome):
    """Payments that were there before stand in the stage of their entries."""
    stages = [tuple(row) for row in home.databases.sql(STAGES, database=database)]
    outcome.check(stages == [(name, name) for name in ('cancelled', 'draft', 'posted')],
                  f'LIFE CYCLE: payments from before the installation are in {stages}')


def _odoo(home, database, outcome, what, *arguments, first=(), text=None):
    """One step: Odoo ends well, and its log has nothing unexplained."""
    log = house.logs() / f'cycle-{what.replace(" ", "-")}.log'
    stop = () if first else ('--stop-after-init',)
    code = home.run(database, log, *stop, *arguments, first=first, text=text)
    outcome.check(not code, f'LIFE CYCLE: {what} ended with code {code}; its log: {log}')
    suite.check_log(outcome, log.read_text(errors='replace'), f'{what} ({log})')


def _state(home, database):
    return home.databases.sql(('SELECT state FROM ir_module_module WHERE name = %s', [house.MODULE]),
                              database=database)[0][0]
