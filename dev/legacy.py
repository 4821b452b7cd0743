"""The upgrade from generation 17.0.1.0.8: made, upgraded, checked, used, upgraded again, broken off, uninstalled."""
import contextlib
import os
import shutil
import signal
import subprocess
import time

from dev import deploy_compare, house, life_cycle, postgres, suite
from dev import legacy_checks as checks
from dev import legacy_other as other
from dev.legacy_story import STORY
from dev.outcome import Outcome
from dev.process import ROOT
from dev.report import Exit, Stop, step

FIXTURE = ROOT / 'tests/legacy/make_legacy.sql'
TAKEOVER = ROOT / 'takeover'
UPGRADE = ('--stop-after-init', '-u', house.MODULE)
# Lines of the log at which an upgrade is killed: old rows mapped, new tables made, files loading, old payments judged,
# and after the commit, when Odoo clears away what is left.
KILLED_AT = ('history.map_history: done', f'{house.MODULE}: creating or updating database tables',
             'views/account_payment_views.xml', 'approved.judge_payments: done', 'ir_model: Deleting')
# What two upgrades of the same database have to agree on: dates of today and ids drawn by the way apart.
AGREED = {
    'payments': 'SELECT id, approval_state, voucher_number, remarks, submitter_id, reviewer_id, reviewer_date, '
                'approver_id, authorizer_id FROM account_payment ORDER BY id',
    'history': 'SELECT payment_id, stage_from, stage_to, action_type, user_id, role, comments, amount, digest '
               'FROM payment_approval_history ORDER BY payment_id, id',
    'to-dos': "SELECT res_id, user_id, summary FROM mail_activity WHERE res_model = 'account.payment' ORDER BY 1, 2, 3",
    'chatter': "SELECT res_id, body FROM mail_message WHERE model = 'account.payment' ORDER BY 1, 2",
    'members': 'SELECT g.name, r.uid FROM res_groups_users_rel r JOIN res_groups g ON g.id = r.gid ORDER BY 1, 2',
    'external ids': 'SELECT module, name, model, noupdate FROM ir_model_data ORDER BY 1, 2',
    'columns': "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
               "WHERE table_schema = 'public' ORDER BY 1, 2",
    'constraints': "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
                   "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
    'indexes': "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    'sequences': "SELECT code, number_next, name FROM ir_sequence ORDER BY 1, 3",
    'views by hand': "SELECT name, active, mode, arch_db FROM ir_ui_view WHERE name LIKE 'by hand%' ORDER BY 1",
}


def run(home):
    """Outcome: every check on the usual and on the worst database of that generation."""
    outcome = Outcome('legacy')
    with contextlib.ExitStack() as stack:
        usual = stack.enter_context(_legacy(home, 'usual', duplicates=0))
        with step('upgrade from 17.0.1.0.8, use, upgrade again, uninstall'):
            _usual(home, usual, outcome)
        worst = stack.enter_context(_legacy(home, 'worst', duplicates=1))
        with step('upgrade from 17.0.1.2.0 with numbers given twice; broken off at five places'):
            _worst(home, worst, outcome)
        rare = stack.enter_context(_legacy(home, 'rare', 1, other.CHANGES))
        with step('upgrade of what other releases left'):
            _upgrade(home, rare, outcome, 'rare')
            _check(home, rare, outcome, 'rare', {**checks.FALSE, **other.FALSE})
    return outcome


def psql(home, database, file, **variables):
    """Exit code of psql on a file, and what it said."""
    program = postgres.binaries() / 'psql'
    program = program if program.is_file() else shutil.which('psql')
    if not program:
        raise Stop(Exit.NO_POSTGRES, 'There is no psql.', 'apt-get install postgresql-client')
    settings = [word for name, value in variables.items() for word in ('-v', f'{name}={value}')]
    done = subprocess.run([program, '-X', '-q', '-v', 'ON_ERROR_STOP=1', *settings, '-d', database, '-f', file],
                          env={**os.environ, **home.databases.server.variables()}, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


@contextlib.contextmanager
def _legacy(home, purpose, duplicates, changes=()):
    """A database of that generation, with things that somebody made by hand, and a copy of what it holds."""
    with home.databases.scratch(f'legacy_{purpose}', home.template()) as database:
        code, said = psql(home, database, FIXTURE, duplicates=duplicates)
        if code:
            raise Stop(Exit.POSTGRES_FAILED, f'{FIXTURE.name} failed: {said[-800:]}', '')
        home.databases.sql(*changes, checks.BY_HAND, *checks.SNAPSHOT, 'SELECT 1', database=database)
        yield database


def _usual(home, database, outcome):
    log = _upgrade(home, database, outcome, 'usual')
    text = log.read_text(errors='replace')
    missing = [words for words in checks.LOGGED[:3] + checks.LOGGED[5:] if words not in text]
    outcome.check(not missing, f'LEGACY: the log does not say {missing}')
    _check(home, database, outcome, 'usual')
    _check_unique(home, database, outcome, 'account_payment_voucher_number_partial')
    _tell_story(home, database, outcome, 'usual')
    _upgrade(home, database, outcome, 'again', declared=())
    _uninstall(home, database, outcome)


def _worst(home, database, outcome):
    """A database that says 17.0.1.2.0: refused by -u itself, until its version is set back."""
    databases = home.databases
    databases.sql(f"UPDATE ir_module_module SET latest_version = '17.0.1.2.0' WHERE name = '{house.MODULE}'",
                  'SELECT 1', database=database)
    log = house.logs() / 'legacy-refused.log'
    code = home.run(database, log, *UPGRADE)
    outcome.check(code and 'version_back.sql' in log.read_text(errors='replace'),
                  f'LEGACY: -u on 17.0.1.2.0 ended with {code} and does not tell the way out; its log: {log}')
    code, said = psql(home, database, TAKEOVER / 'version_back.sql')
    outcome.check(code == 0, f'LEGACY: version_back.sql ended with {code}: {said}')
    with databases.scratch('legacy_killed', database) as killed:
        _upgrade(home, database, outcome, 'worst')
        _check(home, database, outcome, 'worst')
        _check_unique(home, database, outcome, 'account_payment_voucher_number_rest')
        _tell_story(home, database, outcome, 'worst')
        code, said = psql(home, database, TAKEOVER / 'version_back.sql')
        outcome.check(code != 0 and 'taken over already' in said, f'LEGACY: version_back.sql a second time: {said}')
        _break_off(home, killed, outcome)
        agreed = {what: databases.sql(query, database=killed) == databases.sql(query, database=database)
                  for what, query in AGREED.items()}
        outcome.check(all(agreed.values()), f'LEGACY: an upgrade that was broken off ended otherwise: {agreed}')


def _upgrade(home, database, outcome, what, declared=None):
    """Upgrades a database; nothing changes but what the release declares. Returns the log."""
    log = house.logs() / f'legacy-{what}.log'
    declared = deploy_compare.patterns() if declared is None else declared
    with deploy_compare.judged(home, database, outcome, f'LEGACY ({what})', declared):
        code = home.run(database, log, *UPGRADE)
    outcome.check(not code, f'LEGACY: the upgrade ({what}) ended with code {code}; its log: {log}')
    suite.check_log(outcome, log.read_text(errors='replace'), f'{what} ({log})')
    return log


def _check(home, database, outcome, what, statements=checks.FALSE):
    """One test for each statement."""
    for name, query in statements.items():
        rows = home.databases.sql(query, database=database)
        outcome.check(not rows, f'LEGACY ({what}): {name}: {rows[:5]}')


def _check_unique(home, database, outcome, index):
    rows = home.databases.sql(('SELECT indisunique FROM pg_index WHERE indexrelid = to_regclass(%s)', [index]),
                              database=database)
    outcome.check(rows == [[True]], f'LEGACY: the index {index} is not there or not unique: {rows}')


def _tell_story(home, database, outcome, what):
    log = house.logs() / f'legacy-story-{what}.log'
    code = home.run(database, log, first=('shell',), text=STORY)
    text = log.read_text(errors='replace')
    outcome.check(not code and 'THE STORY ENDED WELL' in text,
                  f'LEGACY: the story ({what}) ended with code {code}; its log: {log}\n{text[-1500:]}')


def _break_off(home, database, outcome):
    """Kill one upgrade after the other, each at a later place, and finish the last one."""
    for number, place in enumerate(KILLED_AT, 1):
        log = house.logs() / f'legacy-killed{number}.log'
        outcome.check(_kill_at(home, database, log, place), f'LEGACY: no upgrade to kill at {place!r}; its log: {log}')
    _upgrade(home, database, outcome, 'after-kills')
    _check(home, database, outcome, 'after kills')


def _kill_at(home, database, log, place):
    """Start an upgrade and kill it hard as soon as its log names the place; False when it ended before."""
    arguments = ('--max-cron-threads=0', f'--http-port={house.free_port()}', '--http-interface=127.0.0.1', *UPGRADE)
    with home.start(database, log, *arguments) as process:
        end = time.monotonic() + house.time_limit()
        while process.poll() is None and time.monotonic() < end:
            if place in log.read_text(errors='replace'):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return process.returncode == -signal.SIGKILL
            time.sleep(0.005)
    return False


def _uninstall(home, database, outcome):
    """After the removal the database is as before the predecessor came, apart from what is kept; and that goes, too."""
    with home.databases.scratch('legacy_plain', home.template()) as plain:
        before = life_cycle.traces(home, plain)
    home.databases.sql(*checks.FORGET, 'SELECT 1', database=database)
    log = house.logs() / 'legacy-uninstall.log'
    code = home.run(database, log, first=('shell',), text=life_cycle.UNINSTALL)
    outcome.check(not code, f'LEGACY: the removal ended with code {code}; its log: {log}')
    suite.check_log(outcome, log.read_text(errors='replace'), f'removal ({log})')
    _compare_traces(before, life_cycle.traces(home, database), outcome, 'kept apart', lambda name: (
        name.startswith(checks.PREFIX)))
    code, said = psql(home, database, TAKEOVER / 'drop_legacy.sql')
    outcome.check(not code, f'LEGACY: drop_legacy.sql ended with code {code}: {said}')
    _compare_traces(before, life_cycle.traces(home, database), outcome, 'nothing kept', lambda _name: False)


def _compare_traces(before, after, outcome, what, is_kept):
    for kind in before:
        left = sorted(name for name in after[kind] - before[kind] if not is_kept(name) and 'by hand' not in name)
        outcome.check(not left, f'LEGACY: {kind} after the removal ({what}): {left[:20]}')
