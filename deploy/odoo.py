"""Running the service's own Odoo beside it: upgrades and shell scripts on one database, never as a server for users."""
import dataclasses
import json
import os
import pathlib
import shutil

from deploy import odoo_log, process
from deploy.report import Failed, Refused

# Whatever odoo.conf says: the log comes to us, with every line, and the service's pid file stays the service's.
OURS = ('--logfile=', '--pidfile=', '--log-level=info', '--log-handler=:INFO', '--max-cron-threads=0', '--workers=0')
MARK = '@@deploy@@'  # what a shell script prints for us begins with it
CLOSED = 'http://127.0.0.1:9'  # a proxy that nobody answers at: outgoing calls of a copy end there


@dataclasses.dataclass
class Odoo:
    """The command, configuration and account of one service."""
    settings: object

    def command(self, *arguments, first=()):
        """The command line; ``first`` goes before the options, as a subcommand does."""
        conf = ('-c', self.settings.conf) if self.settings.conf else ()
        return [*self.program(), *first, *conf, *self._places(), *arguments]

    def program(self):
        """What starts Odoo: the setting ``odoo``, else the program on the path."""
        if self.settings.odoo:
            return list(self.settings.odoo)
        found = shutil.which('odoo-bin') or shutil.which('odoo')
        if not found:
            raise Refused('The command that starts Odoo is not known.', 'set odoo, as in ["python3", "odoo-bin"]')
        return [found]

    def python(self):
        """The interpreter of the service: the word before odoo-bin, or the one that the script names."""
        words = self.program()
        if len(words) > 1 and 'python' in os.path.basename(words[0]):
            return words[0]
        with open(words[0], 'rb') as handle:
            first = handle.readline().decode(errors='replace').strip()
        parts = first.removeprefix('#!').split()
        return (shutil.which(parts[-1]) or parts[-1]) if first.startswith('#!') else 'python3'

    def _places(self):
        places = ','.join(map(str, self.settings.addons_path))
        return (f'--addons-path={places}', f'--data-dir={self.settings.data_dir}')

    def environment(self, offline=False, **more):
        """Variables for a process of this Odoo; ``offline``: whatever heeds a proxy reaches nobody."""
        proxies = dict.fromkeys(('http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'), CLOSED) if offline else {}
        return {'PYTHONUNBUFFERED': '1', 'PYTHONDONTWRITEBYTECODE': '1', **proxies, **more}

    def upgrade(self, database, modules, log, offline=False, limit=None):
        """Upgrades modules of a database; returns the log's records.

        :raises Failed: non-zero exit, an ERROR or CRITICAL line, no closing line, or longer than ``limit`` seconds
        """
        found = self.run(database, log, '-u', ','.join(modules), '--stop-after-init', '--no-http', offline=offline,
                         limit=limit or self.settings.upgrade_limit)
        if not any('Modules loaded.' in record.message for record in found):
            raise Failed(f'The upgrade ended before all modules were loaded; its log: {log}.')
        return found

    def run(self, database, log, *arguments, first=(), text=None, offline=False, limit=900):
        """Runs Odoo on a database to its end; the same Failed as :meth:`upgrade`, but for the closing line."""
        log = pathlib.Path(log)
        log.parent.mkdir(parents=True, exist_ok=True)
        command = self.command('-d', database, *OURS, *arguments, first=first)
        code, _none = process.run(command, limit=limit, log=log, text=text, user=self.settings.user,
                                  **self.environment(offline))
        found = odoo_log.records(log.read_text(errors='replace'))
        loud = odoo_log.errors(found)
        if code or loud:
            first_line = loud[0].line() if loud else process.last_lines(log.read_text(errors='replace'))
            raise Failed(f'Odoo ended with code {code} and {len(loud)} errors in its log: {first_line}. '
                         f'The whole log: {log}.')
        return found

    def shell(self, database, log, script, **options):
        """What a script told us by ``tell(value)``, as a list of JSON values, after it ran in Odoo's shell.

        The script finds ``env``; it must not commit unless it means to.
        """
        log = pathlib.Path(log)
        begin = log.stat().st_size if log.exists() else 0
        helper = f'import json\ndef tell(value):\n    print({MARK!r} + json.dumps(value, default=str), flush=True)\n\n'
        self.run(database, log, '--no-http', first=('shell',), text=helper + script, **options)
        return told(log, begin)


def told(log, begin=0):
    """What a shell script told us, from its log; also after it failed."""
    try:
        with open(log, errors='replace') as handle:
            handle.seek(begin)
            return [json.loads(line.partition(MARK)[2]) for line in handle if MARK in line]
    except (OSError, ValueError):
        return []
