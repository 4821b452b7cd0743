"""Models: what they inherit, the models and fields they point to, methods and groups they name."""
import ast
import difflib
import re

from deploy import code_check_scan as scan
from deploy.code_check_known import qualified
from deploy.finding import stop, warning

GROUP_CALLS = ('has_group', 'user_has_groups')


def findings(code):
    for one in code.fragments:
        place = f'{one.file}:{one.line}'
        yield from _parents(code, one, place)
        yield from _attributes(code, one, place)
        for node in one.node.body:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and scan.field_kind(node.value):
                yield from _field(code, one, f'{one.file}:{node.lineno}', node.value)
            elif isinstance(node, ast.FunctionDef):
                yield from _decorators(code, one, f'{one.file}:{node.lineno}', node)
        yield from _twice(one)
    for file in sorted(code.reached):
        yield from _calls(code, file)
    yield from _gone(code)


def exists(code, model):
    return code.known.has_model(model)


def nearest(name, names):
    """' (did you mean …?)' for a misspelt name."""
    close = difflib.get_close_matches(name, [one for one in names if one != name], 1, 0.8)
    return f'; did you mean {close[0]}?' if close else ''


def _parents(code, one, place):
    for parent in one.inherit:
        makers = [part for part in code.known.fragments.get(parent, ()) if part.node is None or
                  (part.own and parent not in part.inherit)]
        if not makers and parent != 'base':
            yield stop(place, f'inherits {parent}, a model that neither it nor its dependencies have'
                              f'{nearest(parent, code.known.fragments)}', 'correct it, or add the module to depends')
        elif makers and all(part.node is None and not part.module for part in makers):
            yield stop(place, f'inherits {parent}, which belongs to a module that is not among its dependencies',
                       'add that module to depends')
    for parent in one.delegates:
        if not exists(code, parent):
            yield stop(place, f'_inherits {parent}, a model that does not exist{nearest(parent, code.known.fragments)}')


def _attributes(code, one, place):
    fields = code.known.fields(one.name)
    if one.abstract or fields is None:
        return
    for node in one.node.body:
        name = node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else ''
        value = scan.literal(node.value) if name in ('_rec_name', '_order', '_parent_name') else None
        if isinstance(value, str):
            for part in value.split(',') if name == '_order' else [value]:
                field = re.split(r'[\s.:]', part.strip().strip('"'))[0]
                if field and field not in fields and '(' not in part:
                    yield stop(place,
                               f'{name} names {field}, a field that {one.name} does not have{nearest(field, fields)}')


def _field(code, one, place, call):
    kind, target = scan.field_kind(call), scan.comodel(call)
    if target and not exists(code, target):
        yield stop(place, f'the field leads to {target}, a model that does not exist'
                          f'{nearest(target, code.known.fragments)}', 'correct the name, or add the module to depends')
    if kind == 'One2many' and target:
        inverse = scan.keyword(call, 'inverse_name') or (scan.literal(call.args[1]) if len(call.args) > 1 else None)
        fields = code.known.fields(target)
        if isinstance(inverse, str) and fields is not None and inverse not in fields:
            yield stop(place, f'the inverse field {inverse} does not exist on {target}{nearest(inverse, fields)}')
    for key in ('compute', 'inverse', 'search'):
        method = scan.keyword(call, key)
        if isinstance(method, str) and method not in code.known.methods:
            yield stop(place,
                       f'{key} names the method {method}, which does not exist{nearest(method, code.known.methods)}')
    related = scan.keyword(call, 'related')
    if isinstance(related, str) and not one.abstract:
        yield from _way(code, one.name, related, place, 'related')
    groups = scan.keyword(call, 'groups')
    if isinstance(groups, str):
        yield from unknown_groups(code, groups, place)


def _way(code, model, way, place, what, level=stop):
    """Follows a dotted way of fields as far as it is known."""
    for name in way.split('.'):
        fields = code.known.fields(model) if model else None
        if fields is None:
            return
        if name not in fields:
            yield level(place, f'{what} names {name}, a field that {model} does not have{nearest(name, fields)}')
            return
        model = fields[name][1]


def _decorators(code, one, place, node):
    if one.abstract:
        return
    for call in node.decorator_list:
        name = getattr(getattr(call, 'func', None), 'attr', '')
        if name in ('depends', 'constrains', 'onchange'):
            for value in map(scan.literal, call.args):
                if isinstance(value, str):
                    yield from _way(code, one.name, value, place, f'@api.{name}',
                                    stop if name == 'depends' else warning)


def _twice(one):
    seen = {}
    for node in one.node.body:
        if isinstance(node, ast.FunctionDef) and not any(isinstance(mark, ast.Attribute) and mark.attr in
                                                         ('setter', 'deleter') for mark in node.decorator_list):
            if node.name in seen:
                yield warning(f'{one.file}:{node.lineno}', f'{node.name} hides the one of line {seen[node.name]}',
                              'keep one')
            seen[node.name] = node.lineno


def _calls(code, file):
    """External ids in env.ref('…') and has_group('…')."""
    text = code.text(file)
    tree = code.tree(file) if any(f'{name}(' in text for name in (*GROUP_CALLS, '.ref')) else None
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        value = scan.literal(node.args[0])
        if not isinstance(value, str):
            continue
        if node.func.attr in GROUP_CALLS:
            yield from unknown_groups(code, value, f'{file}:{node.lineno}')
        elif node.func.attr == 'ref' and len(node.args) == 1 and not node.keywords and '.' in value \
                and code.has_id(value) is False:
                yield stop(f'{file}:{node.lineno}', f'{value} does not exist{nearest(value, code.own_ids)}',
                           'correct the id')


def unknown_groups(code, text, place):
    """Findings for groups that do not exist, out of 'a.b,!c.d'."""
    for name in filter(None, (part.strip().lstrip('!-') for part in text.split(','))):
        known = code.has_id(qualified(name, code.module))
        if known is False and name != 'base.group_no_one':
            yield stop(place, f'the group {name} does not exist{nearest(qualified(name, code.module), code.own_ids)}',
                       'correct the id; a group that does not exist opens or closes what it guards')


def _gone(code):
    """Models and stored fields that the new code has no more: the upgrade drops their tables and columns."""
    if not code.old:
        return
    now = {one.name for one in code.fragments if one.own}
    for one in scan.scan(code.old, code.module)[0]:
        if one.own and one.name not in code.known.fragments and one.name not in now:
            yield warning('models', f'{one.name} is gone: the upgrade drops its table with all rows',
                          'keep a copy, or the model')
            continue
        fields = code.known.fields(one.name) or one.fields
        for name in sorted(set(one.fields) - set(fields)):
            yield warning('models',
                          f'the field {name} of {one.name} is gone: the upgrade drops its column with all values',
                          'keep a copy, or move the values in a migration')
