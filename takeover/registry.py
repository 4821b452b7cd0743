"""Records of Odoo's registry that have no place any more: menus, actions, jobs, rules, templates, filters."""
import logging

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from .keep import keep, listed, shown, vanished_fields
from .names import MODULE, SEQUENCES, VANISHED_MODELS

_logger = logging.getLogger(__name__)

# Our records of these kinds all go, frozen or not; the data files make those of today. In this order.
KINDS = (
    'ir.ui.menu', 'ir.cron', 'ir.actions.server', 'ir.actions.act_window.view', 'ir.actions.act_window',
    'ir.actions.report', 'ir.rule', 'ir.model.access', 'mail.template', 'report.paperformat', 'ir.sequence',
)
KEPT = {'ir.rule': 'rule', 'mail.template': 'mail_template'}  # what people may have written themselves
# What anybody may have pointed at a model by its name, and the name that it is kept under.
POINTERS = (
    ('ir.filters', 'model_id', 'filter_model'), ('ir.actions.server', 'model_name', 'action_server'),
    ('ir.actions.act_window', 'res_model', 'action_window'), ('ir.actions.report', 'model', 'action_report'),
    ('mail.template', 'model', 'template_model'), ('mail.activity', 'res_model', 'activity'),
    ('mail.followers', 'res_model', 'follower'), ('mail.message', 'model', 'message'),
    ('ir.exports', 'resource', 'export'),
)
REGISTRY = ('ir.model', 'ir.model.fields', 'ir.model.fields.selection', 'ir.model.constraint', 'ir.model.inherit',
            'ir.model.relation')
CHUNK = 1000


def unfreeze(cr):
    """Our records that were frozen, which depends on the release that first made them: an upgrade reaches all now."""
    cr.execute(SQL("UPDATE ir_model_data SET noupdate = false WHERE module = %s AND noupdate AND name NOT IN %s",
                   MODULE, SEQUENCES))


def remove_records(cr):
    """Our old menus, actions, jobs, templates, rules and access rights."""
    env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
    for model in KINDS:
        _remove(env[model], SQL(
            "id IN (SELECT res_id FROM ir_model_data WHERE module = %s AND model = %s AND name NOT IN %s)",
            MODULE, model, SEQUENCES,
        ), KEPT.get(model))
        cr.execute(SQL("DELETE FROM ir_model_data WHERE module = %s AND model = %s AND name NOT IN %s",
                       MODULE, model, SEQUENCES))
    _remove(env['ir.config_parameter'], SQL("starts_with(key, %s)", f'{MODULE}.'), 'parameter')


def remove_pointers(cr):
    """What points at a model that is gone. Documents that people attached stay, without the record that is gone."""
    env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
    for model, column, name in POINTERS:
        _remove(env[model], SQL("%s IN %s", SQL.identifier(column), VANISHED_MODELS), name)
    cr.execute(SQL("UPDATE ir_attachment SET res_model = NULL, res_id = NULL, res_field = NULL WHERE res_model IN %s",
                   VANISHED_MODELS))
    _logger.info("attachments of records that are gone, which stay on their own: %s", cr.rowcount)


def remove_askers(cr):
    """Saved filters and export lists that ask for a field that is gone, and what was stored for such a field."""
    env = api.Environment(cr, SUPERUSER_ID, {'active_test': False})
    fields = vanished_fields(cr)
    asking = SQL(' OR ').join(
        SQL("model_id = %s AND concat_ws(' ', domain, context, sort) ~ %s", model, _quoted(names))
        for model, names in fields.items()) if fields else SQL("false")
    _remove(env['ir.filters'], asking, 'filter_field')
    for model, names in fields.items():
        _remove(env['ir.attachment'], SQL("res_model = %s AND res_field IN %s", model, tuple(names)))
        cr.execute(SQL(
            "DELETE FROM ir_exports_line line USING ir_exports export WHERE export.id = line.export_id "
            "AND export.resource = %s AND split_part(line.name, '/', 1) IN %s", model, tuple(names)))


def remove_models(cr):
    """Models and fields that are gone, in the registry's own tables, with all that hangs on them there.

    Odoo would do it after the upgrade, but its builds of July 2024 stop at the first choice of a model that is gone.
    """
    _remove_links_by_hand(cr)
    for model, names in vanished_fields(cr).items():
        cr.execute(SQL("DELETE FROM ir_model_fields WHERE model = %s AND name IN %s", model, tuple(names)))
    cr.execute(SQL("DELETE FROM ir_model WHERE model IN %s", VANISHED_MODELS))
    for model in REGISTRY:
        cr.execute(SQL(
            "DELETE FROM ir_model_data data WHERE module = %s AND model = %s "
            "AND NOT EXISTS (SELECT FROM %s record WHERE record.id = data.res_id)",
            MODULE, model, SQL.identifier(model.replace('.', '_'))))


def _remove_links_by_hand(cr):
    """Fields that somebody added to another model, with a relation to one that is gone."""
    cr.execute(SQL("SELECT model, name, store AND ttype = 'many2one' FROM ir_model_fields "
                   "WHERE state = 'manual' AND relation IN %s", VANISHED_MODELS))
    for model, name, has_column in cr.fetchall():
        table, column = SQL.identifier(model.replace('.', '_')), SQL.identifier(name)
        if has_column:
            keep(cr, f'field_{name}'[:30], SQL("SELECT id, %s FROM %s WHERE %s IS NOT NULL", column, table, column))
            cr.execute(SQL("ALTER TABLE %s DROP COLUMN %s", table, column))
        cr.execute(SQL("DELETE FROM ir_model_fields WHERE model = %s AND name = %s", model, name))
        _logger.warning("the field %s of %s, made by hand, is gone: it pointed at a model that is gone", name, model)


def _quoted(names):
    """A pattern for any of the names in quotes, alone or with an operator of a grouping or a path behind it."""
    return r"""['"]({})['".:]""".format('|'.join(names))


def _remove(Model, where, name=None):
    """Remove the records that fulfil the condition, whatever their number; keep their rows under the name, if any."""
    cr, table = Model.env.cr, SQL.identifier(Model._table)
    if name:
        keep(cr, name, SQL("SELECT * FROM %s WHERE %s", table, where))
    ids = listed(cr, SQL("SELECT id FROM %s WHERE %s ORDER BY id", table, where))
    for start in range(0, len(ids), CHUNK):
        Model.browse(ids[start:start + CHUNK]).unlink()
        Model.env.flush_all()
        Model.env.invalidate_all()
    if ids:
        _logger.info("removed: %s records of %s (ids %s)", len(ids), Model._name, shown(ids, 20))
