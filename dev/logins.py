"""The people of the demo data: who may log in, with which role, and what the role may do. Demo passwords = login."""
from dev import house
from dev.report import table

PEOPLE = """
    SELECT u.login, g.name->>'en_US', g.comment->>'en_US'
      FROM res_users u
      JOIN res_groups_users_rel r ON r.uid = u.id
      JOIN res_groups g ON g.id = r.gid
      JOIN ir_model_data d ON d.model = 'res.groups' AND d.res_id = g.id AND d.module = %s
     WHERE u.active AND u.id > 1
     ORDER BY u.id, g.id
"""
PASSWORDS = """
owners = env['ir.model.data'].search([('module', '=', %r), ('model', '=', 'res.users')])
for user in env['res.users'].browse(owners.mapped('res_id')).exists():
    user.password = user.login
env.cr.commit()
"""


def passwords_as_logins(home, database):
    """Gives the demo users of the addon their login as password."""
    if not home.databases.sql(("SELECT 1 FROM ir_model_data WHERE module = %s AND model = 'res.users' LIMIT 1",
                               [house.MODULE]), database=database):
        return
    home.run(database, house.logs() / 'run-passwords.log', first=('shell',), text=PASSWORDS % house.MODULE)


def shown(home, database):
    """The table of logins as text; one line for a person, whatever the number of roles."""
    people = {}
    for login, role, may in home.databases.sql((PEOPLE, [house.MODULE]), database=database):
        people.setdefault(login, ([], []))
        people[login][0].append(role)
        people[login][1].append(may or '')
    rows = [(login, login, ', '.join(roles), ' '.join(may)) for login, (roles, may) in people.items()]
    return table(('login', 'password', 'role', 'may'), rows)
