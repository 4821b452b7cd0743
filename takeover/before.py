"""The steps before the addon's own tables and data are loaded."""
from . import history, keep, registry, rights, states, tables, views

STEPS = (
    rights.keep_memberships,
    states.map_states,
    history.map_history,
    views.remove_views,
    registry.unfreeze,
    registry.remove_records,
    registry.remove_pointers,
    registry.remove_askers,
    rights.cut_chain,
    rights.remove_groups,
    tables.keep_columns,
    tables.keep_tables,
    tables.drop_columns,
    registry.remove_models,
)


def take_over(cr):
    if keep.is_old(cr):
        keep.run(cr, STEPS)
