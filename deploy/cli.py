"""The command line: ``python3 -m deploy COMMAND``; every command is a module of :mod:`deploy.commands`."""
import argparse
import importlib
import signal

import psycopg2

from deploy.report import Exit, Stop, say
from deploy.settings import FIELDS, load

COMMANDS = ('preflight', 'rehearse', 'backup', 'deploy', 'check', 'baseline', 'compare', 'rollback', 'status', 'log',
            'day-after', 'archive', 'prune')


class _Parser(argparse.ArgumentParser):
    """Wrong words end with 1 (refused, nothing touched): argparse's own 2 means something else here."""

    def error(self, message):
        self.print_usage()
        self.exit(Exit.REFUSED, f'{self.prog}: {message}\n')


def parser():
    """The parser with every command; each module says its ``HELP`` and its ``arguments``."""
    top = _Parser(prog='python3 -m deploy', description='Deploys an Odoo addon, reversibly and with proof.',
                  epilog='Exit codes: 0 done; 1 refused, nothing touched; 2 failed and back in the old state, proven; '
                         '3 needs a person, with the exact next command. docs/operators.md tells the whole evening.')
    commands = top.add_subparsers(dest='command', required=True, metavar='COMMAND', parser_class=_Parser)
    for name in COMMANDS:
        module = command_module(name)
        one = commands.add_parser(name, help=module.HELP, description=module.HELP)
        _add_settings(one)
        module.arguments(one)
    return top


def command_module(name):
    return importlib.import_module(f'deploy.commands.{name.replace("-", "_")}')


def _add_settings(one):
    group = one.add_argument_group('settings', 'each is a key of deploy.toml too; odoo.conf and the unit fill the rest')
    group.add_argument('--config', metavar='FILE', help='deploy.toml (default: the one in this folder)')
    for name in FIELDS:
        if name != 'db_password':  # never on a command line: odoo.conf, deploy.toml or PGPASSWORD
            group.add_argument(f'--{name.replace("_", "-")}', dest=name, metavar='VALUE')


def main(words=None):
    """Runs one command and returns its exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    options = parser().parse_args(words)
    try:
        settings = load(vars(options))
        return int(command_module(options.command).run(settings, options) or Exit.DONE)
    except Stop as stop:
        say(stop.line())
        return int(stop.code)
    except psycopg2.OperationalError as error:
        say(f'PostgreSQL cannot be reached: {str(error).strip()}\n'
            '  next: check db_host, db_port, db_user and db_password')
        return int(Exit.REFUSED)
    except KeyboardInterrupt:
        say('\nInterrupted.')
        return int(Exit.REFUSED)


def _interrupt(_number, _frame):
    raise KeyboardInterrupt
