"""XML data files: well-formed, of Odoo's schema, ids unique and at hand, models and fields that exist, expressions that
compile."""
import ast
import re
import textwrap

from lxml import etree

from deploy import code_check_ids as ids
from deploy.code_check_known import model_of, qualified
from deploy.code_check_models import nearest, unknown_groups
from deploy.finding import stop, warning

ROOTS = ('odoo', 'data', 'openerp')
REF = re.compile(r'\bref\(\s*[\'"]([\w.]+)[\'"]\s*[,)]')
PERCENT = re.compile(r'[^%]%\((.*?)\)[ds]')
CODE = {('ir.actions.server', 'code'): 'exec', ('ir.cron', 'code'): 'exec', ('ir.rule', 'domain_force'): 'eval'}


def findings(code):
    schema = _schema(code)
    if schema is None:
        yield warning('schema', 'Odoo\'s import_xml.rng was not found; data files are checked without it', 'set odoo')
    for name in [*code.data, *code.listed('demo')]:
        if name.endswith('.xml') and code.path(name).is_file():
            yield from _file(code, name, schema)
    yield from _twice(code)


def _schema(code):
    path = code.places.schema
    return etree.RelaxNG(etree.parse(str(path))) if path else None


def _file(code, name, schema):
    try:
        document = etree.parse(str(code.path(name)))
    except (OSError, etree.XMLSyntaxError) as error:
        line = getattr(error, 'lineno', None)
        yield stop(f'{name}:{line}' if line else name, f'is not well-formed: {error}', 'correct it')
        return
    if document.getroot().tag not in ROOTS:
        yield stop(name, f'begins with <{document.getroot().tag}>', 'begin with <odoo>')
    elif schema is not None and not schema.validate(document):
        first = schema.error_log[-1] if len(schema.error_log) else None
        yield stop(f'{name}:{first.line if first else "?"}', f'does not fit Odoo\'s schema: {first and first.message}',
                   'correct it')
    for node in code.xml[name].iter('record', 'template', 'menuitem', 'function', 'delete'):
        yield from _node(code, name, node)


def _node(code, name, node):
    place = f'{name}:{node.sourceline}'
    if node.tag in ('record', 'function') and node.get('model') and not code.known.has_model(node.get('model')):
        yield stop(place,
                   f'the model {node.get("model")} does not exist{nearest(node.get("model"), code.known.fragments)}',
                   'correct it, or add its module to depends')
        return
    if node.tag == 'function' and node.get('name') not in code.known.methods:
        yield stop(place, f'the method {node.get("name")} does not exist', 'correct it')
    if node.tag == 'record':
        yield from _record(code, name, node, place)
    elif node.tag == 'menuitem':
        yield from _references(code, name, node, (node.get('parent'), node.get('action')))
        yield from unknown_groups(code, node.get('groups', ''), place)
    elif node.tag == 'template':
        yield from _references(code, name, node, (node.get('inherit_id'), ))
        yield from unknown_groups(code, node.get('groups', ''), place)
        yield from _percent(code, name, node)
    yield from _prefix(code, name, node, place)


def _prefix(code, name, node, place):
    """A record of another module is changed: it must exist."""
    key = node.get('id') or ''
    module = key.partition('.')[0] if '.' in key else ''
    if not module or module == code.module or node.tag == 'delete':
        return
    if key.count('.') > 1:
        yield stop(place, f'the id {key} has two dots', 'correct it')
    elif not (node.get('forcecreate', '').lower() in ('0', 'false', 'off') or
              any(one.get('noupdate') for one in node.iterancestors())):
        yield from ids.unknown(code, key, place, name, node.sourceline)


def _record(code, name, node, place):
    fields = code.known.fields(node.get('model'))
    for field in node.iterchildren('field'):
        key, here = field.get('name'), f'{name}:{field.sourceline}'
        if fields is not None and key not in fields:
            yield stop(here, f'{key} is no field of {node.get("model")}{nearest(key or "", fields)}', 'correct it')
            continue
        yield from _references(code, name, field, (field.get('ref'), *REF.findall(field.get('eval', '')),
                                                   *REF.findall(field.get('search', ''))))
        yield from _kind(code, field, fields, here)
        if field.get('type') in ('xml', 'html'):
            yield from _percent(code, name, field)
        yield from _expressions(node, field, here)


def _references(code, name, node, keys):
    for key in filter(None, keys):
        yield from ids.unknown(code, key, f'{name}:{node.sourceline}', name, node.sourceline)


def _kind(code, field, fields, place):
    """A reference to a record of another model than the field wants."""
    kind, comodel = (fields or {}).get(field.get('name'), ('', ''))
    if kind != 'Many2one' or not field.get('ref') or not comodel or comodel.startswith('ir.actions'):
        return
    name = qualified(field.get('ref'), code.module)
    model = ids.model(code, name)
    if model and model != comodel and not model.startswith('ir.actions'):
        yield stop(place, f'{name} is a record of {model}, the field wants one of {comodel}', 'correct the id')


def _percent(code, name, node):
    """%(id)d in views and templates: replaced when the file is loaded."""
    texts = ' '.join([etree.tostring(one, encoding='unicode') for one in node])
    for key in sorted(set(PERCENT.findall(texts))):
        yield from ids.unknown(code, key, f'{name}:{node.sourceline}', name, node.sourceline)


def _expressions(node, field, place):
    for text in filter(None, (field.get('eval'), field.get('search'))):
        yield from broken(text, place, field.get('name'))
    mode = CODE.get((node.get('model'), field.get('name')))
    if mode and field.text and not len(field):
        yield from broken(field.text, place, field.get('name'), mode)


def broken(text, place, what, mode='eval'):
    """A finding when an expression, or a piece of code, does not compile."""
    text = PERCENT.sub(lambda match: f'{match.group()[0]}0', f' {text}')
    try:
        ast.parse(textwrap.dedent(text).strip() if mode == 'exec' else text.strip(), mode=mode)
    except (SyntaxError, ValueError) as error:
        yield stop(place, f'{what} is no valid Python: {getattr(error, "msg", error)}', 'correct it')


def _twice(code):
    """One id for two records: the second would overwrite the first."""
    seen = {}
    for name in code.data:
        root = code.xml.get(name)
        for node in root.iter('record', 'template', 'menuitem') if root is not None else ():
            key = qualified(node.get('id') or '', code.module)
            if key in seen and key:
                yield from _compare(seen[key], node, key, f'{name}:{node.sourceline}')
            seen.setdefault(key, node)
    for name in code.data:
        for _line, key in ids.ids_of_file(code, name) if name.endswith('.csv') else ():
            if qualified(key, code.module) in seen:
                yield stop(name, f'{key} is the id of another record too', 'rename one')


def _compare(first, second, key, place):
    kinds = [model_of(one) for one in (first, second)]
    if kinds[0] != kinds[1]:
        yield stop(place, f'{key} is the id of a {kinds[0]} and of a {kinds[1]}', 'rename one')
    elif _whole(first) and _whole(second):
        yield stop(place, f'{key} is the id of two records: the second overwrites the first', 'rename one')


def _whole(node):
    """A record or template that stands for itself, not one that adds to a record made before, as menus often do."""
    return node.tag == 'template' or any(field.get('name') == 'name' for field in node.iterchildren('field'))
