"""Assets: bundles and patterns of the manifest that lead to files; static templates that are well-formed."""
import glob
import re

from lxml import etree

from deploy.finding import stop, warning

NAME = '__manifest__.py'
TWO = ('before', 'after', 'replace')


def findings(code):
    assets = code.manifest.get('assets', {})
    if not isinstance(assets, dict):
        yield stop(NAME, "'assets' is no dictionary of bundles", 'correct it')
        return
    for bundle, entries in assets.items():
        if not isinstance(entries, (list, tuple)):
            yield stop(NAME, f'the bundle {bundle} is no list', 'correct it')
            continue
        for entry in entries:
            yield from _entry(code, bundle, entry)
    for name in code.files:
        if name.startswith('static/src/') and name.endswith('.xml'):
            yield from _template(code, name)


def _entry(code, bundle, entry):
    """One line of a bundle: a path, or an order with paths or bundles."""
    words = (entry,) if isinstance(entry, str) else tuple(entry)
    order = words[0] if len(words) > 1 else 'append'
    if order not in ('append', 'prepend', 'include', 'remove', *TWO) or not all(isinstance(one, str) for one in words):
        yield stop(NAME, f'the bundle {bundle} has {entry!r}, an order that Odoo does not know', 'correct it')
    elif order == 'include':
        if not _has_bundle(code, words[1]):
            yield stop(NAME, f'{bundle} includes the bundle {words[1]}, which does not exist', 'correct it')
    else:
        for path in words[1:] if len(words) > 1 else words:
            yield from _path(code, bundle, path, order)


def _path(code, bundle, path, order):
    if re.match(r'^(https?:)?//', path):
        return
    module, _slash, rest = path.lstrip('/').partition('/')
    folder = code.folder if module == code.module else code.places.find(module)
    if not folder:
        yield stop(NAME, f'the bundle {bundle} names {path}: there is no module {module}',
                   f'paths begin with {code.module}/')
        return
    found = glob.glob(rest, root_dir=folder, recursive=True)
    if not found and order != 'remove' and not _in_database(code, path):
        level = warning if '*' in path and module != code.module else stop
        yield level(NAME, f'the bundle {bundle} names {path}, which is no file', 'correct the path')


def _in_database(code, path):
    """A path can be the address of an attachment that a data file makes."""
    return any(path in (code.path(name).read_text('utf-8', errors='replace')) for name in code.xml)


def _has_bundle(code, name):
    return name in code.manifest.get('assets', {}) or any(
        name in (code.places.manifest(module).get('assets') or {}) for module in code.known.modules)


def _template(code, name):
    try:
        etree.parse(str(code.path(name)))
    except (OSError, etree.XMLSyntaxError) as error:
        yield stop(name, f'is not well-formed: {error}', 'correct it: the web client would not start')
