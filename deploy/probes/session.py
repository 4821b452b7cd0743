"""A session at the trial server without a password: a file, made by Odoo itself; the database is only read."""
import odoo

from deploy.probes import people


def make(env):
    """``sid``, ``path`` of the file, ``login`` and ``uid`` of somebody who reads payments.

    ``first``: this person never opened the web client, which then makes the person's row of settings.
    """
    user = _reader(env)
    store = odoo.http.root.session_store
    session = store.new()
    session.update(odoo.http.get_default_session(), db=env.cr.dbname, login=user.login, uid=user.id,
                   context={'lang': user.lang or 'en_US'})
    session.session_token = user._compute_session_token(session.sid)
    store.save(session)
    return {'sid': session.sid, 'path': store.get_session_filename(session.sid), 'login': user.login, 'uid': user.id,
            'first': user not in _settled(env)}


def _settled(env):
    """People who have opened the web client before."""
    return env['res.users.settings'].search([]).user_id


def _reader(env):
    """An ordinary user who does billing, else an accountant, else the administrator."""
    users, settled = env['res.users'], _settled(env)
    for name in (people.BILLING, 'account.group_account_manager', 'base.group_system'):
        group = env.ref(name, raise_if_not_found=False)
        domain = [('groups_id', 'in', group.ids if group else []), ('share', '=', False)]
        found = users.search(domain, order='id desc')
        if found:
            return (found & settled or found)[0]
    return env.ref('base.user_root')
