"""What a template copy or a dump leaves behind of a database: owner, rights, settings, comment and the like.

``facts`` reads it, ``apply`` puts it on another database. Names are data; what may not be applied becomes a warning
with the SQL to run by hand.
"""
import re

import psycopg2
from psycopg2 import sql

from deploy.finding import warning
from deploy.postgres import rows

# Settings whose value is a list of names: each is quoted by itself, as pg_dump does.
LISTS = {'search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries',
         'shared_preload_libraries', 'unix_socket_directories'}
ELEMENT = re.compile(r'"(?:[^"]|"")*"|[^,\s]+')
RIGHT = {name: sql.SQL(name) for name in ('CREATE', 'CONNECT', 'TEMPORARY')}
PUBLIC = ''  # the grantee of a right that everybody has
# How a copy lies around (closed, passed over by Odoo) is decided by whoever made it.
STATE = ('is_template', 'allow_connections')

MAIN = """
    SELECT d.oid, pg_get_userbyid(d.datdba) AS owner, d.datconnlimit AS connection_limit,
           d.datistemplate AS is_template, d.datallowconn AS allow_connections, t.spcname AS tablespace,
           pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype,
           shobj_description(d.oid, 'pg_database') AS comment, to_jsonb(d) AS whole
      FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = %s"""
RIGHTS = """
    SELECT CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable
      FROM pg_database d, aclexplode(COALESCE(d.datacl, acldefault('d', d.datdba))) a WHERE d.oid = %s ORDER BY 1, 2"""
SETTINGS = """
    SELECT CASE WHEN setrole = 0 THEN '' ELSE pg_get_userbyid(setrole) END, unnest(setconfig)
      FROM pg_db_role_setting WHERE setdatabase = %s ORDER BY 1, 2"""
LABELS = "SELECT provider, label FROM pg_shseclabel WHERE classoid = 'pg_database'::regclass AND objoid = %s ORDER BY 1"
# Everybody who owns something in the database or was granted something, and who owns what is no extension's own.
ROLES = """
    SELECT DISTINCT r.rolname, bool_or(s.deptype = 'o' AND s.classid <> 'pg_extension'::regclass) OVER (
               PARTITION BY r.rolname) AS owns, r.rolsuper, r.rolcreatedb, r.rolcanlogin
      FROM pg_shdepend s JOIN pg_roles r ON r.oid = s.refobjid
     WHERE s.refclassid = 'pg_authid'::regclass
       AND (s.dbid = %(oid)s OR s.dbid = 0 AND s.classid = 'pg_database'::regclass AND s.objid = %(oid)s)
     ORDER BY 1"""
# The role that made the cluster stands in no such list: whoever owns tables is asked inside the database, too.
OWNERS = """
    SELECT DISTINCT pg_get_userbyid(c.relowner)::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                                   AND d.deptype = 'e') ORDER BY 1"""
EXTENSIONS = """
    SELECT e.extname, e.extversion, n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
     ORDER BY 1"""


def facts(server, database):
    """A JSON-serialisable dict; ``extensions``, ``publications`` and ``owners`` are None for a closed database."""
    with server.session() as connection:
        found = _one(connection, MAIN, [database])
        oid, whole = found.pop('oid'), found.pop('whole')
        found.update(
            provider=_provider(whole), locale=whole.get('datlocale') or whole.get('daticulocale'),
            locale_rules=whole.get('daticurules'),
            rights=[list(row) for row in rows(connection, RIGHTS, [oid])],
            settings=[[role, *text.split('=', 1)] for role, text in rows(connection, SETTINGS, [oid])],
            labels=dict(rows(connection, LABELS, [oid])),
            roles=[dict(zip(('name', 'owns', 'super', 'createdb', 'login'), row))
                   for row in rows(connection, ROLES, {'oid': oid})],
            subscriptions=[row[0] for row in rows(
                connection, 'SELECT subname FROM pg_subscription WHERE subdbid = %s ORDER BY 1', [oid])])
    return {**found, **_inside(server, database, found['allow_connections'])}


def _one(connection, query, values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return dict(zip((column.name for column in cursor.description), cursor.fetchone()))


def _provider(whole):
    """libc, icu or builtin; servers before 15 know libc alone."""
    return {'i': 'icu', 'b': 'builtin'}.get(whole.get('datlocprovider'), 'libc')


def _inside(server, database, is_open):
    if not is_open:
        return {'extensions': None, 'publications': None, 'owners': None}
    with server.session(database) as connection:
        return {'owners': [row[0] for row in rows(connection, OWNERS)],
                'extensions': {name: {'version': version, 'schema': schema}
                               for name, version, schema in rows(connection, EXTENSIONS)},
                'publications': [row[0] for row in rows(connection, 'SELECT pubname FROM pg_publication ORDER BY 1')]}


def apply(server, database, wanted, skip=STATE):
    """Gives a database the ``facts`` of another one; a second call does nothing more.

    :param skip: keys that stay as they are; unless told otherwise, whether it is a template and open for connections
    :return: warnings (:class:`deploy.finding.Finding`), the remedy of each is the SQL to run by hand
    """
    present = facts(server, database)
    wanted = {key: value for key, value in wanted.items() if key not in skip}
    warnings = []
    with server.session() as connection, connection.cursor() as cursor:
        for subject, statement in statements(database, wanted, present):
            try:
                cursor.execute(statement)
            except psycopg2.Error as error:
                text = f'could not be set on {database}: {str(error).strip().splitlines()[0]}'
                warnings.append(warning(subject, text, f'{statement.as_string(connection)};'))
        warnings += _by_hand(connection, database, wanted, present)
    return warnings


def differences(wanted, present, skip=STATE):
    """Keys of the facts in which two databases differ; who owns something inside is not a fact of the database."""
    passed_over = {*skip, 'roles', 'owners'}
    return [key for key in wanted if key not in passed_over and key in present and wanted[key] != present[key]]


def statements(database, wanted, present):
    """(subject, statement) of everything to be changed; the owner first: rights count from the owner."""
    for key, clause in (('owner', 'OWNER TO'), ('connection_limit', 'CONNECTION LIMIT'),
                        ('is_template', 'IS_TEMPLATE'), ('allow_connections', 'ALLOW_CONNECTIONS')):
        if key in wanted and wanted[key] != present[key]:
            value = sql.Identifier(wanted[key]) if key == 'owner' else sql.Literal(wanted[key])
            yield key.replace('_', ' '), _alter(database, sql.SQL(clause), value)
    if 'comment' in wanted and wanted['comment'] != present['comment']:
        yield 'comment', _statement('COMMENT ON DATABASE {} IS {}', database, sql.Literal(wanted['comment']))
    yield from _rights(database, wanted, present)
    yield from _settings(database, wanted, present)
    for provider, label in wanted.get('labels', {}).items():
        if present['labels'].get(provider) != label:
            yield 'security label', sql.SQL('SECURITY LABEL FOR {} ON DATABASE {} IS {}').format(
                sql.Identifier(provider), sql.Identifier(database), sql.Literal(label))


def _statement(text, database, *parts):
    return sql.SQL(text).format(sql.Identifier(database), *parts)


def _alter(database, *parts):
    return sql.SQL(' ').join([_statement('ALTER DATABASE {}', database), *parts])


def _rights(database, wanted, present):
    """Rights are taken from everybody who has some, then given as they were. The usual ones of an owner stay."""
    if 'rights' not in wanted or _sorted(wanted['rights']) == _sorted(_renamed(wanted, present)):
        return
    for grantee in sorted({row[0] for row in _renamed(wanted, present)}):
        yield 'rights', _statement('REVOKE ALL ON DATABASE {} FROM {} CASCADE', database, _grantee(grantee))
    for grantee, right, grantable in wanted['rights']:
        option = sql.SQL(' WITH GRANT OPTION' if grantable and grantee != wanted.get('owner') else '')
        yield 'rights', sql.SQL('GRANT {} ON DATABASE {} TO {}{}').format(
            RIGHT[right], sql.Identifier(database), _grantee(grantee), option)


def _renamed(wanted, present):
    """The present rights as they read once the owner is the wanted one."""
    names = {present['owner']: wanted.get('owner', present['owner'])}
    return [[names.get(grantee, grantee), *more] for grantee, *more in present['rights']]


def _sorted(rights):
    return sorted(map(tuple, rights))


def _grantee(name):
    return sql.SQL('PUBLIC') if name == PUBLIC else sql.Identifier(name)


def _settings(database, wanted, present):
    if 'settings' not in wanted or wanted['settings'] == present['settings']:
        return
    kept = {(role, name) for role, name, _any in wanted['settings']}
    for role, name, _old in present['settings']:
        if (role, name) not in kept:
            yield f'setting {name}', _setting(database, role, name, sql.SQL('RESET {}').format(sql.Identifier(name)))
    for role, name, value in wanted['settings']:
        if [role, name, value] not in present['settings']:
            change = sql.SQL('SET {} TO {}').format(sql.Identifier(name), _value(name, value))
            yield f'setting {name}', _setting(database, role, name, change)


def _setting(database, role, name, change):
    if not role:
        return _alter(database, change)
    return sql.SQL('ALTER ROLE {} IN DATABASE {} {}').format(sql.Identifier(role), sql.Identifier(database), change)


def _value(name, value):
    if name.lower() not in LISTS:
        return sql.Literal(value)
    names = [part[1:-1].replace('""', '"') if part.startswith('"') else part for part in ELEMENT.findall(value)]
    return sql.SQL(', ').join(map(sql.Literal, names)) if names else sql.Literal('')


def _by_hand(connection, database, wanted, present):
    """What no statement here should change: it moves the whole database, or cannot be changed once it exists."""
    if wanted.get('tablespace') not in (None, present['tablespace']):
        move = _alter(database, sql.SQL('SET TABLESPACE {}').format(sql.Identifier(wanted['tablespace'])))
        yield warning('tablespace', f'{database} lies in {present["tablespace"]}, not in {wanted["tablespace"]}',
                      f'{move.as_string(connection)};  (moves all files, needs it free of sessions)')
    for key in ('encoding', 'collate', 'ctype', 'provider', 'locale'):
        if key in wanted and wanted[key] != present[key]:
            yield warning(key, f'{database} has {present[key]}, not {wanted[key]}',
                          'create it anew with the right locale and restore into it')
    for name in sorted(set(wanted.get('subscriptions', ())) - set(present['subscriptions'])):
        yield warning('subscription', f'{name} of logical replication belongs to the old database only',
                      'decide which of the two databases goes on receiving, and create it there by hand')
    yield from _extensions(connection, wanted.get('extensions'), present['extensions'])


def _extensions(connection, wanted, present):
    for name, one in sorted((wanted or {}).items()) if present is not None else ():
        if name not in present:
            change = sql.SQL('CREATE EXTENSION {} SCHEMA {}').format(
                sql.Identifier(name), sql.Identifier(one['schema']))
        elif present[name]['version'] != one['version']:
            change = sql.SQL('ALTER EXTENSION {} UPDATE TO {}').format(
                sql.Identifier(name), sql.Literal(one['version']))
        else:
            continue
        has = present[name]['version'] if name in present else 'nothing'
        yield warning('extension', f'{name}: {one["version"]} wanted, there is {has}',
                      f'{change.as_string(connection)};')
