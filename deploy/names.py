"""Names of the databases and folders that a deployment makes beside the real ones. Its id is the journal's."""

PREFIX = 'deploy_'
ROLLBACK, WORK, DISCARDED, PLACEHOLDER = 'rollback', 'work', 'discarded', 'placeholder'
REHEARSAL, SCRATCH = 'rehearsal', 'scratch'


def beside(identity, kind):
    """``deploy_20261124_180000_rollback``: the same name for a database and its filestore."""
    return f'{PREFIX}{identity}_{kind}'
