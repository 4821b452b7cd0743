"""The steps before the service stops: nothing that users see is touched."""
import dataclasses

from deploy import backup as backups
from deploy import code_check, filestore, finding, release
from deploy import manifest as manifests
from deploy import preflight as preflights
from deploy.progress import progress
from deploy.report import Refused, size


def preflight(deployment):
    """Refused when the server is not fit for a deployment."""
    demand(preflights.findings(deployment.settings), 'The server is not ready')


def code(deployment):
    """Stages the release beside the old code and checks it."""
    settings = deployment.settings
    new = release.stage(settings, deployment.journal.folder)
    demand(code_check.check(settings, new, settings.addon, deployment.server), 'The new code has faults')
    deployment.journal.note(release=dataclasses.asdict(new))
    return f'{settings.module} {new.version}{f" ({new.commit[:12]})" if new.commit else ""}'


def backup(deployment):
    """Dump, filestore, code and configuration; and the hard links, so that the rollback point only adds news."""
    settings = deployment.settings
    with progress('backup') as shown:
        manifest = backups.make(settings, deployment.server, backups.place(settings, deployment.journal.id),
                                settings.code_dir, shown)
    if deployment.files.is_dir():
        filestore.snapshot(deployment.files, deployment.snapshot)
    return size(manifests.total(manifest))


def demand(findings, what):
    """Shows all findings; Refused when one is a stop."""
    finding.show(findings)
    wrong = finding.stops(findings)
    if wrong:
        raise Refused(f'{what}: {wrong[0].subject}: {wrong[0].text}', wrong[0].remedy)
