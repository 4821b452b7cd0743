"""What an upgrade may change in a database, as data: everything that is not listed here must stay as it was."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Rule:
    """What may change in one table, and why.

    ``whole``: all of it. ``columns``: these, in any row. ``rows``: an SQL condition on the row ``t``; such rows may
    come, go and change. ``owner``: a column and the model that its number belongs to; rows that belong to an upgraded
    or new module may come, go and change, those of other modules and of users may not. The model ``module`` means that
    the column holds the module's name. ``new``: rows may come, whoever owns them.
    """
    reason: str
    whole: bool = False
    columns: tuple = ()
    rows: str = ''
    owner: tuple = ()
    new: bool = False


RULES = {
    'ir_module_module': Rule('states and versions of the upgraded modules', owner=('name', 'module'), new=True),
    'ir_model_data': Rule('external ids of the upgraded modules', owner=('module', 'module')),
    'ir_ui_view': Rule('views of the upgraded modules', owner=('id', 'ir.ui.view')),
}
NOTHING = Rule('')
TRANSIENT = Rule('records of wizards: Odoo removes them by itself', whole=True)


def rule(table):
    """The rule of a table; where none is listed nothing may change."""
    return RULES.get(table, NOTHING)
