"""What rehearsals have shown of a release, so that the closed window need not show it again."""
import datetime

from deploy.journal import journals_of

LASTS = datetime.timedelta(days=3)  # a database goes on, and so does what surrounds it


def same_release(deployment):
    """Id of a rehearsal of this database that went well, not long ago and with the same code; '' when there is none."""
    wanted = _subject(deployment.facts)
    if not wanted[-1]:
        return ''
    return next((journal.id for journal in went_well(deployment.settings)
                 if _subject(journal.facts()) == wanted and _is_recent(journal.last('rehearsed')['time'])), '')


def went_well(settings):
    """Journals of the rehearsals of this database that went well, the newest first."""
    for journal in reversed(journals_of(settings)):
        if journal.facts().get('kind') == 'rehearsal' and journal.last('rehearsed'):
            yield journal


def _subject(facts):
    """Which database, which module, which code to the byte."""
    return facts.get('database'), facts.get('module'), (facts.get('release') or {}).get('digest')


def _is_recent(moment):
    return datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(moment) < LASTS
