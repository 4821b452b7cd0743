"""The Odoo service: started, stopped and asked for its state by systemd or by commands of the administrator."""
import configparser
import os
import pathlib
import shlex
import time

from deploy import proc, process
from deploy.report import Failed, Refused

STOP_LIMIT = 120  # seconds
COMING_LIMIT = 20  # seconds that a start which was broken off may still take until the service says that it runs
TRIAL = '--log-handler=deploy_trial:INFO'  # tells our own trial server, which serves nobody, from the service


class Service:
    """See :class:`deploy.settings.Settings`: ``unit``, or ``start``, ``stop`` and ``status``."""

    def __init__(self, settings):
        self.settings = settings
        unit = settings.unit
        self.commands = {
            'start': settings.start or ((unit and ('systemctl', 'start', unit)) or ()),
            'stop': settings.stop or ((unit and ('systemctl', 'stop', unit)) or ()),
            'status': settings.status or ((unit and ('systemctl', 'is-active', '--quiet', unit)) or ()),
        }

    def check(self):
        """Refused when one of the three commands is not known."""
        missing = [name for name, command in self.commands.items() if not command]
        if missing:
            raise Refused(f'How to {", ".join(missing)} the service is not known.',
                          'set unit (systemd), or start, stop and status in deploy.toml')

    def running(self):
        return process.run(self.commands['status'], limit=30)[0] == 0

    def start(self):
        """Starts the service, unless a start that was broken off brings it up by itself."""
        if not self._comes_up():
            process.need(self.commands['start'], 'starting the service', limit=self.settings.start_limit, stays=True)

    def _comes_up(self):
        """True once it runs; False when none of its processes is there, or they do not become a running service."""
        end = time.monotonic() + COMING_LIMIT
        while self.processes() and time.monotonic() < end:
            if self.running():
                return True
            time.sleep(0.1)
        return False

    def stop(self):
        """Returns when the service is stopped and none of its processes is left; Failed otherwise."""
        # Workers may change their title (setproctitle): then only their master tells whose they are.
        family = proc.descendants(self.processes())
        code, output = process.run(self.commands['stop'], limit=STOP_LIMIT)
        end = time.monotonic() + STOP_LIMIT
        while time.monotonic() < end:
            left = sorted({*self.processes(), *(one.pid for one in proc.alive(family))})
            if not left and not self.running():
                return
            time.sleep(0.1)
        left = ', '.join(map(str, left)) or 'none'
        raise Failed(f'The service did not stop (code {code}; processes left: {left}). '
                     f'{process.last_lines(output)}')

    def processes(self):
        """Process ids of Odoo servers that were started with this service's odoo.conf."""
        if not self.settings.conf:
            return []
        conf = os.path.realpath(self.settings.conf)
        return sorted(number for number, words in _command_lines() if number != os.getpid() and _serves(words, conf))


def _command_lines():
    """(process id, command line as a list) of every process that can be read."""
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            words = (path / 'cmdline').read_bytes().split(b'\0')[:-1]
        except OSError:
            continue
        yield int(path.name), [word.decode(errors='replace') for word in words]


def _serves(words, conf):
    """True for the command line of an Odoo that serves: with this file, and not one that stops by itself."""
    if {'--stop-after-init', 'shell', TRIAL} & set(words):
        return False
    for first, second in zip(words, [*words[1:], '']):
        named = second if first in ('-c', '--config') else first.partition('=')[2] if first.startswith(
            ('--config=', '-c=')) else ''
        if named and os.path.realpath(named) == conf and any('odoo' in word for word in words[:3]):
            return True
    return False


def unit_properties(unit):
    """``user``, ``conf`` and ``odoo`` (the command) of a systemd unit, as far as it names them."""
    code, output = process.run(['systemctl', 'cat', unit], limit=30)
    if code:
        raise Refused(f'systemd knows no unit {unit}.', 'name it with --unit, or set start, stop and status')
    return read_unit(output)


def read_unit(text):
    """The same from the text of a unit file."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(text)
    section = dict(parser['Service']) if parser.has_section('Service') else {}
    words = shlex.split(section.get('execstart', '').lstrip('-@:+!'))
    conf, program = '', []
    for number, word in enumerate(words):
        if word in ('-c', '--config'):
            conf = words[number + 1] if number + 1 < len(words) else ''
            break
        if word.startswith(('--config=', '-c=')):
            conf = word.partition('=')[2]
            break
        if word.startswith('-'):
            break
        program.append(word)
    return {'user': section.get('user', ''), 'conf': conf, 'odoo': tuple(program)}
