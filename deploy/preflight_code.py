"""The code that is replaced, the code that comes, and deployments that are not at their end."""
from deploy import process, release
from deploy.finding import ok, stop

SUBJECT = 'code'


def findings(settings, _server):
    yield _unfinished(settings)
    yield from release.tree_findings(settings)


def _unfinished(settings):
    """A deployment that was broken off; the one that is looking right now is none."""
    from deploy import engine  # here, for a deployment itself begins with the preflight
    journal = engine.unfinished(settings)
    if journal and journal.id != process.owner:
        return stop('unfinished deployment', f'{journal.id} was broken off', engine.RESUME)
    return ok('unfinished deployment', 'none')
