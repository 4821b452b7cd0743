"""The manifest: readable, its files there, its version raised and of this Odoo, its dependencies and hooks at hand."""
import ast
import difflib
import os
import re

from deploy import code_check_scan as scan
from deploy.code_check_ids import ids_in_files
from deploy.code_check_imports import names_in
from deploy.finding import stop, warning

NAME = '__manifest__.py'
VERSION = re.compile(r'^[0-9]+\.[0-9]+(?:\.[0-9]+)?$')  # behind the series, as Odoo wants it
HOOKS = ('pre_init_hook', 'post_init_hook', 'uninstall_hook', 'post_load')
SUFFIXES = ('.xml', '.csv', '.sql', '.js')


def findings(code):
    if code.manifest_error:
        yield stop(NAME, code.manifest_error, 'correct it: Odoo reads it as a literal dictionary')
        return
    for check in (_keys, _version, _files, _depends, _hooks, _identity):
        yield from check(code)


def _keys(code):
    keys = [key.value for key in code.manifest_tree.keys if isinstance(key, ast.Constant)]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield stop(NAME, f'the key {key!r} stands there twice; the first is lost', 'keep one')
    if not code.manifest.get('installable', True):
        yield stop(NAME, 'the module is not installable: Odoo would pass it over', "remove 'installable': False")
    for key in ('name', 'license'):
        if not code.manifest.get(key):
            yield warning(NAME, f'the key {key!r} is missing', 'add it')
    for key in ('data', 'demo', 'depends'):
        found = code.manifest.get(key, [])
        if not isinstance(found, (list, tuple)) or not all(isinstance(name, str) for name in found):
            yield stop(NAME, f'{key!r} is no list of texts', 'correct it')
    for key in sorted(set(keys) & {'dependencies', 'dependency', 'depend', 'datas', 'init_xml', 'update_xml', 'asset'}):
        yield stop(NAME, f'Odoo {code.places.series} does not know the key {key!r}', "use 'data', 'depends', 'assets'")


def _version(code):
    version, series = code.manifest.get('version', '1.0'), code.places.series
    if not isinstance(version, str):
        yield stop(NAME, f'the version {version!r} is no text', 'put it in quotes')
        return
    own = version.removeprefix(f'{series}.') if version != series else version
    if not VERSION.match(own):
        other = re.match(r'^(\d+\.0)\.\d+\.\d+', version)
        text = (f'is for Odoo {other[1]}; the service runs {series}' if other and other[1] != series else
                'is not of the form x.y.z')
        yield stop(NAME, f'the version {version} {text}', f'use {series}.x.y.z')
        return
    before = _old_version(code)
    if before and full_version(version, series) <= full_version(before, series):
        same = full_version(version, series) == full_version(before, series)
        kind = warning if code.settings.older else stop
        yield kind(NAME, f'the version {version} is {"that of" if same else "lower than"} the installed {before}: '
                         'Odoo would run no migration, and nothing would tell old from new', 'raise the version')


def _old_version(code):
    """The installed version: the database's, else that of the code in use."""
    installed = code.known.installed.get(code.module)
    return (installed and installed[1]) or code.old_manifest.get('version', '')


def full_version(version, series):
    """A version as numbers, series included, so that two can be compared."""
    text = version if version.startswith(f'{series}.') and version != series else f'{series}.{version}'
    return tuple(int(part) for part in re.findall(r'\d+', text))


def _files(code):
    names = set(code.files)
    for key in ('data', 'demo', 'images'):
        for name in code.listed(key):
            if '://' in name:
                continue
            level = warning if key == 'images' else stop
            if name not in names and not (code.path(name).is_file() and '..' not in name):
                close = difflib.get_close_matches(name, names, 1) or ['']
                yield level(NAME, f'{key} lists {name}, which does not exist{close[0] and f"; there is {close[0]}"}',
                            'add the file or correct the list')
            elif key != 'images' and not name.lower().endswith(SUFFIXES):
                yield stop(NAME, f'{key} lists {name}; Odoo loads {", ".join(SUFFIXES)}', 'take it out')
            elif code.listed(key).count(name) > 1:
                yield warning(NAME, f'{key} lists {name} twice', 'keep one')
    listed = {*code.listed('data'), *code.listed('demo')}
    for name in sorted(names - listed):
        if name.endswith(('.xml', '.csv')) and name.split('/')[0] in ('data', 'security', 'views', 'wizards', 'report',
                                                                     'wizard', 'reports'):
            was = name in code.old_manifest.get('data', ())
            text = 'is not listed any more: its records go' if was else 'is not listed'
            yield warning(NAME, f'{name} {text}', 'list it under data, or remove the file')


def _depends(code):
    for name in code.depends:
        if name == code.module:
            yield stop(NAME, 'it depends on itself', 'take it out')
            continue
        if not code.places.find(name):
            yield stop(NAME, f'it depends on {name}, which no folder of the addons path holds',
                       f'add {name} to the addons path')
            continue
        if not code.places.manifest(name).get('installable', True):
            yield stop(NAME, f'it depends on {name}, which is not installable')
        if code.module in code.places.closure([name]):
            yield stop(NAME, f'it depends on {name}, which depends on {code.module}', 'break the circle')
        state = code.known.installed.get(name, ('uninstalled',))[0]
        if code.known.installed and state != 'installed':
            yield warning(NAME, f'it depends on {name}, which is {state}: the upgrade would install it',
                          'rehearse, and tell the users')
    for name in code.known.modules:
        for one in code.places.manifest(name).get('depends') or ():
            if not code.places.find(one):
                yield stop(NAME, f'its dependency {name} needs {one}, which no folder of the addons path holds')


def _hooks(code):
    defined = names_in(code, '__init__.py')
    for key in HOOKS:
        name = code.manifest.get(key)
        if name and defined is not None and name not in defined:
            yield stop(NAME, f'{key} is {name}, which __init__.py does not have', f'import {name} in __init__.py')


def _identity(code):
    """A release of another module under this one's name would take everything away."""
    if not code.old or code.manifest.get('name') == code.old_manifest.get('name'):
        return
    before, after = ids_in_files(code.old, code.old_manifest), ids_in_files(code.folder, code.manifest)
    models = {one.name for one in scan.scan(code.old, code.module)[0]} & {one.name for one in code.fragments}
    if (before or after) and not before & after and not models:
        yield stop('folder', f'{code.manifest.get("name")!r} shares no record and no model with '
                             f'{code.old_manifest.get("name")!r} in {os.path.basename(code.old)}: it is another module',
                   'check source')
