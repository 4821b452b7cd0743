"""What is wrong around the release: PostgreSQL and its roles, and whoever works in the database meanwhile."""
from deploy.tests.faults.fault import NEW, OLD, add
from deploy.tests.world import mutations as m
from deploy.tests.world import trouble
from deploy.tests.world.template import quoted

GOOD, REFUSED, BACK = {0: NEW}, {1: OLD}, {2: OLD}
FAILING = m.migration("raise ValueError('no')")
MB = 1 << 20
PASSWORD = 'a-Pass$word/9'


def _locked(world, password):
    """PostgreSQL asks the service for a password; the tool reads ``password`` in odoo.conf."""
    world.worlds.ask_password(PASSWORD)
    world.service('stop')
    world.write_conf(db_password=PASSWORD)
    world.start()
    world.write_conf(db_password=password)


def _no_password_told(world, run):
    """The password is in no file that the tool wrote, and in no line that it said."""
    places = [path for path in world.backups.rglob('*') if path.is_file() and path.stat().st_size < 50 * MB]
    told = [str(path) for path in places if PASSWORD.encode() in path.read_bytes()]
    return [f'the password stands in {path}' for path in told] + (['it was said'] if PASSWORD in run.output else [])


add('right password', GOOD, before=lambda w: _locked(w, PASSWORD), after=_no_password_told)
add('wrong password', REFUSED, before=lambda w: _locked(w, 'wrong-' + PASSWORD), after=_no_password_told)


def _old_clients(world):
    """Programs that say that they are of version 11, and refuse a newer server as those do."""
    place = world.folder / 'bin'
    place.mkdir()
    for name in ('pg_dump', 'pg_restore', 'psql'):
        (place / name).write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{name} (PostgreSQL) 11.22" && exit 0\n'
                                  f'echo "{name}: error: aborting because of server version mismatch" >&2; exit 1\n')
        (place / name).chmod(0o755)
    world.write_toml(pg_bin=place)


add('client tools too old', REFUSED, before=_old_clients)
add('client tools gone', REFUSED, before=lambda w: w.write_toml(pg_bin=w.folder / 'never-was'))
add('PostgreSQL is down', REFUSED, gate='', before=lambda w: w.write_conf(db_port=5999), mend=lambda w: w.write_conf())
add('database of another owner', REFUSED, before=lambda w: w.admin(
    f'ALTER DATABASE {quoted(w.database)} OWNER TO service_other'))
add('role that may not create databases', REFUSED, before=lambda w: w.admin('ALTER ROLE service NOCREATEDB'),
    mend=lambda w: w.admin('ALTER ROLE service CREATEDB'))
add('rights, limits and settings of the database', GOOD, before=lambda w: _about(w))
add('rights, limits and settings, failing', BACK, FAILING, before=lambda w: _about(w))


def _about(world):
    name = quoted(world.database)
    world.admin(f'REVOKE CONNECT ON DATABASE {name} FROM PUBLIC', f'GRANT CONNECT ON DATABASE {name} TO pg_monitor',
                f'ALTER DATABASE {name} CONNECTION LIMIT 60', f"ALTER DATABASE {name} SET work_mem = '9MB'",
                f"ALTER ROLE service IN DATABASE {name} SET lock_timeout = '50s'")


add('short time limits for statements', {0: NEW, 1: OLD, 2: OLD},
    before=lambda w: w.admin("ALTER ROLE service SET statement_timeout = '1500ms'",
                             "ALTER ROLE service SET idle_in_transaction_session_timeout = '1500ms'"),
    mend=lambda w: w.admin('ALTER ROLE service RESET ALL'))
add('a large object', GOOD, before=lambda w: w.sql('SET ROLE service', "SELECT lo_from_bytea(0, 'large')"),
    after=lambda w, run: [] if w.sql('SELECT count(*) FROM pg_largeobject')[0][0] == 1 else ['it is gone'])
add('a large object, failing', BACK, FAILING,
    before=lambda w: w.sql('SET ROLE service', "SELECT lo_from_bytea(0, 'large')"))
add('an extension that only a superuser can create', GOOD, before=lambda w: w.sql('CREATE EXTENSION pageinspect'),
    after=lambda w, run: [] if w.sql("SELECT 1 FROM pg_extension WHERE extname = 'pageinspect'") else ['it is gone'])
add('several databases on one server', GOOD, before=lambda w: _others(w), after=lambda w, run: _others_are(w))
add('several databases on one server, failing', BACK, FAILING, before=lambda w: _others(w),
    after=lambda w, run: _others_are(w))

OTHERS = ('the other books', 'books_2')


def _others(world):
    for name in OTHERS:
        world.admin(f'CREATE DATABASE {quoted(name)} TEMPLATE {quoted(world.worlds.template())} OWNER service',)
        world.spare.append(name)


def _others_are(world):
    """The other databases are there, open, and hold what they held."""
    counts = [world.sql('SELECT count(*) FROM account_payment', database=name)[0][0] for name in OTHERS]
    return [] if min(counts) > 5000 else [f'the other databases hold {counts}']


def _log(world):
    world.sql('SET ROLE service', 'CREATE TABLE outside_log (id serial PRIMARY KEY, at timestamptz DEFAULT now())')


def _logged(world, run):
    trouble.put_out(world)
    rows = world.sql('SELECT count(*) FROM outside_log')[0][0]
    return [] if rows >= trouble.said(world) > 0 else [f'{trouble.said(world)} rows were written, {rows} are there']


WRITE = 'INSERT INTO outside_log DEFAULT VALUES'
add('somebody writes all the time', GOOD, before=lambda w: (_log(w), trouble.session(w, WRITE)), after=_logged)
add('a session that comes back again and again', GOOD, before=lambda w: trouble.session(w, 'SELECT 1'))
add('an open transaction that holds a lock', GOOD, before=lambda w: trouble.session(
    w, 'LOCK TABLE account_payment IN ROW EXCLUSIVE MODE', stays=True))
add('a superuser\'s session that cannot be put out', {1: OLD, 2: OLD}, before=lambda w: trouble.session(
    w, 'SELECT 1', user='odoo', stays=True), mend=trouble.put_out)
add('a superuser\'s session that comes at the closing', BACK, gate='begin close', at=lambda w, process:
    trouble.session(w, 'SELECT 1', user='odoo', stays=True), mend=trouble.put_out)
add('autovacuum is at work in the database', GOOD, before=lambda w: _vacuum(w))


def _vacuum(world):
    """A worker of autovacuum that takes minutes, which only a superuser could end."""
    world.admin('ALTER SYSTEM SET autovacuum_naptime = 1', 'SELECT pg_reload_conf()')
    world.sql('SET ROLE service', 'CREATE TABLE slow_table AS SELECT g AS id, repeat(\'x\', 400) AS filler '
              'FROM generate_series(1, 60000) g', 'ALTER TABLE slow_table SET (autovacuum_vacuum_cost_delay = 100, '
              'autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1)',
              'DELETE FROM slow_table WHERE id % 2 = 0')
    query = ("SELECT 1 FROM pg_stat_activity WHERE backend_type = 'autovacuum worker' AND query LIKE '%slow_table%'")
    world.until(lambda: world.sql(query))
    world.admin('ALTER SYSTEM RESET autovacuum_naptime', 'SELECT pg_reload_conf()')


CODE = """
for number in range(150):
    env['ir.logging'].sudo().create({'name': 'late', 'type': 'server', 'message': str(number), 'path': '', 'func': '',
                                     'line': ''})
    env.cr.commit()
    time.sleep(0.05)
"""
CRON = {'name': 'Writes', 'state': 'code', 'interval_number': 1, 'interval_type': 'hours',
        'numbercall': 1, 'code': CODE}


def _cron(world, _process):
    model = world.sql("SELECT id FROM ir_model WHERE model = 'res.partner'")[0][0]
    kind, what = world.client('admin').call('ir.cron', 'create', {**CRON, 'model_id': model})
    assert kind == 'done', what
    world.sql(('SELECT pg_notify(%s, %s)', ['cron_trigger', world.database]), database='postgres')
    world.until(lambda: world.sql("SELECT 1 FROM ir_logging WHERE name = 'late'"), limit=90)


add('a cron writes meanwhile', GOOD, gate='begin stop', at=_cron,
    after=lambda w, run: [] if w.sql("SELECT 1 FROM ir_logging WHERE name = 'late'") else ['what it wrote is gone'])
add('users write after the backup', GOOD, gate='begin stop', at=lambda w, process: _user_writes(w),
    after=lambda w, run: _written(w))
add('users write after the backup, failing', BACK, FAILING, gate='begin stop',
    at=lambda w, process: _user_writes(w), retake=True, after=lambda w, run: _written(w))


def _user_writes(world):
    kind, what = world.client('admin').call('res.partner', 'create', {'name': 'Entered late'})
    assert kind == 'done', what


def _written(world):
    found = world.sql("SELECT 1 FROM res_partner WHERE name = 'Entered late'")
    return [] if found else ['what the user entered is gone']


def _second(world, _process):
    world.notes['second'] = world.run('deploy')[0]


def _elsewhere(world, _process):
    world.notes['second'] = world.run('deploy', '--backup-dir', str(world.folder / 'elsewhere'))[0]


def _second_refused(world, run):
    return [] if world.notes.get('second') == 1 else [f'the second one ended with {world.notes.get("second")}']


add('a second deployment at the same time', GOOD, gate='begin backup', at=_second, after=_second_refused)
add('a second deployment in the window', GOOD, gate='begin compare', at=_second, after=_second_refused)
add('a second deployment from another machine', GOOD, gate='begin backup', at=_elsewhere, after=_second_refused)
