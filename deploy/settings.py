"""What the tool knows about one server: from options, ``deploy.toml``, ``odoo.conf`` and systemd."""
import configparser
import dataclasses
import os
import pathlib
import pwd
import shlex

from deploy.report import Refused, secret
from deploy.service import unit_properties

USUAL_CONF = ('/etc/odoo/odoo.conf', '/etc/odoo.conf', '/etc/odoo17.conf', '/opt/odoo/odoo.conf')
LIMIT_UPGRADE = 3600  # seconds


@dataclasses.dataclass(frozen=True)
class Settings:
    """One server. Every field is a key of deploy.toml and an option of the command line."""
    database: str
    module: str
    conf: str = ''              # odoo.conf
    db_host: str = ''           # '' and False mean the local socket
    db_port: str = ''
    db_user: str = ''
    db_password: str = dataclasses.field(default='', repr=False)
    addons_path: tuple = ()
    data_dir: str = ''
    logfile: str = ''
    http_port: int = 8069
    http_interface: str = ''
    workers: int = 0
    url: str = ''               # where the service answers; made of interface and port unless given
    odoo: tuple = ()            # the command that starts Odoo, such as (python, odoo-bin)
    user: str = ''              # the account that the service runs under
    unit: str = ''              # systemd unit, or:
    start: tuple = ()
    stop: tuple = ()
    status: tuple = ()          # exit code 0: running
    source: str = ''            # new code: a git repository, a folder or an archive (.zip, .tar.gz)
    older: int = 0              # 1: the new code may be older than the one in use
    ref: str = ''               # git: branch, tag or commit; resolved to a commit once
    target: str = ''            # the folder that is replaced; the addon's folder unless given
    backup_dir: str = ''
    may_change: tuple = ()      # table or table.column that this release may change, beside what it declares itself
    upgrade_limit: int = LIMIT_UPGRADE
    start_limit: int = 180
    keep_hours: int = 48
    pg_bin: str = ''            # folder of pg_dump and pg_restore, where the path holds others

    @property
    def state_dir(self):
        """Journals, logs and the tool's copies, one folder for each deployment."""
        return pathlib.Path(self.backup_dir) / 'deployments'

    @property
    def filestores(self):
        return pathlib.Path(self.data_dir) / 'filestore'

    @property
    def filestore(self):
        return self.filestores / self.database

    @property
    def addon(self):
        """The addon's folder as the service finds it: the first on the addons path."""
        for place in self.addons_path:
            folder = pathlib.Path(place) / self.module
            if (folder / '__manifest__.py').exists():
                return folder
        raise Refused(f'No folder of the addons path holds {self.module}: {", ".join(map(str, self.addons_path))}.',
                      'check addons_path in odoo.conf and the folder\'s name')

    @property
    def code_dir(self):
        """The folder that a deployment replaces."""
        return pathlib.Path(self.target) if self.target else self.addon

    @property
    def service_url(self):
        host = self.http_interface if self.http_interface not in ('', '0.0.0.0', '::') else '127.0.0.1'  # noqa: S104
        return (self.url or f'http://{host}:{self.http_port}').rstrip('/')


FIELDS = {field.name: field for field in dataclasses.fields(Settings)}


def load(options):
    """Settings from a mapping of options, of which None and missing ones are looked up in the files.

    :raises Refused: a file cannot be read, a key is unknown, or database, module or backup folder is missing
    """
    given = {name: value for name, value in options.items() if name in FIELDS and value is not None}
    toml = _read_toml(options.get('config'))
    known = {**toml, **given}
    conf = known.get('conf') or next((path for path in USUAL_CONF if os.path.isfile(path)), '')
    values = {**_read_conf(conf), **_read_unit(known.get('unit')), **known, 'conf': str(conf)}
    secret(values.get('db_password'))
    values = {name: _typed(name, value) for name, value in values.items()}
    for name in ('database', 'module', 'backup_dir'):
        if not values.get(name):
            raise Refused(f'The setting {name} is missing.',
                          f'give --{name.replace("_", "-")} or put it in deploy.toml')
    values['data_dir'] = values.get('data_dir') or _default_data_dir(values.get('user'))
    return Settings(**values)


def _typed(name, value):
    kind = FIELDS[name].type
    if kind is tuple or FIELDS[name].default == ():
        split = (lambda text: text.split(',')) if name == 'addons_path' else shlex.split
        parts = split(value) if isinstance(value, str) else value
        return tuple(str(part).strip() for part in parts if str(part).strip())
    if isinstance(FIELDS[name].default, int):
        return int(value or FIELDS[name].default)
    return str(value)


def _read_toml(path):
    if not path:
        path = 'deploy.toml' if os.path.isfile('deploy.toml') else ''
    if not path:
        return {}
    try:
        import tomllib
    except ImportError:  # Python 3.10
        try:
            from pip._vendor import tomli as tomllib
        except ImportError:
            raise Refused('Reading deploy.toml needs Python 3.11 or pip.', 'give the settings as options') from None
    try:
        with open(path, 'rb') as handle:
            values = tomllib.load(handle)
    except (OSError, ValueError) as error:
        raise Refused(f'{path} cannot be read: {error}.') from None
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise Refused(f'{path} holds unknown keys: {", ".join(unknown)}.', '--help lists the settings')
    return values


def _read_conf(path):
    """Settings out of odoo.conf; Odoo writes False for what is not set."""
    if not path:
        return {}
    parser = configparser.RawConfigParser()
    try:
        with open(path, encoding='utf-8') as handle:
            parser.read_file(handle)
        options = dict(parser['options'])
    except (OSError, KeyError, configparser.Error) as error:
        raise Refused(f'{path} cannot be read as odoo.conf: {error}.', 'name the file with --conf') from None
    options = {name: value for name, value in options.items() if value not in ('False', 'None', '')}
    options['database'] = options.get('db_name', '').split(',')[0]
    names = {name for name in FIELDS if name not in ('module', 'conf', 'user', 'source', 'ref', 'target')}
    return {name: value for name, value in options.items() if name in names and value}


def _read_unit(unit):
    """Account and command of a systemd unit."""
    if not unit:
        return {}
    found = unit_properties(unit)
    return {name: value for name, value in found.items() if value}


def _default_data_dir(user):
    home = pwd.getpwnam(user).pw_dir if user else str(pathlib.Path.home())
    return f'{home}/.local/share/Odoo'
