"""Imports that lead nowhere, and files that nothing imports: Odoo says no word about what is left out."""
import ast
import functools
import pathlib
import re

from deploy.finding import stop, warning

APART = ('tests', 'migrations', 'upgrades', '__manifest__.py')  # Odoo finds them by itself
OWN = 'odoo.addons.{}.'


def findings(code):
    if '__init__.py' not in code.files:
        yield stop('__init__.py', 'is missing: Odoo would load the module without its Python code', 'add it')
    for file in sorted(code.reached):
        for node in getattr(code.tree(file), 'body', ()):
            if isinstance(node, ast.ImportFrom):
                yield from _check(code, file, node)
            elif isinstance(node, ast.Import):
                yield from _check_plain(code, file, node)
    yield from _left_out(code)


def reached(code, surely=False):
    """Files that are imported, directly or not, when Odoo imports the module.

    :param surely: leave out those that are imported within a try block or a function only
    """
    found, todo = set(), ['__init__.py']
    while todo:
        file = todo.pop()
        if file in found or file not in code.files:
            continue
        found.add(file)
        for node in _imports(code, file, surely):
            todo += _files_of(code, file, node)
    return found


def _imports(code, file, surely):
    """All statements ``from … import`` of a file; those within functions are looked for where there are any."""
    tree = code.tree(file)
    deep = not surely and re.search(r'^[ \t]+from\b', code.text(file), re.M)
    return [node for node in (ast.walk(tree) if deep else tree.body) if isinstance(node,
                                                                                   ast.ImportFrom)] if tree else []


def _base(code, file, node):
    """The way within the module that an import begins at, such as 'models/account'; None for other packages."""
    if node.level:
        parts = file.split('/')[:-1]
        if node.level - 1 > len(parts):
            return None
        parts = parts[:len(parts) - (node.level - 1)]
        return '/'.join([*parts, *(node.module.split('.') if node.module else ())])
    own = OWN.format(code.module)
    if f'{node.module}.'.startswith(own):
        return f'{node.module}.'[len(own):].strip('.').replace('.', '/')
    return None


def _join(base, name):
    return f'{base}/{name}' if base else name


def _files_of(code, file, node):
    base = _base(code, file, node)
    if base is None:
        return []
    parts = base.split('/') if base else []
    ways = ['/'.join(parts[:count]) for count in range(len(parts) + 1)]  # packages on the way are imported too
    ways += [_join(base, alias.name) for alias in node.names]
    return [one for way in ways for one in (f'{way}.py', _join(way, '__init__.py'))]


def _check(code, file, node):
    base = _base(code, file, node)
    place = f'{file}:{node.lineno}'
    if base is None:
        if not node.level and node.module.split('.')[0] == 'odoo':
            yield from _check_odoo(code, place, node)
        return
    names = set(code.files)
    folder = any(name.startswith(f'{base}/') for name in names) if base else True
    if f'{base}.py' not in names and not folder:
        yield stop(place, f'imports from {base.replace("/", ".")}, which is not there',
                   'add the file or drop the import')
        return
    source = f'{base}.py' if f'{base}.py' in names else _join(base, '__init__.py')
    defined = names_in(code, source)
    if defined is not None and source == file:  # what this import itself would define does not count
        others = [one for one in code.tree(file).body if one is not node]
        defined = defined - {alias.name for alias in node.names} | _names(others)
    for alias in node.names:
        way = _join(base, alias.name)
        if f'{way}.py' in names or _join(way, '__init__.py') in names:
            continue
        inside = any(name.startswith(f'{way}/') and name.endswith('.py') for name in names)
        if inside and source.endswith('__init__.py'):
            yield stop(place, f'imports {alias.name}, a folder without __init__.py: nothing in it is loaded', 'add it')
        elif alias.name != '*' and defined is not None and alias.name not in defined:
            yield stop(place, f'imports {alias.name}, which {base.replace("/", ".") or "the module"} does not have',
                       'add it or drop the import')


def _check_odoo(code, place, node):
    """An import from Odoo itself or from another module."""
    parts = node.module.split('.')
    if parts[:2] == ['odoo', 'addons']:
        modules = parts[2:3] or [alias.name for alias in node.names]
        for module in modules:
            folder = code.places.find(module)
            if not folder:
                yield stop(place, f'imports from the module {module}, which no folder of the addons path holds',
                           'correct it, or add the module')
            elif parts[2:]:
                yield from _check_names(place, node, folder, parts[3:])
    elif code.places.odoo:
        yield from _check_names(place, node, code.places.odoo, parts[1:])


def _check_names(place, node, folder, parts):
    path = folder.joinpath(*parts)
    file = path.with_suffix('.py') if parts and path.with_suffix('.py').is_file() else path / '__init__.py'
    if not file.is_file():
        yield stop(place, f'imports from {node.module}, which this Odoo does not have', 'correct it')
        return
    for alias in node.names:
        if alias.name != '*' and not (path / alias.name).is_dir() and not (path / f'{alias.name}.py').is_file() \
                and not _written(file, alias.name):
            yield stop(place, f'imports {alias.name}, which {node.module} does not have', 'correct it')


def _check_plain(code, file, node):
    for alias in node.names:
        parts = alias.name.split('.')
        if parts[:2] == ['odoo',
                         'addons'] and len(parts) > 2 and parts[2] != code.module and not code.places.find(parts[2]):
            yield stop(f'{file}:{node.lineno}', f'imports {alias.name}, which no folder of the addons path holds')


@functools.lru_cache(4096)
def _written(file, name):
    """Whether a name stands as a word in a file, or in one beside it that the file imports everything from."""
    text = file.read_text('utf-8', errors='replace')
    if re.search(rf'\b{re.escape(name)}\b', text) or '__getattr__' in text:
        return True
    others = re.findall(r'^\s*from \.(\w+) import \*', text, re.M)
    return any(_written(path, name) for path in (file.parent / f'{one}.py' for one in others) if path.is_file())


def names_in(code, file):
    """Names that a file of the module defines at its outermost level; None when that cannot be told."""
    tree = code.tree(file)
    if tree is None:
        return None if file in code.files else set()
    found = _names(tree.body)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and any(alias.name == '*' for alias in node.names):
            base = _base(code, file, node)
            more = names_in(code, f'{base}.py') if base and f'{base}.py' in code.files else None
            if more is None:
                return None
            found |= more
    return None if '__getattr__' in found else found


def _names(body):
    found = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update((alias.asname or alias.name).split('.')[0] for alias in node.names)
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.With)):
            found.update(one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx,
                                                                                                      ast.Store))
        for part in ('body', 'orelse', 'finalbody'):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found |= _names(getattr(node, part, ()))
        for handler in getattr(node, 'handlers', ()):
            found |= _names(handler.body)
    return found


def _left_out(code):
    """Model files that nothing imports. One that the code in use does import is a guard switched off."""
    before = code.before.reached if code.before else ()
    for name in code.python:
        if name in code.reached or name.split('/')[0] in ('tests', 'migrations',
                                                          'upgrades') or name == '__manifest__.py':
            continue
        if name in before:
            yield stop(name, 'is not imported any more: what it does would silently end',
                       f'import it in {_join(str(pathlib.PurePosixPath(name).parent).strip("."), "__init__.py")}')
        elif not name.endswith('/__init__.py'):
            yield warning(name, 'nothing imports it', 'import it or remove it')
