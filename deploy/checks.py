"""Checks of the running service: it runs, it answers with the new code from every worker, and its log is quiet."""
from deploy import checks_log, checks_workers, modules, web
from deploy.finding import OK, ok, stop
from deploy.report import Failed
from deploy.service import Service
from deploy.trial import wait as wait_for
from deploy.trial_client import login_page


def service_findings(settings, since=None, started_after=None):
    """Findings about the service.

    :param since: a :class:`deploy.odoo_log.Mark`; every error logged after it is a fault. None: errors since the
        service was started are warnings, for users make some, too
    :param started_after: seconds since 1970; every process of the service must be younger. None: the age of the code
    """
    service = Service(settings)
    if not service.running():
        return [stop('service', 'is not running', f'start it ({" ".join(service.commands["start"])}); read its log')]
    begun = checks_workers.begun(service)
    login = login_page(web.Client(settings.service_url).get('/web/login'))
    found = [ok('service', 'running'), login, modules.state(settings)]
    if login.level == OK:
        found += checks_workers.findings(settings, service, started_after)
    return [*found, checks_log.finding(settings, since, begun)]


def wait(settings):
    """Returns when the login page of the service answers; Failed when it does not within ``start_limit`` seconds."""
    answer = wait_for(web.Client(settings.service_url), '/web/login', settings.start_limit)
    if answer.status != 200:
        raise Failed(f'The service does not answer at {settings.service_url} within {settings.start_limit} s '
                     f'({answer.status or answer.text}).')
