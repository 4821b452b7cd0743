"""What is true of a world, found out without the tool: every row, file, sequence and right of its database, its code.

The tool's own comparison is not asked: a fault in it must not hide a loss.
"""
import hashlib
import json

from deploy.tests.world import release
from deploy.tests.world.template import quoted
from dev import house

# What a working service writes by itself: who logged in, who is online, when Odoo last looked.
LIVELY = {'res_users_log', 'bus_presence', 'bus_bus', 'base_registry_signaling', 'base_cache_signaling_assets'}
LIVELY_SEQUENCES = ('res_users_log', 'bus_', 'base_registry', 'base_cache')
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
SUM = "coalesce(sum(('x' || substr(md5(t::text || '%s'), 1, 15))::bit(60)::bigint::numeric), 0)::text"
ROWS = f"SELECT '%s', count(*), {SUM % 'a'}, {SUM % 'b'} FROM {{}} t"
SEQUENCES = 'SELECT sequencename, last_value FROM pg_sequences ORDER BY 1'
SCHEMA = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns "
    "WHERE table_schema = 'public' ORDER BY 1, 2",
    'SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2',
    'SELECT indexdef FROM pg_indexes WHERE schemaname = \'public\' ORDER BY 1',
    "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
    "AND prokind = 'f' AND probin IS NULL ORDER BY 1",
    'SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1',
    'SELECT extname, extversion FROM pg_extension ORDER BY 1',
    'SELECT relname, relowner::regrole::text, relacl::text FROM pg_class '
    "WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
    'SELECT loid, md5(string_agg(md5(data), \'\' ORDER BY pageno)) FROM pg_largeobject GROUP BY 1 ORDER BY 1',
)
ABOUT = """
    SELECT d.datdba::regrole::text, ARRAY(SELECT unnest(d.datacl)::text ORDER BY 1), d.datistemplate,
           d.datallowconn, d.datconnlimit, d.datcollate, shobj_description(d.oid, 'pg_database'),
           (SELECT array_agg(s.setconfig::text || s.setrole) FROM pg_db_role_setting s WHERE s.setdatabase = d.oid)
      FROM pg_database d WHERE d.datname = %s
"""
FILES = "SELECT store_fname, checksum FROM ir_attachment WHERE store_fname IS NOT NULL"
# What no upgrade may touch, of payments, entries, items and who matched what.
BOOKS = {
    'account_move': 'id, name, state, date, journal_id, company_id, amount_total, amount_residual, currency_id, '
                    'partner_id',
    'account_move_line': 'id, move_id, account_id, partner_id, debit, credit, balance, amount_currency, '
                         'amount_residual, currency_id, date, reconciled, full_reconcile_id, matching_number',
    'account_payment': 'id, move_id, amount, currency_id, partner_id, payment_type, is_reconciled, approval_state, '
                       'voucher_number',
    'account_partial_reconcile': '*', 'account_full_reconcile': '*', 'payment_approval_history': 'id, payment_id, '
    'stage_from, stage_to, user_id, approval_date, hash', 'payment_approval_seal': 'id, number, hash, previous_hash',
}


def picture(world):
    """The whole database as a mapping, equal only when every row, sequence, object and right is equal."""
    tables = [row[0] for row in world.sql(TABLES)]
    rows = world.sql(' UNION ALL '.join(ROWS.replace('%s', name).format(quoted(name))
                                        for name in tables if name not in LIVELY))
    return {
        'rows': {name: rest for name, *rest in rows},
        'sequences': {name: value for name, value in world.sql(SEQUENCES) if not name.startswith(LIVELY_SEQUENCES)},
        'schema': [digest(world.sql(query)) for query in SCHEMA],
        'about': about(world),
        'files': digest(sorted(str(path.relative_to(world.filestore)) + hashlib.sha1(path.read_bytes()).hexdigest()
                               for path in world.filestore.rglob('*') if path.is_file())),
    }


def about(world):
    """Owner, rights, settings and comment of the database."""
    return world.admin((ABOUT, [world.database]))[0]


def books(world):
    """What must be the same after an upgrade: the columns of :data:`BOOKS`, row by row."""
    return {table: world.sql(ROWS.replace('%s', table).format(f'(SELECT {columns} FROM {table})'))[0][1:]
            for table, columns in BOOKS.items()}


def different(before, after):
    """What differs between two pictures or books, in words; [] when nothing does."""
    found = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old != new and isinstance(old, dict) and isinstance(new, dict):
            found += [f'{key}.{name}: {old.get(name)} -> {new.get(name)}' for name in sorted(old.keys() | new.keys())
                      if old.get(name) != new.get(name)]
        elif old != new:
            found.append(f'{key}: {old} -> {new}')
    return found


def lost_files(world):
    """Attachments whose file is missing or altered."""
    wrong = []
    for name, checksum in world.sql(FILES):
        path = world.filestore / name
        if not path.is_file() or hashlib.sha1(path.read_bytes()).hexdigest() != checksum:
            wrong.append(f'attachment file {name} is missing or altered')
    return wrong


def module(world):
    """(state, version) of the addon in the database."""
    rows = world.sql(('SELECT state, latest_version FROM ir_module_module WHERE name = %s', [house.MODULE]))
    return tuple(rows[0]) if rows else ('gone', '')


def code(world):
    """(hash of the addon's folder, its version)."""
    return release.tree_hash(world.addon), release.version_of(world.addon)


def digest(value):
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:16]
