"""External ids: which the module makes and in what order, and whether a reference finds one."""
import re

from deploy.code_check_known import MADE, csv_ids, model_of, qualified
from deploy.code_check_models import nearest
from deploy.finding import stop, warning

MAKERS = ('record', 'template', 'menuitem')
ID = re.compile(r'<(?:record|template|menuitem)\b[^>]*?\bid="([^"]+)"', re.S)


def own_ids(code):
    """id -> (number of the file in the manifest, line); models' ids come before all files."""
    found = {name: (-1, 0) for name in code.known.ids if name.startswith(f'{code.module}.model_')}
    for number, name in enumerate(code.data):
        for line, key in ids_of_file(code, name):
            found.setdefault(qualified(key, code.module), (number, line))
    return found


def ids_of_file(code, name):
    """(line, id as written) of everything that a data file makes."""
    if name.endswith('.csv'):
        return [(0, key) for key in csv_ids(code.path(name).read_bytes())]
    root = code.xml.get(name)
    return [(node.sourceline, node.get('id') or node.get('t-name')) for node in root.iter(*MAKERS)
            if node.get('id') or node.get('t-name')] if root is not None else []


def model(code, name):
    """The model of the record behind an id, '' when unknown."""
    if name.startswith(f'{code.module}.model_'):
        return 'ir.model'
    for file in [*code.data, *code.listed('demo')]:
        root = code.xml.get(file)
        for node in root.iter(*MAKERS) if root is not None else ():
            if qualified(node.get('id') or '', code.module) == name:
                return model_of(node) or ''
    return code.known.ids.get(name) or ''


def ids_in_files(folder, manifest):
    """Ids in the data files of a module, found by their looks."""
    found = set()
    for name in manifest.get('data', ()) if isinstance(manifest.get('data'), (list, tuple)) else ():
        path = folder / str(name)
        if path.suffix == '.xml' and path.is_file():
            found.update(ID.findall(path.read_text('utf-8', errors='replace')))
    return found


def has(code, name):
    """Whether an id will exist in the end; None when that cannot be told."""
    name = qualified(name, code.module)
    module, _dot, rest = name.partition('.')
    if module != code.module:
        return code.known.has_id(name)
    if name in code.own_ids or MADE.match(rest):
        return True
    return bool(code.known.own_ids.get(name) or _in_demo(code, name))


def _in_demo(code, name):
    return any(qualified(key, code.module) == name for file in code.listed('demo')
               if code.path(file).is_file() for _line, key in ids_of_file(code, file))


def unknown(code, name, place, file, line=0):
    """Findings for a reference in a data file."""
    name = qualified(name.strip(), code.module)
    if name.startswith(f'{code.module}.'):
        yield from _own(code, name, place, file, line)
        return
    module, known = name.partition('.')[0], code.known.has_id(name)
    if known is False:
        late = name in code.known.unloaded
        text = f'{name} stands in the files of {module}, but not in the database' if late else f'{name} does not exist'
        level = warning if file in code.listed('demo') else stop
        yield level(place, f'{text}{_nearest(code, name)}', f'upgrade {module} first' if late else 'correct the id')
    elif known is None or (code.known.installed and module not in code.known.modules):
        level = warning if known else stop
        text = 'is not among its dependencies' if code.places.find(module) else 'no folder of the addons path holds'
        yield level(place, f'{name} belongs to {module}, which {text}', f'add {module} to depends')


def _own(code, name, place, file, line):
    made, before = code.own_ids.get(name), _before(code, name)
    rest = name.partition('.')[2]
    demo = file in code.listed('demo')
    if made is None and MADE.match(rest):
        return
    if made is None and demo:
        if not _in_demo(code, name):
            yield warning(place, f'{name} is made by no file; demo data is not loaded in production')
    elif made is None:
        if code.known.own_ids.get(name):
            yield warning(place, f'{name} is in the database alone; a new installation would fail',
                          'add it to the data')
            return
        text = ('is made by demo data alone' if _in_demo(code, name) else
                'is not made by the new version any more: the upgrade removes it' if before else 'does not exist')
        yield stop(place, f'{name} {text}{_nearest(code, name)}', 'correct the id, or list the file that makes it')
    elif not demo and file in code.data and made > (code.data.index(file), line or 1 << 30):
        level = warning if before else stop
        text = 'the upgrade finds the old one, a new installation fails' if before else 'it does not exist yet'
        yield level(place, f'{name} is made later, by {code.data[made[0]]}: {text}', 'change the order of data')


def _before(code, name):
    """Whether the installed version has the id."""
    if code.known.installed:
        return name in code.known.own_ids
    if not code.old:
        return False
    if not hasattr(code, 'old_ids'):
        code.old_ids = {qualified(key, code.module) for key in ids_in_files(code.old, code.old_manifest)}
    return name in code.old_ids


def _nearest(code, name):
    return nearest(name, (*code.own_ids, *(key for key in code.known.ids if key.startswith(name.partition('.')[0]))))
