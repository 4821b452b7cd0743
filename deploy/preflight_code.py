"""The code that is replaced, the code that comes, and deployments that are not at their end."""
from deploy import journal, process, release_tree
from deploy.finding import ok, stop

SUBJECT = 'code'


def findings(settings, _server):
    yield _unfinished(settings)
    yield from release_tree.findings(settings)


def _unfinished(settings):
    """A deployment that was broken off; the one that is looking right now is none."""
    found = journal.broken_off(settings)
    if found and found.id != process.owner:
        return stop('unfinished deployment', f'{found.id} was broken off', journal.RESUME)
    return ok('unfinished deployment', 'none')
