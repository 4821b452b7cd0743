"""The service's log, wherever it goes: a file, also after it was rotated, or the journal of systemd."""
import collections
import datetime
import os
import re
import time

from deploy import odoo_log, process
from deploy.finding import ok, stop, warning
from deploy.report import Failed

TAIL = 64 * 1024 * 1024  # bytes that are read of a log when there is no mark in it
SHOWN = 3                # kinds of errors that one line names
# What differs between two errors of one kind: numbers, ids, quoted values, addresses, ends of ids of sessions.
PARTICULAR = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{16,}\b|'[^']*'|\"[^\"]*\"|«[^»]*»|\d+")


def finding(settings, since=None, moment=None):
    """One finding about the errors after a Mark, or, without one, after ``moment`` (seconds since 1970)."""
    subject = 'log'
    found = records(settings, since, moment)
    if found is None:
        return warning(subject, 'cannot be read: the service writes no file and has no systemd unit',
                       'set logfile in odoo.conf, or unit in deploy.toml')
    kinds = grouped(odoo_log.errors(found))
    if not kinds:
        return ok(subject, f'no error in {len(found)} records since {_since(since, moment)}')
    text = f'{sum(kinds.values())} errors since {_since(since, moment)}: {shown(kinds)}'
    remedy = 'read the log of the service'
    return stop(subject, text, remedy) if since else warning(subject, text, remedy)


def records(settings, since=None, moment=None):
    """Records of the log after a Mark or a moment, in order; None when there is no log that can be read."""
    if since is not None:
        return odoo_log.records(since.news())
    if settings.logfile:
        return _after(_tail(settings.logfile), moment)
    if settings.unit:
        return _journald(settings.unit, moment)
    return None


def grouped(found):
    """Counter of kinds: level, logger and message without what is particular to one occurrence."""
    return collections.Counter(kind(record) for record in found)


def kind(record):
    """The last line of a traceback says more than the message above it."""
    message = PARTICULAR.sub('…', record.message).strip()
    cause = PARTICULAR.sub('…', record.more[-1]).strip() if record.more else ''
    return f'{record.level} {record.logger}: {message[:120]}{f" ({cause[:120]})" if cause else ""}'


def shown(kinds):
    """The most frequent kinds on one line."""
    parts = [f'{count} × {text}' for text, count in kinds.most_common(SHOWN)]
    more = len(kinds) - SHOWN
    return '; '.join(parts) + (f'; and {more} more kinds' if more > 0 else '')


def _since(since, moment):
    if since is not None:
        return 'the start'
    return datetime.datetime.fromtimestamp(moment or 0, datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S UTC')


def _tail(path):
    """Records of the file and, where the file is young, of the one before it, as far as TAIL reaches."""
    found = []
    for name in (f'{path}.1', path):
        try:
            with open(name, 'rb') as handle:
                handle.seek(max(os.fstat(handle.fileno()).st_size - TAIL, 0))
                found += odoo_log.records(handle.read().decode(errors='replace'))
        except OSError:
            continue
    return found


def _after(found, moment):
    """Odoo writes its log in UTC, whatever the clock of the machine shows."""
    if not moment:
        return found
    first = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S')
    return [record for record in found if record.time[:19] >= first]


def _journald(unit, moment):
    begin = int(moment or time.time() - 24 * 3600)
    try:
        code, output = process.run(['journalctl', '--no-pager', '-o', 'cat', '-u', unit, f'--since=@{begin}'], limit=60)
    except Failed:
        return None
    return None if code else odoo_log.records(output)
