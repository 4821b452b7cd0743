"""A backup made into a database and a filestore again, after every file of it was checked.

The database is made under another name and renamed at the end, so that an interrupted restore never looks whole.
"""
import contextlib
import os
import pathlib
import pwd
import shutil
import zlib

import psycopg2
from psycopg2 import sql

from deploy import backup as backups
from deploy import database_facts, dump, finding, manifest, tarball
from deploy.half import PART, force
from deploy.names import PREFIX
from deploy.postgres import as_failure, named, rows
from deploy.report import Refused

HALF = PREFIX + 'half_'
LONGEST = 40  # characters of a backup's name in that of a scratch database
WORKING = 17_000_110  # kind of the advisory lock on a database that is being made; see deploy.lock
EXTENSIONS = """
    SELECT a.name, bool_or(v.superuser AND NOT COALESCE((to_jsonb(v) ->> 'trusted')::boolean, false))
      FROM pg_available_extensions a JOIN pg_available_extension_versions v USING (name) GROUP BY 1"""
SPACE = "SELECT 1 FROM pg_tablespace WHERE spcname = %s AND has_tablespace_privilege(oid, 'CREATE')"
SUPERUSER = 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user'


def restore(settings, server, backup_folder, database, filestore_target=None, progress=None, hidden=False,
            analyze=False, whole=False):
    """Restores a backup into a new database and, where a place for it is given, a new filestore folder.

    :param whole: every file of the backup is checked, not only those that are restored
    :param analyze: gather statistics before the end; else PostgreSQL does so by itself within minutes
    :param hidden: the database stays a template: Odoo's list of databases and its crons pass it over
    :return: warnings (:class:`deploy.finding.Finding`) about what could not be made as it was
    :raises Refused: the backup is damaged or does not fit this server, or the database or folder exists already
    :raises Failed: the restore broke off; what it had made is removed
    """
    folder = pathlib.Path(backup_folder)
    target = pathlib.Path(filestore_target) if filestore_target else None
    facts = manifest.load(folder)
    _check_place(server, database, target)
    superuser, with_owners = _check_server(server, facts)
    manifest.check(folder, facts, without=() if target or whole else (backups.FILES, backups.CODE))
    with _half_database(server, database, facts) as half, _half_files(target) as files:
        with dump.full_volume(target or folder), backups.together(
                lambda stopped: _unpack(settings, folder / backups.FILES, files, stopped)):
            dump.read(settings, server, folder / backups.DATABASE, half, superuser, with_owners)
            if analyze:
                _do(server, 'ANALYZE', half)
        warnings = database_facts.apply(server, half, facts['facts'])
        if not with_owners:
            warnings.append(finding.warning('owner', f'tables of {database} belong to the role that restored them',
                                            'restore with db_user set to a superuser to keep their owners'))
        _finish(server, half, database, hidden, files, target)
    if progress:
        progress.advance(manifest.total(facts))
    return warnings


def _do(server, statement, database='postgres'):
    with as_failure('The restore'):
        server.rows(statement, database=database)


def _check_place(server, database, target):
    """Nothing that exists is ever restored into."""
    if server.exists(database):
        raise Refused(f'The database {database} exists already.', 'choose another name, or rename or drop it first')
    if target and target.exists() and any(target.iterdir()):
        raise Refused(f'The folder {target} exists already and is not empty.', 'move it away first')


def _check_server(server, facts):
    """(is the role a superuser, can it give everything its owner); Refused when the server lacks something."""
    dump.check_client(server, 'pg_restore', at_least=facts['client'])
    with server.session() as connection:
        superuser = rows(connection, SUPERUSER)[0][0]
        if server.version() < facts['server']:
            raise Refused(f'The backup is of PostgreSQL {facts["server"]}, this server is {server.version()}.',
                          'restore it on a server that is not older')
        _check_extensions(dict(rows(connection, EXTENSIONS)), facts['facts'], superuser, server.version())
        return superuser, _check_roles(connection, facts['facts'], superuser)


def _check_extensions(available, facts, superuser, version):
    """Refused when an extension of the backup cannot be created here."""
    wanted = sorted(facts['extensions'] or {})
    missing = [name for name in wanted if name not in available]
    if missing:
        raise Refused(f'The server has no extension {", ".join(missing)}, which the backup needs.',
                      f'install it on the database server (Debian: postgresql-contrib or postgresql-{version}-…)')
    closed = [name for name in wanted if available[name] and name != 'plpgsql']
    if closed and not superuser:
        raise Refused(f'Only a superuser of PostgreSQL may create the extension {", ".join(closed)}.',
                      'restore with db_user set to a superuser')


def _check_roles(connection, facts, superuser):
    """True when every owner can be set; Refused when roles are missing on this server."""
    owners = {facts['owner'], *(facts['owners'] or ()), *(role['name'] for role in facts['roles'] if role['owns'])}
    present = {row[0] for row in rows(connection, 'SELECT rolname FROM pg_roles')}
    missing = sorted({*owners, *(role['name'] for role in facts['roles'])} - present)
    if missing:
        statements = ' '.join(f'{named("CREATE ROLE {}", name).as_string(connection)};' for name in missing)
        raise Refused(f'The backup names roles that this server does not have: {", ".join(missing)}.', statements)
    return superuser or all(rows(connection, "SELECT pg_has_role(current_user, %s, 'MEMBER')", [name])[0][0]
                            for name in owners)


@contextlib.contextmanager
def _half_database(server, database, facts):
    """A new database that the block fills and renames; dropped when the block fails."""
    half = database if database.startswith(PREFIX) else f'{HALF}{zlib.crc32(database.encode()):08x}'
    with working_on(server, half):
        with as_failure('The database cannot be made'):
            drop(server, half)
            create(server, half, facts['facts'])
        try:
            yield half
        except BaseException:
            with contextlib.suppress(psycopg2.Error):
                drop(server, half)
            raise


@contextlib.contextmanager
def working_on(server, name):
    """Marks a database as being made or looked at while the block lasts; Refused when somebody else does so."""
    with server.session() as connection:
        if not rows(connection, 'SELECT pg_try_advisory_lock(%s, hashtext(%s))', [WORKING, name])[0][0]:
            raise Refused(f'Somebody else is working on the database {name}.', 'wait for it')
        yield


def is_worked_on(server, name):
    """True while somebody else has marked it."""
    with server.session() as connection:
        return not rows(connection, 'SELECT pg_try_advisory_lock(%s, hashtext(%s))', [WORKING, name])[0][0]


def create(server, database, facts):
    """An empty database with encoding and locale of another one, hidden."""
    parts = [named('CREATE DATABASE {} TEMPLATE template0 IS_TEMPLATE true', database)]
    values = [('ENCODING', 'encoding'), ('LC_COLLATE', 'collate'), ('LC_CTYPE', 'ctype')]
    if server.version() >= 15 and facts['provider'] != 'libc':
        values += [('LOCALE_PROVIDER', 'provider'),
                   ('ICU_LOCALE' if facts['provider'] == 'icu' else 'BUILTIN_LOCALE', 'locale')]
    parts += [sql.SQL(word + ' {}').format(sql.Literal(facts[key])) for word, key in values]
    if facts['tablespace'] != 'pg_default' and server.rows(SPACE, [facts['tablespace']]):
        parts.append(named('TABLESPACE {}', facts['tablespace']))
    server.rows(sql.SQL(' ').join(parts))


def drop(server, database):
    """Drops a half-made database of an earlier try; nothing when there is none. Failed when somebody is in it."""
    if server.exists(database):
        server.rows(named('ALTER DATABASE {} IS_TEMPLATE false', database))
        server.rows(named('DROP DATABASE {}', database))


@contextlib.contextmanager
def _half_files(target):
    """A folder beside the target, to be renamed; what is left of it goes away. None without a target."""
    if not target:
        yield None
        return
    half = target.with_name(target.name + PART)
    shutil.rmtree(half, ignore_errors=True)
    try:
        yield half
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _unpack(settings, archive, half, stopped):
    """Unpacks the filestore for the service's account and forces it to disk."""
    if half and archive.exists():
        user = settings.user if os.geteuid() == 0 else ''
        account = pwd.getpwnam(user) if user else None
        half.parent.mkdir(parents=True, exist_ok=True)
        tarball.unpack(archive, half, stopped, (account.pw_uid, account.pw_gid) if account else None)
        os.sync()


def _finish(server, half, database, hidden, files, target):
    """Filestore and database get their names, the database last: a database that is there is whole."""
    placed = bool(files and files.exists())
    if placed:
        if target.exists():
            target.rmdir()  # it is empty
        files.rename(target)
        force(target.parent)
    try:
        if not hidden:
            _do(server, named('ALTER DATABASE {} IS_TEMPLATE false', half))
        if half != database:
            _do(server, named('ALTER DATABASE {} RENAME TO {}', half, database))
    except BaseException:
        if placed:
            target.rename(files)
        raise
