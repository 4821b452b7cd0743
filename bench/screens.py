"""What the web client asks the server for when it opens a form or a list. Runs inside Odoo."""
from lxml import etree

X2MANY = ('one2many', 'many2many')
HIDDEN = ('1', 'True')


def specification(env, model, kind):
    """The fields that the client reads for the standard view of a model, as ``web_read`` takes them."""
    views = env[model].get_views([(False, kind)])
    return _of_node(etree.fromstring(views['views'][kind]['arch']), model, views['models'])


def _of_node(root, model, models):
    """The fields of one view; those of views inside of its fields belong to these."""
    return {node.get('name'): _of_field(node, models[model].get(node.get('name'), {}), models)
            for node in root.iter('field') if _owner(node, root) is root}


def _owner(node, root):
    """The nearest field above a node inside of this view, or the view itself."""
    return next(parent for parent in node.iterancestors() if parent is root or parent.tag == 'field')


def _of_field(node, field, models):
    if field.get('type') == 'many2one':
        return {'fields': {'display_name': {}}}
    inner = next((child for child in node if child.tag in ('tree', 'kanban', 'form')), None)
    if field.get('type') not in X2MANY or node.get('invisible') in HIDDEN:
        return {}
    if inner is None:
        return {'fields': {'display_name': {}}}
    return {'fields': _of_node(inner, field['relation'], models), 'limit': 40}
