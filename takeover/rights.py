"""Groups: members stay members, the chain of implied groups is cut, groups that are gone leave nothing open."""
import logging

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from .keep import keep, listed
from .names import GROUPS, MODULE

_logger = logging.getLogger(__name__)

OURS = SQL("SELECT res_id FROM ir_model_data WHERE module = %s AND model = 'res.groups'", MODULE)
STAYING = SQL("%s AND name IN %s", OURS, GROUPS)
ACCOUNTING = SQL("SELECT res_id FROM ir_model_data WHERE module = 'account' AND model = 'res.groups'")
# Every column of the database that refers to groups, apart from memberships and implied groups.
REFERENCES = SQL(
    """
    SELECT link.conrelid::regclass::text, col.attname,
           (SELECT count(*) FROM pg_attribute any_col
             WHERE any_col.attrelid = link.conrelid AND any_col.attnum > 0 AND NOT any_col.attisdropped) = 2
      FROM pg_constraint link JOIN pg_attribute col ON col.attrelid = link.conrelid AND col.attnum = link.conkey[1]
     WHERE link.contype = 'f' AND link.confrelid = 'res_groups'::regclass
       AND link.conrelid NOT IN ('res_groups_users_rel'::regclass, 'res_groups_implied_rel'::regclass)
  ORDER BY 1, 2
    """)


def keep_memberships(cr):
    """Who is in which group now, as it is compared with later."""
    keep(cr, 'membership', SQL(
        """
        SELECT member.uid, users.login, member.gid, data.module || '.' || data.name AS name
          FROM res_groups_users_rel member
          JOIN res_users users ON users.id = member.uid
          JOIN ir_model_data data ON data.model = 'res.groups' AND data.res_id = member.gid
         WHERE member.gid IN (%s UNION %s)
        """,
        OURS, ACCOUNTING,
    ))


def cut_chain(cr):
    """No role implies another role, nor Odoo's accounting groups; what somebody else made them imply stays.

    The groups that the roles of today imply are added by the data files.
    """
    cr.execute(SQL(
        "DELETE FROM res_groups_implied_rel WHERE gid IN (%s) AND hid IN (%s UNION %s)", OURS, OURS, ACCOUNTING))
    _logger.info("the chain of implied groups is cut: %s links", cr.rowcount)


def remove_groups(cr):
    """Groups that are gone. What others allow to such a group is allowed to Payment Managers instead: never to all."""
    gone = listed(cr, SQL("%s AND name NOT IN %s", OURS, GROUPS))
    managers = listed(cr, SQL("%s AND name = 'group_payment_manager'", OURS))
    if not gone:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    managers = managers or _make_managers(env).ids
    cr.execute(REFERENCES)
    for table, column, is_link in cr.fetchall():
        _point_at(cr, table, column, is_link, tuple(gone), managers[0])
    env['res.groups'].browse(gone).unlink()
    env.flush_all()


def _make_managers(env):
    """The group of Payment Managers, where no earlier version made it; the data files fill it in."""
    group = env['res.groups'].create({'name': 'Payment Manager'})
    env['ir.model.data']._update_xmlids([{'xml_id': f'{MODULE}.group_payment_manager', 'record': group}])
    return group


def _point_at(cr, table, name, is_link, gone, group_id):
    """:param is_link: whether the table is a relation of two columns, which holds nothing twice"""
    table, column = SQL.identifier(table), SQL.identifier(name)
    if is_link:
        cr.execute(SQL(
            """
            DELETE FROM %s link USING %s other
             WHERE link.%s IN %s AND to_jsonb(other) - %s = to_jsonb(link) - %s
               AND (other.%s = %s OR other.%s IN %s AND other.%s < link.%s)
            """,
            table, table, column, gone, name, name, column, group_id, column, gone, column, column,
        ))
    cr.execute(SQL("UPDATE %s SET %s = %s WHERE %s IN %s", table, column, group_id, column, gone))
    if cr.rowcount:
        _logger.info("%s rows of %s named a group that is gone; they name Payment Managers now",
                     cr.rowcount, table.code)
