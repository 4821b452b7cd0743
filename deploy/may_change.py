"""What an upgrade may change in a database, as data: everything that is not listed here must stay as it was.

Found by upgrading on Odoo 17 and comparing every table. What one release changes beside it, the release declares:
see :mod:`deploy.declared`.
"""
import dataclasses

from deploy.digest_accounting import BOOKS

COME, CHANGE, GO = 'come', 'change', 'go'
# Odoo stamps every row in which it fills a new column, and records that it writes anew: in all tables.
STAMPS = ('write_date', 'write_uid')


@dataclasses.dataclass(frozen=True)
class Rule:
    """What may change in one table, and why.

    ``whole``: all of it. ``columns``: these, in any row. ``rows``: an SQL condition on the row ``t``; such rows may
    change, come and, unless ``keep``, go. ``owner``: a column and the model that its number belongs to, for the module
    that a row belongs to (the model ``module``: the column is its name; ``module id``: its number); rows of upgraded or
    new modules may do what ``may`` lists, those of other modules and of users nothing. ``new``: any row may come.
    """
    reason: str
    whole: bool = False
    columns: tuple = ()
    rows: str = ''
    keep: bool = False
    owner: tuple = ()
    may: tuple = (COME, CHANGE, GO)
    new: bool = False


def _of(model, column='id', reason='records that the upgraded module defines', **more):
    return Rule(reason, owner=(column, model), **more)


MEMORY = 'passing messages and marks, not records'
LISTED = 'Odoo lists the modules of the addons path anew'
MIRROR = 'mirrors the code: Odoo writes it anew from the classes'

RULES = {
    # Modules.
    'ir_module_module': Rule(LISTED, owner=('name', 'module'), new=True, columns=(
        'shortdesc', 'summary', 'description', 'author', 'maintainer', 'contributors', 'website', 'url',
        'icon', 'license', 'sequence', 'application', 'auto_install', 'category_id', 'to_buy', 'published_version',
        'menus_by_module', 'reports_by_module', 'views_by_module')),
    'ir_module_module_dependency': Rule(LISTED, whole=True),
    'ir_module_module_exclusion': Rule(LISTED, whole=True),
    'ir_module_category': _of('ir.module.category', new=True),
    'ir_model_data': Rule('external ids of the upgraded module; those of the list of modules', keep=True,
                          owner=('module', 'module'),
                          rows="t.module = 'base' AND t.model IN ('ir.module.module', 'ir.module.category')"),
    # Mirrors of the code. What tells one field or model from another is compared, whoever owns it.
    'ir_model': _of('ir.model', reason=MIRROR, new=True, columns=('name', 'info', 'order', 'is_mail_thread',
                                                        'is_mail_activity', 'is_mail_blacklist', 'website_form_label')),
    'ir_model_fields': _of('ir.model.fields', reason=MIRROR, new=True, columns=(
        'ttype', 'complete_name', 'field_description', 'help', 'copied', 'depends', 'domain', 'group_expand', 'index',
        'on_delete', 'readonly', 'related', 'related_field_id', 'relation_field', 'relation_field_id', 'required',
        'selectable', 'size', 'store', 'tracking', 'translate', 'sanitize', 'sanitize_attributes', 'sanitize_form',
        'sanitize_overridable', 'sanitize_style', 'sanitize_tags', 'strip_classes', 'strip_style',
        'serialization_field_id')),
    'ir_model_fields_selection': _of('ir.model.fields.selection', reason=MIRROR, new=True,
                                     columns=('name', 'sequence')),
    'ir_model_constraint': Rule(MIRROR, owner=('module', 'module id'), columns=('definition', 'message')),
    'ir_model_relation': Rule(MIRROR, owner=('module', 'module id')),
    'ir_model_inherit': _of('ir.model.inherit', reason=MIRROR),
    # Views, menus, actions and rights: the pairs go with the record that they lead from.
    'ir_ui_view': _of('ir.ui.view', keep=True, rows=(
        "t.id IN (SELECT res_id FROM public.ir_model_data WHERE module = 'base' AND name = 'user_groups_view')")),
    'ir_ui_view_group_rel': _of('ir.ui.view', 'view_id'),
    'ir_ui_menu_group_rel': _of('ir.ui.menu', 'menu_id'),
    'ir_act_window': _of('ir.actions.act_window'),
    'ir_act_window_view': _of('ir.actions.act_window', 'act_window_id'),
    'ir_act_window_group_rel': _of('ir.actions.act_window', 'act_id'),
    'ir_act_report_xml': _of('ir.actions.report'),
    'res_groups_report_rel': _of('ir.actions.report', 'uid'),
    'ir_act_server': _of('ir.actions.server'),
    'ir_act_server_group_rel': _of('ir.actions.server', 'act_id'),
    'ir_act_url': _of('ir.actions.act_url'),
    'ir_act_client': _of('ir.actions.client'),
    'rule_group_rel': _of('ir.rule', 'rule_group_id'),
    'res_groups_implied_rel': _of('res.groups', 'gid'),
    'res_groups_users_rel': _of('res.groups', 'gid', 'a new group may come with members; nobody loses a group',
                                may=(COME,)),
    'ir_cron': _of('ir.cron', columns=('nextcall', 'lastcall')),
    # Chatter: Odoo notes what it makes or changes; what it sends by mail is another table, and strict.
    'mail_message': Rule('notes on the records that the upgrade makes', new=True),
    'mail_tracking_value': Rule('notes on the records that the upgrade changes', new=True),
    # Files that Odoo makes by itself.
    'ir_attachment': _of('ir.attachment', reason='bundles of scripts and styles are made anew; icons of menus', rows=(
        "starts_with(t.url, '/web/assets/') OR (t.res_model = 'ir.ui.menu' AND t.res_field = 'web_icon_data')")),
    # Memory of the running system.
    'bus_bus': Rule(MEMORY, whole=True),
    'bus_presence': Rule(MEMORY, whole=True),
    'ir_cron_trigger': Rule(MEMORY, whole=True),
    'ir_logging': Rule(MEMORY, whole=True),
    'ir_profile': Rule(MEMORY, whole=True),
}
# Records of an upgraded module may come here, but none changes or goes: people work with them and numbers hang on them.
KEPT = {'account_account', 'account_journal', 'account_tax', 'account_tax_group', 'account_tax_repartition_line',
        'account_fiscal_position', 'account_payment_term', 'account_payment_method', 'account_payment_method_line',
        'ir_sequence', 'ir_sequence_date_range', 'res_company', 'res_currency', 'res_currency_rate', 'res_partner',
        'res_partner_bank', 'res_users', 'res_bank'}
NOTHING = Rule('')
WIZARD = Rule('records of wizards: Odoo removes them by itself', whole=True)


def rules(models):
    """A function from a table's name to its rule.

    :param models: table -> (model, whether it is a wizard's, whether modules own records of it); None without Odoo
    """
    def rule(table):
        if models is None:
            return NOTHING
        model, transient, owned = models.get(table, ('', False, False))
        if transient:
            return WIZARD
        if table in RULES or not owned or table in BOOKS:
            return RULES.get(table, NOTHING)
        return _of(model, may=(COME,)) if table in KEPT else _of(model)
    return rule
