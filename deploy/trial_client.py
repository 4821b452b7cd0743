"""What a person's browser asks for first: login page, scripts and styles, menus, the list and the form of payments."""
import html
import re

from lxml import etree

from deploy.finding import ok, stop, warning
from deploy.report import size
from deploy.web import CallFailed

ASSET = re.compile(r'(?:src|href)="(/web/assets/[^"]+)"')
# What Odoo writes into a bundle instead of a part that it cannot find or read.
BROKEN = re.compile(r'CSS error message ##\*/.{0,300}'
                    r'|console\.error\("(?:Could not find|Could not get content|File [^"]* does not exist)[^"]*"', re.S)
REMEDY = 'read the log of the trial; repair the release'
LIST_LIMIT = 80  # what the web client asks for


def findings(visitor, login, user, session, database):
    """Findings of two clients: ``visitor``, who got the page ``login``, and ``user`` with the session."""
    found = [login_page(login)]
    home = user.get('/web')
    found.append(_home(home, session))
    found.append(_assets(user, login.text + home.text))
    for look in (_info, _menus, _payments):
        try:
            found.append(look(user, session, database))
        except CallFailed as failed:
            found.append(stop(look.__name__.strip('_'), f'as {session["login"]}: {failed}', REMEDY))
    return found


def login_page(answer, subject='login page'):
    """A form with a field for the login, not Odoo's page for choosing or creating a database."""
    if answer.status != 200:
        return stop(subject, f'{answer.status or "no answer"}: {answer.text[:120]}', REMEDY)
    if '/web/database/' in answer.url or 'name="login"' not in answer.text:
        return stop(subject, f'Odoo asks for a database instead ({answer.url})',
                    'check db_name and dbfilter in odoo.conf, and that the database can be reached')
    return ok(subject, '200, with its form')


def _home(answer, session):
    if answer.status != 200 or 'odoo.__session_info__' not in answer.text:
        return stop('web client', f'{answer.status} at {answer.url} as {session["login"]}', REMEDY)
    return ok('web client', f'opens as {session["login"]}')


def _assets(user, text):
    """Every bundle that the pages name is built and whole."""
    paths = sorted({html.unescape(path) for path in ASSET.findall(text)})
    total = 0
    for path in paths:
        answer = user.get(path, limit=300)
        broken = BROKEN.search(answer.text)
        if answer.status != 200 or not answer.text or broken:
            reason = ' '.join(broken[0].split()) if broken else f'{answer.status}'
            return stop('scripts and styles', f'{path}: {reason}', REMEDY)
        total += len(answer.text)
    if not paths:
        return stop('scripts and styles', 'the pages name none', REMEDY)
    return ok('scripts and styles', f'{len(paths)} bundles built, {size(total)}')


def _info(user, session, database):
    info = user.call('/web/session/get_session_info')
    if (info['uid'], info['db']) != (session['uid'], database):
        return stop('session', f'user {info["uid"]} on {info["db"]} instead of {session["uid"]} on {database}', REMEDY)
    return ok('session', f'{session["login"]} on {database}')


def _menus(user, session, _database):
    answer = user.get('/web/webclient/load_menus/0')
    if answer.status != 200 or '"children"' not in answer.text:
        return stop('menus', f'{answer.status} as {session["login"]}', REMEDY)
    return ok('menus', f'load as {session["login"]}')


def _payments(user, session, _database):
    """The list of payments and the form of the newest one, with the fields that their views show."""
    model = 'account.payment'
    try:
        views = user.method(model, 'get_views', [[False, 'list'], [False, 'form'], [False, 'search']])['views']
    except CallFailed as failed:
        if 'account.payment' in str(failed) and 'exist' in str(failed):
            return warning('payments', 'this database has no payments (module account is not installed)')
        raise
    listed = user.method(model, 'web_search_read', domain=[], limit=LIST_LIMIT, offset=0, order='id desc',
                         specification=specification(views['list']['arch']))
    if not listed['records']:
        shown = 'a new one'
        user.method(model, 'onchange', [], {}, [], specification(views['form']['arch']))
    else:
        newest = listed['records'][0]['id']
        form = user.method(model, 'web_read', [newest], specification=specification(views['form']['arch']))
        shown = form[0].get('display_name') or f'payment {newest}'
    return ok('payments', f'{listed["length"]} listed, the form of {shown} read as {session["login"]}')


def specification(arch):
    """The fields of a view, as the web client asks for them; lines of lines are left out."""
    names = {'display_name': {}}
    for node in etree.fromstring(arch).iter('field'):
        if not any(above.tag == 'field' for above in node.iterancestors()):
            names[node.get('name')] = {}
    return names
