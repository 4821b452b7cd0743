"""Every worker of the service answers, and every one was started with the code that is on disk now."""
import concurrent.futures
import datetime
import itertools
import os
import time

from deploy import odoo_log, proc, web
from deploy.finding import ok, stop, warning
from deploy.report import Refused

LIMIT = 60     # seconds for reaching every worker
TOLERANCE = 0.1  # seconds: the kernel counts a process's age in ticks
SILENT_ROUNDS = 10  # rounds of requests after which the log is taken for one that shows none
READ = 'read the log of the service'
RESTART = 'restart the service; when an old process stays, end it'


def findings(settings, service, started_after=None):
    """Findings: the age of the processes; which workers answered."""
    processes = proc.descendants(service.processes())
    return [_age(settings, processes, started_after), _answers(settings, service)]


def _age(settings, processes, started_after):
    subject = 'processes'
    if not processes:
        return warning(subject, f'none is known by {settings.conf or "an odoo.conf"}: their age was not looked at',
                       'set conf to the file that the service is started with, as its command line names it')
    what = 'the switch' if started_after else 'the newest file of the code'
    limit = started_after or _newest(settings)
    old = [one for one in processes if limit and one.started < limit - TOLERANCE]
    if old:
        return stop(subject, f'{_named(old)} started {clock(old[0].started)}, before {what} ({clock(limit)}): '
                             f'it works with the old code', RESTART)
    return ok(subject, f'{len(processes)}, the oldest started {clock(processes[0].started)}, after {what}')


def _newest(settings):
    """When the newest Python file of the code was written; 0 when that cannot be said."""
    try:
        places = [settings.code_dir]
    except Refused:
        return 0
    times = [os.stat(os.path.join(folder, name)).st_mtime for place in places
             for folder, _folders, names in os.walk(place) for name in names if name.endswith('.py')]
    return min(max(times, default=0), time.time())


def _answers(settings, service):
    """Asks until the log shows an answer of every worker."""
    subject = 'workers'
    if not settings.logfile:
        return _by_count(settings, 'the service writes no log file')
    mark = odoo_log.Mark.at_end(settings.logfile)
    token = f'deploy-check-{os.getpid()}-{int(time.time())}'
    end = time.monotonic() + LIMIT
    with concurrent.futures.ThreadPoolExecutor(_at_once(settings)) as pool:
        for rounds in itertools.count(1):
            bad = _ask(settings, pool, token)
            time.sleep(0.2)
            seen = {record.pid for record in odoo_log.records(mark.news()) if token in record.message}
            missing = _missing(settings, service, seen)
            if bad or not missing or time.monotonic() > end:
                break
            if rounds > SILENT_ROUNDS and not seen:
                return _by_count(settings, f'{settings.logfile} shows no requests (log_level, log_handler)')
    if bad:
        return stop(subject, f'{len(bad)} requests failed: {bad[0].status} {bad[0].text[:120]}', READ)
    if missing:
        return stop(subject, f'{missing} did not answer within {LIMIT} s; {_numbers(seen)} did', RESTART)
    return ok(subject, f'{len(seen)} of {max(settings.workers, 1)} answered: {_numbers(seen)}')


def _missing(settings, service, seen):
    """The workers that did not answer yet, in words; '' when all did."""
    known = workers(settings, service)
    if known and not known.isdisjoint(seen):
        return _numbers(known - seen) if known - seen else ''
    if not known or seen:  # in a container the log names other numbers than we see from outside
        left = max(settings.workers, 1) - len(seen)
        return f'{left} workers' if left > 0 else ''
    return _numbers(known)


def _by_count(settings, why):
    """Without a log nobody can say which worker answered: as many requests as make it likely, all of them right."""
    with concurrent.futures.ThreadPoolExecutor(_at_once(settings)) as pool:
        bad = list(itertools.chain.from_iterable(_ask(settings, pool, 'deploy-check') for _round in range(4)))
    count = 4 * _at_once(settings)
    if bad:
        return stop('workers', f'{len(bad)} of {count} requests failed: {bad[0].status} {bad[0].text[:120]}', READ)
    return warning('workers', f'{count} requests were answered, but not proven by which worker: {why}',
                   'set logfile in odoo.conf and log_level = info')


def _at_once(settings):
    """Requests that are sent together: an idle worker takes one only where the others are busy."""
    return max(2, 2 * settings.workers)


def _ask(settings, pool, token):
    """The failed ones among requests that are sent at the same time."""
    path = f'/web/login?{token}'
    asked = [pool.submit(web.Client(settings.service_url).get, path) for _one in range(_at_once(settings))]
    return [answer for answer in (one.result() for one in asked) if answer.status != 200]


def begun(service):
    """When the oldest process of the service was started, in seconds since 1970; 0 when none is known."""
    return min((one.started for one in proc.descendants(service.processes())), default=0)


def workers(settings, service):
    """Process ids of those that answer requests: children of the master, or the one process of a threaded server.

    Cron workers are nicer than their master, and the live chat server is started as ``odoo-bin gevent``.
    """
    processes = {one.pid: one for one in proc.descendants(service.processes())}
    masters = [one for one in processes.values() if one.parent not in processes]
    if not settings.workers:
        return {one.pid for one in masters}
    return {one.pid for master in masters for one in processes.values()
            if one.parent == master.pid and one.nice == master.nice and ' gevent' not in one.command}


def _named(processes):
    return ', '.join(f'process {one.pid}' for one in processes[:5])


def _numbers(pids):
    return ', '.join(map(str, sorted(pids))) or 'none'


def clock(moment):
    return datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S UTC')
