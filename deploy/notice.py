"""The announcement for the users: when Odoo will be off, for how long, and what to do before."""
import datetime
import math

from deploy.journal import journals_of

UNKNOWN = 60    # minutes that are announced without a rehearsal
ALLOWANCE = 2   # times what the rehearsal took: a notice that is too short is remembered
STEP = 5        # minutes
TEXT = """\
Subject: Odoo is not available on {day} from {begin}

Dear colleagues,

on {day} from {begin} to about {end} ({minutes} minutes at most) Odoo is not available: {what} is brought up to date.

Before {begin}: save what you are working on and close Odoo. What is not saved by then is lost. Do not start long
imports or postings in the half hour before.
From {begin} on: Odoo shows no page. Please do not try again and again, wait for our word.
Afterwards: reload the page (Ctrl+F5). Everything you entered before is there.{others}

If it takes longer, or if something is not as it was, write to us: {contact}
"""


def text(settings, begin, contact='the administrator', others=()):
    """The notice for a deployment at ``begin`` (a local datetime).

    :param others: further databases that the service serves
    """
    minutes = minutes_closed(settings)
    end = begin + datetime.timedelta(minutes=minutes)
    return TEXT.format(
        day=f'{begin:%A} {begin.day} {begin:%B %Y}', begin=f'{begin:%H:%M}', end=f'{end:%H:%M}', minutes=minutes,
        what=settings.module.replace('_', ' ').title(), contact=contact,
        others=f'\nThe same holds for: {", ".join(others)}.' if others else '')


def minutes_closed(settings):
    """Minutes to announce: twice what the last rehearsal of this database took, in steps of five."""
    seconds = rehearsed_seconds(settings)
    return UNKNOWN if seconds is None else max(math.ceil(seconds * ALLOWANCE / 60 / STEP) * STEP, 2 * STEP)


def rehearsed_seconds(settings):
    """Seconds that users were or would have been kept out, the last time; None when nothing was rehearsed yet."""
    for journal in reversed(journals_of(settings)):
        if (seconds := journal.facts().get('seconds_closed')) is not None:
            return float(seconds)
    return None


def next_sunday(hour=18):
    """The usual time: next Sunday at six."""
    now = datetime.datetime.now()
    day = now + datetime.timedelta(days=(6 - now.weekday()) % 7)
    at = day.replace(hour=hour, minute=0, second=0, microsecond=0)
    return at if at > now else at + datetime.timedelta(days=7)
