"""The service on this machine: its state, the right to stop and start it, its unit, its port and its log."""
import os
import shutil

from deploy import checks_workers, proc, process, web
from deploy.finding import ok, stop, warning
from deploy.report import Failed, size
from deploy.service import Service
from deploy.trial_client import login_page

SUBJECT = 'service'
POLKIT = ('pkcheck', '--action-id', 'org.freedesktop.systemd1.manage-units', '--process')


def findings(settings, _server):
    service = Service(settings)
    service.check()
    running = service.running()
    yield _state(settings, service, running)
    yield _rights(settings, service)
    yield from _unit(settings)
    if running:
        yield login_page(web.Client(settings.service_url).get('/web/login'), f'port ({settings.service_url})')
    yield _log(settings)


def _state(settings, service, running):
    processes = proc.descendants(service.processes())
    if not running:
        return warning('service', 'is not running: it is started at the end of a deployment',
                       f'start it if it should run: {" ".join(service.commands["start"])}')
    if not processes:
        return stop('service', f'runs, but no process with {settings.conf or "an odoo.conf"} is to be seen: '
                               f'nobody could say whether it has stopped',
                    'set conf to the file that its command line names')
    return ok('service', f'running: {len(processes)} processes, {settings.workers} workers, since '
                         f'{checks_workers.clock(processes[0].started)}')


def _rights(settings, service):
    """Whether this account may stop and start the service."""
    subject = 'right to stop and start the service'
    if settings.stop and settings.start:
        missing = [command[0] for command in service.commands.values() if not shutil.which(command[0])]
        if missing:
            return stop(subject, f'{", ".join(missing)} cannot be executed', 'chmod +x, or give the full path')
        return ok(subject, f'{service.commands["stop"][0]} can be executed')
    if os.geteuid() == 0:
        return ok(subject, f'root, systemctl stop {settings.unit}')
    try:
        code, _output = process.run([*POLKIT, str(os.getpid())], limit=20)
    except Failed:
        code = -1
    if code:
        return stop(subject, f'systemd does not let this account stop {settings.unit}', 'run the tool with sudo')
    return ok(subject, 'systemd lets this account manage units')


def _unit(settings):
    """A unit file that systemd has not read anew would start the service in the old way."""
    if settings.unit:
        _code, output = process.run(['systemctl', 'show', '-p', 'NeedDaemonReload', settings.unit], limit=20)
        if 'yes' in output:
            yield warning('systemd unit', f'the file of {settings.unit} was changed and not read since',
                          'systemctl daemon-reload, then restart the service before the deployment')


def _log(settings):
    """The service's log must be readable: whether a start went well is read there."""
    if not settings.logfile:
        if settings.unit:
            return ok('log', f'journal of systemd, unit {settings.unit}')
        return warning('log', 'the service writes no file and has no unit: errors after the start are not seen',
                       'set logfile in odoo.conf')
    try:
        with open(settings.logfile, 'rb') as handle:
            return ok('log', f'{settings.logfile}, {size(os.fstat(handle.fileno()).st_size)}')
    except OSError as error:
        return stop('log', f'{settings.logfile}: {error.strerror}', 'give this account the right to read it')
