"""``python3 -m dev volume``: what an upgrade from 17.0.1.0.8, an installation and a removal take with many payments.

Time by the clock, memory as the most that Odoo's process held, and proof that no financial column changed.
"""
import contextlib
import os
import pathlib
import re
import threading
import time

from dev import database_digest, house, legacy, life_cycle
from dev.report import Exit, Stop, say, table

PAYMENTS = int(os.environ.get('PAE_PAYMENTS') or 100_000)
TAKEN = re.compile(r'takeover\.keep: (\w+\.\w+): done in ([\d.]+) s')

# The payments that are there, again and again, with their entries and items. Runs with and without the predecessor.
COPY = """
DO $$
DECLARE
    has_old boolean := EXISTS (SELECT FROM information_schema.columns
                                WHERE table_name = 'account_payment' AND column_name = 'voucher_number');
    step integer := 1 + greatest((SELECT max(id) FROM account_move), (SELECT max(id) FROM account_payment),
                                 (SELECT max(id) FROM account_move_line));
    copies integer := ceil(%(payments)s::numeric / (SELECT count(*) FROM account_payment));
BEGIN
    ALTER TABLE account_payment DISABLE TRIGGER ALL;
    ALTER TABLE account_move DISABLE TRIGGER ALL;
    ALTER TABLE account_move_line DISABLE TRIGGER ALL;
    INSERT INTO account_move
    SELECT r.* FROM account_move m, generate_series(1, copies) k, jsonb_populate_record(m, jsonb_build_object(
               'id', m.id + k * step, 'payment_id', m.payment_id + k * step,
               'name', CASE WHEN m.name = '/' THEN '/' ELSE m.name || '/' || k END,
               'sequence_number', m.id + k * step, 'sequence_prefix', 'COPY/', 'statement_line_id', NULL)) r
     WHERE m.payment_id IS NOT NULL;
    INSERT INTO account_payment
    SELECT r.* FROM account_payment p, generate_series(1, copies) k, jsonb_populate_record(p, jsonb_build_object(
               'id', p.id + k * step, 'move_id', p.move_id + k * step, 'is_reconciled', false)
               || CASE WHEN has_old THEN jsonb_build_object(
                    'access_token', md5(p.id || ' ' || k),
                    'voucher_number', CASE WHEN to_jsonb(p)->>'voucher_number' ~ '^[PR]V\\d+$' THEN
                        substr(to_jsonb(p)->>'voucher_number', 1, 2)
                        || substr(to_jsonb(p)->>'voucher_number', 3)::integer + k * 100 END) ELSE '{}' END) r;
    INSERT INTO account_move_line
    SELECT r.* FROM account_move_line l, generate_series(1, copies) k, jsonb_populate_record(l, jsonb_build_object(
               'id', l.id + k * step, 'move_id', l.move_id + k * step,
               'payment_id', l.payment_id + k * step,
               'full_reconcile_id', NULL, 'matching_number', NULL, 'reconciled', false)) r
     WHERE l.payment_id IS NOT NULL;
    IF has_old THEN
        INSERT INTO payment_approval_history (payment_id, stage_from, stage_to, action_type, user_id, approval_date,
                                              comments, company_id, create_date)
        SELECT p.id, x.f, x.t, x.a, 2, p.create_date + interval '1 day', 'ok', m.company_id, now()
          FROM account_payment p JOIN account_move m ON m.id = p.move_id,
               (VALUES ('under_review', 'for_approval', 'review'), ('for_approval', 'approved', 'approve'),
                       ('approved', 'posted', 'post')) x (f, t, a)
         WHERE p.id > step;
    END IF;
    ALTER TABLE account_payment ENABLE TRIGGER ALL;
    ALTER TABLE account_move ENABLE TRIGGER ALL;
    ALTER TABLE account_move_line ENABLE TRIGGER ALL;
    PERFORM setval('account_move_id_seq', (SELECT max(id) FROM account_move));
    PERFORM setval('account_payment_id_seq', (SELECT max(id) FROM account_payment));
    PERFORM setval('account_move_line_id_seq', (SELECT max(id) FROM account_move_line));
END $$
"""
ANALYZE = ('ANALYZE account_move', 'ANALYZE account_payment', 'ANALYZE account_move_line')


def volume():
    """Measures, prints a table, and ends with an error where money changed."""
    with house.opened() as home:
        rows = [*_upgrade(home), *_install(home)]
        say('\n' + table(
            ('what', 'payments', 'history rows', 'seconds', 'of them Odoo works', 'most memory, MB'), rows))


def _upgrade(home):
    with home.databases.scratch('volume', home.template()) as database:
        code, said = legacy.psql(home, database, legacy.FIXTURE, duplicates=0)
        if code:
            raise Stop(Exit.POSTGRES_FAILED, said, '')
        _fill(home, database)
        yield _measured(home, database, 'upgrade from 17.0.1.0.8', *legacy.UPGRADE)
        yield _measured(home, database, 'second upgrade', *legacy.UPGRADE)


def _install(home):
    with home.databases.scratch('volume', home.template()) as database:
        home.databases.sql('UPDATE ir_module_module SET demo = false', 'SELECT 1', database=database)  # no demo data
        home.run(database, house.logs() / 'volume-payments.log', first=('shell',), text=life_cycle.PAYMENTS)
        _fill(home, database)
        yield _measured(home, database, 'install', '--stop-after-init', '-i', house.MODULE, '--without-demo=all')
        yield _measured(home, database, 'uninstall', first=('shell',), text=life_cycle.UNINSTALL)


def _fill(home, database):
    query = COPY % {'payments': PAYMENTS}
    home.databases.sql(query, *ANALYZE, 'SELECT 1', database=database)


def _measured(home, database, what, *arguments, first=(), text=None):
    """A row of the table; stops where Odoo failed or a financial column changed."""
    count, rows = _counts(home, database)
    money = database_digest.of_money(home.databases, database)
    log = house.logs() / f'volume-{what.split()[0]}.log'
    with _Watch(database) as watch:
        begin = time.monotonic()
        code = home.run(database, log, *arguments, first=first, text=text)
        seconds = time.monotonic() - begin
    changed = database_digest.differences(money, database_digest.of_money(home.databases, database))
    if code or changed:
        raise Stop(Exit.ODOO_FAILED, f'{what}: code {code}, changed: {changed}; the log: {log}.', '')
    for name, taken in TAKEN.findall(log.read_text(errors='replace')):
        say(f'   {what}: {name}: {taken} s')
    return what, count, rows, f'{seconds:.1f}', f'{watch.worked:.1f}', watch.most // 1024


def _counts(home, database):
    count = home.databases.sql('SELECT count(*) FROM account_payment', database=database)[0][0]
    there = home.databases.sql("SELECT to_regclass('payment_approval_history') IS NOT NULL", database=database)[0][0]
    query = 'SELECT count(*) FROM payment_approval_history'
    return count, home.databases.sql(query, database=database)[0][0] if there else 0


class _Watch:
    """What processes with the database's name on their command line take while the block lasts: the most memory in kB,
    and the seconds of a processor. Those of PostgreSQL are not among them.
    """

    def __init__(self, database):
        self.database = database.encode()
        self.most, self.worked = 0, 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        self._thread.join()

    def _look(self):
        while not self._over.wait(0.2):
            for line in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
                with contextlib.suppress(OSError):
                    if self.database in line.read_bytes().split(b'\0'):
                        self._note(line.parent)

    def _note(self, process):
        peak = re.search(r'VmHWM:\s+(\d+)', (process / 'status').read_text())
        self.most = max(self.most, int(peak[1]) if peak else 0)
        ticks = (process / 'stat').read_text().rpartition(')')[2].split()[11:13]
        self.worked = max(self.worked, sum(map(int, ticks)) / os.sysconf('SC_CLK_TCK'))
