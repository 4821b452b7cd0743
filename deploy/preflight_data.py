"""The database itself: extensions, objects of other owners, large objects, how much there is, leftovers."""
from deploy import names, process
from deploy.finding import ok, stop, warning
from deploy.postgres import rows
from deploy.report import size

SUBJECT = 'database'
EXTENSIONS = """
    SELECT e.extname, e.extversion, coalesce(a.name IS NOT NULL, false),
           coalesce((SELECT bool_or((to_jsonb(v) ->> 'trusted')::boolean) FROM pg_available_extension_versions v
                      WHERE v.name = e.extname), false) OR current_setting('is_superuser')::boolean
      FROM pg_extension e LEFT JOIN pg_available_extensions a ON a.name = e.extname
     WHERE e.extname <> 'plpgsql' ORDER BY 1
"""
# Relations of users that do not belong to this role, those of extensions left out.
FOREIGN = """
    SELECT pg_get_userbyid(c.relowner), count(*), min(c.oid::regclass::text)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT pg_has_role(c.relowner, 'USAGE')
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                          AND d.deptype = 'e')
  GROUP BY 1 ORDER BY 1
"""
LARGE = """
    SELECT count(*), count(*) FILTER (WHERE NOT pg_has_role(lomowner, 'USAGE')),
           min(pg_get_userbyid(lomowner)) FILTER (WHERE NOT pg_has_role(lomowner, 'USAGE'))
      FROM pg_largeobject_metadata
"""
PREPARED = 'SELECT gid, owner, prepared FROM pg_prepared_xacts WHERE database = %s ORDER BY prepared'
LEFT = """
    SELECT datname, pg_database_size(oid) FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1
"""
COUNTS = (
    ('payments', 'account_payment', "SELECT count(*) FROM account_payment"),
    ('posted entries', 'account_move', "SELECT count(*) FROM account_move WHERE state = 'posted'"),
    ('users', 'res_users', 'SELECT count(*) FROM res_users WHERE active AND NOT coalesce(share, false)'),
    ('attachments', 'ir_attachment', 'SELECT count(*) FROM ir_attachment WHERE store_fname IS NOT NULL'),
    ('users online', 'bus_presence', "SELECT count(*) FROM bus_presence WHERE user_id IS NOT NULL AND "
                                     "last_poll > (now() AT TIME ZONE 'UTC') - interval '2 minutes'"),
)


def findings(settings, server):
    with server.session(settings.database) as connection:
        yield _counts(settings, server, connection)
        yield from _extensions(rows(connection, EXTENSIONS))
        yield _foreign(rows(connection, FOREIGN))
        yield _large(*rows(connection, LARGE)[0])
        yield from _prepared(rows(connection, PREPARED, [settings.database]))
    yield from _leftovers(rows_left(server))


def rows_left(server):
    return server.rows(LEFT, [names.PREFIX])


def _counts(settings, server, connection):
    found = [f'{size(server.database_size(settings.database))}']
    for what, table, query in COUNTS:
        if rows(connection, 'SELECT to_regclass(%s)', [table])[0][0]:
            found.append(f'{rows(connection, query)[0][0]} {what}')
    return ok('database', f'{settings.database}: {", ".join(found)}')


def _extensions(found):
    missing = [name for name, _version, available, _may in found if not available]
    if missing:
        yield stop('extensions', f'{", ".join(missing)}: installed in the database, but the server has no files of it: '
                                 f'no backup could be restored', 'install its package on the database server')
    # A dump is restored by this role; what only a superuser may create has to be there beforehand.
    others = [name for name, _version, available, may in found if available and not may]
    if others:
        yield warning('extensions', f'{", ".join(others)}: only a superuser may create it: restoring a dump needs one',
                      'nothing for a deployment: its way back needs no restore')
    if not missing and not others:
        listed = ', '.join(f'{name} {version}' for name, version, *_rest in found)
        yield ok('extensions', listed or 'none')


def _foreign(found):
    if not found:
        return ok('owner of the tables', 'this role')
    owner, count, example = found[0]
    return stop('owner of the tables', f'{count} belong to {owner}, such as {example}: no upgrade could change them',
                f'as a superuser, in this database: REASSIGN OWNED BY "{owner}" TO the role of the service; where '
                f'{owner} is postgres, ALTER TABLE … OWNER TO for each')


def _large(count, foreign, owner):
    if foreign:
        return stop('large objects', f'{foreign} of {count} belong to {owner}: pg_dump may not read them',
                    'as a superuser: ALTER LARGE OBJECT … OWNER TO the role of the service')
    return ok('large objects', f'{count}')


def _prepared(found):
    for gid, owner, since in found:
        yield stop('prepared transaction',
                   f'{gid} of {owner} since {since:%Y-%m-%d %H:%M}: the database cannot be copied',
                   f"as {owner}, in this database: ROLLBACK PREPARED '{gid}' or COMMIT PREPARED '{gid}'")


def _leftovers(found):
    """Databases of earlier deployments. Those of the one that is looking right now are its own."""
    for name, count in found:
        identity, kind = name.removeprefix(names.PREFIX).rpartition('_')[::2]
        if identity == process.owner:
            continue
        if kind == names.WORK:
            yield stop('left over', f'{name} ({size(count)}): a deployment was broken off while it upgraded',
                       'python3 -m deploy deploy --resume')
        else:
            yield warning('left over', f'{name} ({size(count)}), of an earlier deployment or rehearsal',
                          'python3 -m deploy prune, once it is not needed any more')
