"""Models, fields and methods of a module, read off its Python text: of dependencies by patterns, which is fast, of the
module under check by its syntax tree, which is exact."""
import ast
import dataclasses
import os
import pathlib
import re

SKIPPED = {'tests', 'static', 'i18n', '__pycache__', 'migrations', 'upgrades', 'doc', 'node_modules', 'legacy'}
CLASS = re.compile(r'^(?=class \w+\b)', re.M)
NAME = re.compile(r'^    _name\s*(?::[^=]*)?=\s*[\'"]([\w.]+)[\'"]', re.M)
INHERIT = re.compile(r'^    _inherit\s*(?::[^=]*)?=\s*(\[[^\]]*\]|\([^)]*\)|[\'"][^\'"]+[\'"])', re.M)
DELEGATES = re.compile(r'^    _inherits\s*(?::[^=]*)?=\s*\{([^}]*)\}', re.M)
FIELD = re.compile(r'^    (\w+)\s*(?::[^=\n]*)?=\s*(?:\w+\s*=\s*)?(?:odoo\.)?fields\.(\w+)\(\s*(?:comodel_name\s*=\s*)?'
                   r'(?:[\'"]([\w.]+)[\'"])?', re.M)
MADE = re.compile(r'^    (\w+(?:\s*,\s*\w+)*)\s*=\s*\w+\(', re.M)  # a field that a helper makes
COMODEL = re.compile(r'comodel_name\s*=\s*[\'"]([\w.]+)')
STRING = re.compile(r'[\'"]([\w.]+)[\'"]')
METHOD = re.compile(r'def (\w+)')
RELATIONAL = ('Many2one', 'One2many', 'Many2many')


@dataclasses.dataclass
class Fragment:
    """One class: the part of a model that a file holds."""
    name: str
    inherit: tuple = ()
    delegates: tuple = ()                                    # models of _inherits
    fields: dict = dataclasses.field(default_factory=dict)   # name -> (kind, comodel or '')
    module: str = ''
    file: str = ''
    line: int = 0
    own: bool = False                                        # it has a _name: it makes the model
    abstract: bool = False
    node: object = None                                      # ast.ClassDef of the module under check


def python_files(folder):
    """Paths of the Python files that a module loads or may load."""
    for root, folders, found in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith('.'))
        yield from (pathlib.Path(root, name) for name in sorted(found) if name.endswith('.py'))


def scan(folder, module):
    """(fragments, names of methods) of a module's folder."""
    fragments, methods = [], set()
    for path in python_files(folder):
        text = path.read_text('utf-8', errors='replace')
        methods.update(METHOD.findall(text))
        if 'odoo' in text:
            fragments += [one for one in map(_fragment, CLASS.split(text)[1:]) if one]
    for one in fragments:
        one.module = module
    return fragments, methods


def _fragment(block):
    """The Fragment of one class's text, or None when it is no model."""
    name, inherit = NAME.search(block), INHERIT.search(block)
    if not name and not inherit:
        return None
    parents = tuple(STRING.findall(inherit[1])) if inherit else ()
    own = name[1] if name else parents[0] if len(parents) == 1 else ''
    delegates = DELEGATES.search(block)
    found = list(FIELD.finditer(block))
    ends = [match.start() for match in found[1:]] + [len(block)]
    fields = {name: ('', '') for names in MADE.findall(block) for name in re.findall(r'\w+', names)}
    fields.update((match[1], (match[2], _comodel(match, block, end))) for match, end in zip(found, ends))
    pairs = STRING.findall(delegates[1]) if delegates else ()
    fields.update((field, ('Many2one', parent)) for parent, field in zip(pairs[::2], pairs[1::2]))
    inside = [fields[match[1]][1] for match, end in zip(found, ends) if 'delegate=True' in block[match.start():end]]
    return Fragment(own, parents, (*pairs[::2], *inside), fields, own=bool(name)) if own else None


def _comodel(match, block, end):
    if match[2] not in RELATIONAL:
        return ''
    later = COMODEL.search(block, match.start(), end)
    return later[1] if later else match[3] or ''


def scan_tree(tree, file):
    """Fragments of a syntax tree of the module under check."""
    return [one for one in (_from_class(node, file) for node in tree.body if isinstance(node, ast.ClassDef)) if one]


def _from_class(node, file):
    values, fields = {}, {}
    for item in node.body:
        target = (item.targets[0] if isinstance(item, ast.Assign) else item.target if isinstance(item, ast.AnnAssign)
                  else None)
        if isinstance(item,
                      ast.Assign) and any(isinstance(one, ast.Call) for one in (item.value,
                                                                                *getattr(item.value, 'elts', ()))):
            fields.update((one.id, ('', '')) for one in ast.walk(item.targets[0]) if isinstance(one, ast.Name))
        if not isinstance(target, ast.Name):
            continue
        if target.id in ('_name', '_inherit', '_inherits', '_abstract'):
            values[target.id] = literal(item.value)
        elif field_kind(item.value):
            fields[target.id] = (field_kind(item.value), comodel(item.value))
    inherit = values.get('_inherit') or ()
    parents = (inherit,) if isinstance(inherit, str) else tuple(inherit)
    name = values.get('_name') or (parents[0] if len(parents) == 1 else '')
    bases = {getattr(base, 'attr', getattr(base, 'id', '')) for base in node.bases}
    if not name:
        return None
    delegates = values.get('_inherits') or {}
    fields.update((field, ('Many2one', parent)) for parent, field in delegates.items())
    inside = [fields[key][1] for key, value in _assigned(node) if field_kind(value) and keyword(value, 'delegate')]
    return Fragment(name, parents, (*delegates, *inside), fields, file=file, line=node.lineno, own='_name' in values,
                    abstract=not bases & {'Model', 'TransientModel'} or bool(values.get('_abstract')), node=node)


def _calls(value):
    """Whether a value is a call, or several: what helpers return may be fields."""
    return any(isinstance(one, ast.Call) for one in (value, *getattr(value, 'elts', ())))


def _assigned(node):
    """(name, value) of the plain assignments of a class."""
    return [(item.targets[0].id, item.value) for item in node.body
            if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)]


def field_kind(value):
    """'Char' of ``fields.Char(…)``; '' of anything else."""
    function = getattr(value, 'func', None)
    if isinstance(function, ast.Attribute) and getattr(function.value, 'id',
                                                       getattr(function.value, 'attr', '')) == 'fields':
        return function.attr
    return ''


def comodel(value):
    """The model that a relational field leads to, '' when it is not written there."""
    if field_kind(value) not in RELATIONAL:
        return ''
    named = keyword(value, 'comodel_name')
    first = literal(value.args[0]) if value.args else None
    return next((one for one in (named, first) if isinstance(one, str)), '')


def keyword(call, name):
    """The literal value of a keyword argument, None when there is none or it is computed."""
    return next((literal(one.value) for one in call.keywords if one.arg == name), None)


def literal(node):
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return None
