"""What belongs to a database beside the rows of its tables: sequences, constraints, triggers, modules and more."""
import contextlib
import hashlib

import psycopg2
from psycopg2 import sql

from deploy.postgres import rows
from deploy.report import Failed

AT_ONCE = 200  # sequences that one statement reads
PLACE = sql.SQL("CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END")
OURS = sql.SQL("n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'")

# kind -> query of (name, definition). No internal numbers among the names: a restored copy has the same names.
QUERIES = {
    'constraint': """
        SELECT {place} || c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype <> 'n' AND {ours}""",
    'index': """
        SELECT {place} || t.relname || '.' || c.relname,
               pg_get_indexdef(c.oid) || CASE WHEN i.indisvalid THEN '' ELSE ' (invalid)' END
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {ours}""",
    'trigger': """
        SELECT {place} || c.relname || '.' || tgname, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT tgisinternal AND {ours}""",
    'event trigger': "SELECT evtname, concat_ws(' ', evtevent, evtenabled, evtfoid::regproc) FROM pg_event_trigger",
    'view': """
        SELECT {place} || c.relname, md5(pg_get_viewdef(c.oid))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v' AND {ours}""",
    'function': """
        SELECT {place} || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', md5(p.prosrc)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') AND {ours}""",
    'policy': """
        SELECT {place} || c.relname || '.' || polname, concat_ws(' ', polcmd, polpermissive,
               pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {ours}""",
    'rights': """
        SELECT {place} || c.relname, concat_ws(' ', pg_get_userbyid(c.relowner),
               (SELECT string_agg(one::text, ' ' ORDER BY one::text) FROM unnest(c.relacl) one))
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p') AND {ours}""",
    'extension': "SELECT extname, extversion FROM pg_extension",
}
# Those of foreign keys too, which have no name of their own.
DISABLED = """
    SELECT {place} || c.relname, array_agg(coalesce(k.conname || ': ' || tgfoid::regproc, tgname)
                                ORDER BY k.conname, tgfoid::regproc::text, tgname)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint WHERE tgenabled IN ('D', 'R') AND {ours} GROUP BY 1"""
SEQUENCES = """
    SELECT n.nspname, c.relname, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relpersistence <> 't' AND {ours}"""
MODULES = "SELECT name, state, latest_version FROM public.ir_module_module WHERE state <> 'uninstallable' ORDER BY 1"
DEPENDENCIES = """
    SELECT d.name, m.name FROM public.ir_module_module_dependency d
    JOIN public.ir_module_module m ON m.id = d.module_id WHERE m.state NOT IN ('uninstalled', 'uninstallable')"""

# Who is in which group, portal users apart: an upgrade gives nobody rights by the way.
MEMBERS = """
    SELECT coalesce(min(d.module || '.' || d.name), 'group ' || r.gid), array_agg(DISTINCT u.login ORDER BY u.login)
    FROM public.res_groups_users_rel r JOIN public.res_users u ON u.id = r.uid AND NOT u.share
    LEFT JOIN public.ir_model_data d ON d.model = 'res.groups' AND d.res_id = r.gid GROUP BY r.gid ORDER BY 1"""
GROUPS = """
    SELECT coalesce(min(d.module || '.' || d.name), 'group ' || g.id) FROM public.res_groups g
    LEFT JOIN public.ir_model_data d ON d.model = 'res.groups' AND d.res_id = g.id GROUP BY g.id ORDER BY 1"""


def take(session):
    """The part of a picture that is not rows of tables."""
    return {'schema': {kind: dict(_read(session, query)) for kind, query in QUERIES.items()},
            'disabled': dict(_read(session, DISABLED)), 'sequences': sequences(session),
            'modules': modules(session), 'needed_by': needed_by(session), 'large_objects': large_objects(session),
            'members': members(session)}


def _read(session, query):
    return sorted(rows(session, sql.SQL(query).format(place=PLACE, ours=OURS)))


def sequences(session):
    """name -> [next value, increment, smallest, largest, whether it begins again]."""
    listed, found = _read(session, SEQUENCES), {}
    for begin in range(0, len(listed), AT_ONCE):
        some = listed[begin:begin + AT_ONCE]
        query = sql.SQL(' UNION ALL ').join(
            sql.SQL('SELECT {}, last_value, is_called FROM {}').format(sql.Literal(number), sql.Identifier(*one[:2]))
            for number, one in enumerate(some))
        for number, last, called in rows(session, query):
            schema, name, step, *rest = some[number]
            key = name if schema == 'public' else f'{schema}.{name}'
            found[key] = [last + step if called else last, step, *rest]
    return found


def modules(session):
    """name -> [state, version] of every module that Odoo knows; {} for a database without Odoo."""
    return {name: [state, version] for name, state, version in _odoo(session, 'ir_module_module', MODULES)}


def members(session):
    """group -> logins of its members; an empty list for a group without any."""
    found = {name: [] for name, in _odoo(session, 'res_groups_users_rel', GROUPS)}
    return {**found, **dict(_odoo(session, 'res_groups_users_rel', MEMBERS))}


def needed_by(session):
    """name -> installed modules that depend on it directly."""
    found = {}
    for name, other in sorted(_odoo(session, 'ir_module_module_dependency', DEPENDENCIES)):
        found.setdefault(name, []).append(other)
    return found


def _odoo(session, table, query):
    there = rows(session, "SELECT to_regclass(%s)", [f'public.{table}'])[0][0]
    return rows(session, query) if there else []


def large_objects(session):
    """id -> [bytes, SHA-1]; read in pieces."""
    found = {}
    for (number,) in rows(session, 'SELECT oid FROM pg_largeobject_metadata ORDER BY oid'):
        try:
            found[str(number)] = _large_object(session, number)
        except psycopg2.Error as error:
            raise Failed(f'The large object {number} cannot be read: {str(error).strip()}.') from error
    return found


def _large_object(session, number):
    content, size = hashlib.sha1(usedforsecurity=False), 0
    with contextlib.closing(session.lobject(number, 'rb')) as reader:
        for piece in iter(lambda: reader.read(1 << 20), b''):
            content.update(piece)
            size += len(piece)
    return [size, content.hexdigest()]
