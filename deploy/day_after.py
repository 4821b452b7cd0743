"""The day after: errors overnight by kind, new ones first; the database against its picture: nothing but growth."""
import datetime
import time

import psycopg2

from deploy import checks_log, compare, digest, modules, odoo_log
from deploy.finding import ok, stop, warning
from deploy.journal import journals_of

SHOWN = 20   # kinds of errors, differences
PICTURE = 'after.json'
MAILS = "SELECT count(*) FROM mail_mail WHERE state = 'exception' AND write_date > to_timestamp(%s) AT TIME ZONE 'UTC'"
WORK = """
    SELECT p.approval_state, count(*) FROM account_payment p
     WHERE p.create_date > to_timestamp(%s) AT TIME ZONE 'UTC' GROUP BY 1 ORDER BY 1
"""


def accepted(settings):
    """The journal of the last deployment of this database that went well, or None."""
    return next((journal for journal in reversed(journals_of(settings)) if journal.last('accepted')), None)


def opened(journal):
    """When users came in again, in seconds since 1970."""
    moment = journal.facts().get('opened_at') or journal.last('accepted')['time']
    return datetime.datetime.fromisoformat(moment).timestamp()


def findings(settings, server, since, picture=None, progress=None):
    """All findings about the time since a moment.

    :param since: seconds since 1970
    :param picture: what ``digest.take`` said then; None: the database is not compared
    """
    yield modules.state(settings)
    yield from errors(settings, since)
    yield from _work(settings, server, since)
    if picture is not None:
        yield from integrity(settings, server, picture, progress)


def errors(settings, since):
    """Each kind of error one line. A kind that was there before, in as long a time, is no news."""
    before = since - max(time.time() - since, 24 * 3600)
    found = checks_log.records(settings, moment=before)
    if found is None:
        yield warning('errors', 'the log cannot be read', 'set logfile in odoo.conf, or unit in deploy.toml')
        return
    first = datetime.datetime.fromtimestamp(since, datetime.timezone.utc).strftime('%Y-%m-%d %H:%M:%S')
    loud = odoo_log.errors(found)
    old = checks_log.grouped(record for record in loud if record.time[:19] < first)
    new = [record for record in loud if record.time[:19] >= first]
    kinds = checks_log.grouped(new)
    for kind, count in sorted(kinds.items(), key=lambda one: (one[0] in old, -one[1]))[:SHOWN]:
        times = [record.time[:19] for record in new if checks_log.kind(record) == kind]
        text = f'{count} ×, {times[0]} to {times[-1]} UTC: {kind}'
        if kind in old:
            yield warning('error as before', f'{text} (before the deployment: {old[kind]} ×)', 'not of this deployment')
        else:
            yield warning('new error', text, 'read the log at these times; ask whom it happened to')
    if len(kinds) > SHOWN:
        yield warning('errors', f'{len(kinds) - SHOWN} more kinds', 'read the log')
    if not kinds:
        yield ok('errors', f'none since {first} UTC')


def _work(settings, server, since):
    """What people did since: payments by stage, and mails that could not be sent."""
    with server.session(settings.database) as connection, connection.cursor() as cursor:
        try:
            cursor.execute(WORK, [since])
            counts = ', '.join(f'{state} {count}' for state, count in cursor.fetchall())
            yield ok('payments made since', counts or 'none')
        except psycopg2.errors.UndefinedColumn:
            yield ok('payments made since', 'this module has no stages to count')
        except psycopg2.errors.UndefinedTable:
            pass
        try:
            cursor.execute(MAILS, [since])
            failed = cursor.fetchone()[0]
        except psycopg2.errors.UndefinedTable:
            return
    if failed:
        yield warning('mails', f'{failed} could not be sent since',
                      'see Settings / Technical / Emails, state "Delivery Failed"')
    else:
        yield ok('mails', 'none failed')


def integrity(settings, server, picture, progress=None):
    """The database against its picture: rows may have come, none of the books may be gone or changed."""
    after = digest.take(server, settings.database, progress=progress, columns=picture)
    differences = compare.compare(picture, after, growth=True)
    for one in differences[:SHOWN]:
        yield stop('integrity', one.text, 'find out who changed it, before anything is pruned')
    if len(differences) > SHOWN:
        yield stop('integrity', f'{len(differences) - SHOWN} more differences', 'python3 -m deploy compare')
    if not differences:
        yield ok('integrity', f'only growth since the picture of {picture.get("taken", "the deployment")}')
