"""Old views go before new ones are loaded: an old form asks for fields that are gone, and the upgrade would abort."""
import logging

from odoo.tools import SQL

from .keep import keep, listed, vanished_fields
from .names import MODULE, VANISHED_MODELS

_logger = logging.getLogger(__name__)

# Ours by their record id; copies that the website editor made have the key alone; and whoever showed a vanished model.
OURS = """
    SELECT view.id
      FROM ir_ui_view view
 LEFT JOIN ir_model_data data ON data.model = 'ir.ui.view' AND data.res_id = view.id AND data.module = %s
     WHERE data.id IS NOT NULL OR starts_with(view.key, %s) OR view.model IN %s
"""
ASKS = r"""name=\\?["'](%s)\\?["']"""  # as it stands in the stored text, where quotes carry a backslash


def remove_views(cr):
    """Remove our old views and their copies; a view of somebody else that rested on one is switched off and named."""
    ours = listed(cr, SQL(OURS, MODULE, f'{MODULE}.', VANISHED_MODELS))
    _switch_off_asking(cr, ours)
    if not ours:
        return
    ids = tuple(ours)
    _switch_off_resting(cr, ids)
    keep(cr, 'view', SQL("SELECT * FROM ir_ui_view WHERE id IN %s", ids))
    cr.execute(SQL("UPDATE ir_ui_view SET mode = 'primary', inherit_id = NULL WHERE id IN %s", ids))
    cr.execute(SQL("DELETE FROM ir_ui_view WHERE id IN %s", ids))
    cr.execute(SQL("DELETE FROM ir_model_data WHERE model = 'ir.ui.view' AND res_id IN %s", ids))
    _logger.info("removed %s old views, copies of the website editor included", len(ids))


def _switch_off_resting(cr, ids):
    """Views that inherit one of ours: each inherits now what ours inherited, and is switched off."""
    cr.execute(SQL(
        """
        WITH RECURSIVE up AS (
            SELECT view.id, parent.id AS parent_id, parent.inherit_id
              FROM ir_ui_view view JOIN ir_ui_view parent ON parent.id = view.inherit_id
             WHERE view.inherit_id IN %(ours)s AND view.id NOT IN %(ours)s
             UNION
            SELECT up.id, parent.id, parent.inherit_id
              FROM up JOIN ir_ui_view parent ON parent.id = up.inherit_id
             WHERE up.parent_id IN %(ours)s
        ), found AS (
            SELECT id, max(parent_id) FILTER (WHERE parent_id NOT IN %(ours)s) AS parent_id FROM up GROUP BY id
        )
        UPDATE ir_ui_view view
           SET active = false, inherit_id = found.parent_id,
               mode = CASE WHEN found.parent_id IS NULL THEN 'primary' ELSE view.mode END
          FROM found
         WHERE found.id = view.id
     RETURNING view.id, view.name, view.key
        """,
        ours=ids,
    ))
    _name(cr.fetchall(), "it inherited a view of this addon that is gone")


def _switch_off_asking(cr, ours):
    """Views of others, in use, that ask for one of the fields that are gone."""
    for model, names in vanished_fields(cr).items():
        cr.execute(SQL(
            """
            UPDATE ir_ui_view SET active = false
             WHERE active AND model = %s AND id NOT IN %s AND arch_db::text ~ %s
         RETURNING id, name, key
            """,
            model, tuple(ours) or (0,), ASKS % '|'.join(names),
        ))
        _name(cr.fetchall(), "it asks for a field that is gone")


def _name(views, why):
    for view_id, name, key in views:
        _logger.warning("view %s (%s) is switched off: %s. Adapt it and switch it on again.", view_id, key or name, why)
