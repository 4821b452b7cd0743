"""Views and templates: architecture, fields, buttons, groups, expressions, and what an inheriting view looks for."""
import re

from lxml import etree

from deploy import code_check_ids as ids
from deploy.code_check_data import broken
from deploy.code_check_known import View, qualified
from deploy.code_check_models import nearest, unknown_groups
from deploy.finding import stop, warning

ROOTS = {'form', 'tree', 'kanban', 'search', 'calendar', 'graph', 'pivot', 'activity', 'qweb', 't'}
POSITIONS = {'before', 'after', 'inside', 'replace', 'attributes', 'move'}
EXPRESSIONS = ('invisible', 'readonly', 'required', 'column_invisible', 'filter_domain', 'domain', 'context')
TEMPLATE = ('t-if', 't-elif', 't-out', 't-esc', 't-raw', 't-value', 't-foreach')
EQUALS = re.compile(r'@([\w-]+)\s*=\s*[\'"]([^\'"]+)[\'"]')


def findings(code):
    views = {}
    for name in [*code.data, *code.listed('demo')]:
        root = code.xml.get(name)
        for node in root.iter('record', 'template') if root is not None else ():
            view = View.read(node, code.module)
            if view:
                view.place = name
                views[view.id or id(view)] = view
    everything = {**code.known.views, **{key: view for key, view in views.items() if isinstance(key, str)}}
    for view in views.values():
        yield from _view(code, view, everything)


def _view(code, view, everything):
    place = f'{view.place}:{view.arch.sourceline}' if view.arch is not None else view.place
    nodes, error = _nodes(view)
    if error:
        yield stop(place, f'the architecture of {view.id} is not well-formed: {error}', 'correct it')
    if not nodes:
        return
    if view.model and not code.known.has_model(view.model):
        yield stop(place, f'the view {view.id} is of {view.model}, a model that does not exist', 'correct it')
        return
    qweb = view.kind == 'qweb' or not view.model
    if view.parent and view.mode != 'primary':
        yield from _specs(view, nodes, everything)
    elif not qweb and not view.parent and nodes[0].tag not in ROOTS:
        level = stop if nodes[0].tag in ('list', 'odoo', 'data', 'record', 'field') else warning
        yield level(place, f'<{nodes[0].tag}> is no view of Odoo {code.places.series}', 'use <tree>')
    if qweb:
        yield from _template(code, view, nodes)
    else:
        yield from _fields(code, view, nodes)
        yield from _attributes(code, view, nodes)


def _nodes(view):
    """(outermost elements of the architecture, what is wrong with it): written as elements, or as text in CDATA."""
    arch = view.arch
    if arch is None:
        return [], ''
    if arch.tag == 'template':
        return [arch], ''
    children = list(arch.iterchildren(etree.Element))
    text = (arch.text or '').strip()
    if children or not text:
        return children, '' if children or arch.get('file') or arch.get('eval') else 'it is empty'
    try:
        node = etree.fromstring(text.encode())
    except etree.XMLSyntaxError as error:
        return [], str(error)
    for one in node.iter(etree.Element):
        one.sourceline = arch.sourceline + (one.sourceline or 1) - 1
    return [node], ''


def _specs(view, nodes, everything):
    """What an inheriting view changes must stand in its parent, or in another view that changes it."""
    marks = _lineage_marks(view, everything)
    for spec in _spec_nodes(nodes):
        place = f'{view.place}:{spec.sourceline}'
        position = spec.get('position', 'inside')
        if position not in POSITIONS:
            yield stop(place, f'position is {position!r}', f'use one of {", ".join(sorted(POSITIONS))}')
        if spec.tag == 'xpath':
            expression = spec.get('expr', '')
            try:
                etree.XPath(re.sub(r'hasclass\(', 'contains(', expression))
            except etree.XPathSyntaxError as error:
                yield stop(place, f'the expression {expression} is no XPath: {error}', 'correct it')
                continue
            wanted = [] if re.search(r'\bnot\b|\bor\b|\|', expression) else EQUALS.findall(expression)
        elif spec.tag in ('field', 'page', 'group', 'button', 'filter', 'div', 'notebook', 'sheet', 'header',
                          'setting', 'app',
                          'block', 'kanban', 'tree', 'form', 'label', 'span'):
            wanted = [(key, spec.get(key)) for key in ('name', 'id') if spec.get(key)]
        else:
            continue
        for mark in wanted if marks is not None else ():
            if mark not in marks and not mark[1].startswith('%('):
                yield stop(place, f'looks for {mark[0]}="{mark[1]}", which {view.parent} does not have'
                                  f'{nearest(mark[1], {value for key, value in marks if key == mark[0] and value})}',
                           'correct it: the upgrade of all modules would stop here')


def _spec_nodes(nodes):
    """The changes that an inheriting architecture lists."""
    for node in nodes:
        if node.tag in ('data', 'template', 'odoo'):
            yield from _spec_nodes(list(node.iterchildren(etree.Element)))
        else:
            yield node


def _lineage_marks(view, everything):
    """All attributes of the parent, of what that inherits, and of every view that changes one of them."""
    line, one = [], view.parent
    while one:
        if one not in everything or one in line:
            return None
        line.append(one)
        one = everything[one].parent
    children = _children(everything)
    found, todo = set(), list(line)
    while todo:
        name = todo.pop()
        found |= everything[name].marks
        todo += [child for child in children.get(name, ()) if child != view.id and child not in line]
    return found | _own_marks(view)


def _own_marks(view):
    """What the view itself adds can be looked for by its later changes."""
    inner = (one for spec in _spec_nodes(_nodes(view)[0]) for one in spec.iterdescendants(etree.Element))
    return {mark for one in inner for mark in one.attrib.items()}


def _children(everything):
    found = {}
    for name, view in everything.items():
        if view.parent:
            found.setdefault(view.parent, []).append(name)
    return found


def _fields(code, view, nodes):
    fields = code.known.fields(view.model)
    inheriting = bool(view.parent)
    for node in _spec_nodes(nodes) if inheriting else nodes:
        if not inheriting:
            yield from _walk(code, view, node, view.model)
            continue
        for one in node.iterdescendants('field'):
            name = one.get('name')
            if name and fields is not None and name not in fields and name not in _around(code, view.model):
                yield stop(f'{view.place}:{one.sourceline}',
                           f'{name} is no field of {view.model}{nearest(name, fields)}',
                           'correct it')


def _around(code, model):
    """Fields of the models that a model's fields lead to, two steps far: a change may be deep within."""
    found, todo = set(), {model}
    for _depth in range(2):
        todo = {target for one in todo for _kind, target in (code.known.fields(one) or {}).values() if target}
        for one in todo:
            fields = code.known.fields(one)
            if fields is None:
                return code.known.every_field()
            found |= set(fields)
    return found


def _walk(code, view, node, model):
    """Fields of a view that stands for itself; below a field with views of its own the model is that field's."""
    fields = code.known.fields(model) if model else None
    for one in node.iterchildren(etree.Element):
        name, below = one.get('name'), model
        if one.tag in ('field', 'groupby') and name:
            if fields is not None and name not in fields:
                yield stop(f'{view.place}:{one.sourceline}', f'{name} is no field of {model}{nearest(name, fields)}',
                           'correct it')
            below = (fields or {}).get(name, ('', ''))[1]
        yield from _walk(code, view, one, below)


def _attributes(code, view, nodes):
    for node in (one for root in nodes for one in root.iter(etree.Element)):
        place = f'{view.place}:{node.sourceline}'
        for key in ('attrs', 'states'):
            if node.get(key) is not None and code.places.series >= '17':
                yield stop(place, f'{key} is not used since Odoo 17: the view is refused',
                           'use invisible, readonly, required')
        if node.get('groups'):
            yield from unknown_groups(code, node.get('groups'), place)
        for key in EXPRESSIONS:
            if node.get(key):
                yield from broken(node.get(key), place, key)
        if node.tag in ('button', 'a') and node.get('type') == 'object' and node.get('name') and \
                node.get('name') not in code.known.methods:
            yield stop(place, f'the button calls {node.get("name")}, a method that does not exist'
                              f'{nearest(node.get("name"), code.known.methods)}', 'correct it')


def _template(code, view, nodes):
    for node in (one for root in nodes for one in root.iter(etree.Element)):
        place = f'{view.place}:{node.sourceline}'
        for key in TEMPLATE:
            text = node.get(key)
            if text and text.strip():
                yield from broken(text, place, key)
        for key, text in node.attrib.items():
            if key.startswith('t-att-') and text.strip():
                yield from broken(text, place, key)
        if node.get('t-foreach') and not node.get('t-as'):
            yield stop(place, 't-foreach without t-as', 'add t-as')
        called = node.get('t-call')
        if called and re.fullmatch(r'[\w.-]+', called) and '.' in called and ids.has(code, called) is False:
            yield stop(place, f'calls the template {called}, which does not exist'
                              f'{nearest(called, {qualified(key, code.module) for key in code.own_ids})}', 'correct it')
        if node.get('groups') and node.tag != 'template':
            yield from unknown_groups(code, node.get('groups'), place)
