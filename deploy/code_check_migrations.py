"""Migration scripts that would run: folder names, versions between the old and the new one, a function migrate."""
import ast
import re

from deploy.code_check_manifest import full_version
from deploy.finding import stop, warning

FOLDER = re.compile(r'^(?:0\.0\.0|(?:\d+\.(?:saas~)?\d+\.)?\d+\.\d+(?:\.\d+)?)$')
STAGES = ('pre-', 'post-', 'end-')


def findings(code):
    version, series = code.manifest.get('version'), code.places.series
    if not isinstance(version, str):
        return
    for name in code.files:
        parts = name.split('/')
        if parts[0] not in ('migrations', 'upgrades') or len(parts) != 3 or parts[1] in ('tests', '0.0.0'):
            continue
        if not FOLDER.match(parts[1]):
            yield stop(name, f'{parts[1]} is no version: the script would never run', 'call the folder x.y.z')
        elif re.match(r'\d+\.\d+\.\d+\.\d+', parts[1]) and not parts[1].startswith(f'{series}.'):
            continue  # for another Odoo: left alone on purpose
        elif name.endswith('.py') and full_version(parts[1], series) > full_version(version, series):
            yield stop(name, f'is for {parts[1]}, above the manifest\'s {version}: it would never run',
                       'raise the version')
        elif name.endswith('.py'):
            yield from _script(code, name, parts[2])
    yield from _too_late(code, series)


def _script(code, name, file):
    if not file.startswith(STAGES):
        yield warning(name, 'is neither pre-, post- nor end-: Odoo does not run it', 'rename it')
        return
    tree = code.tree(name)
    made = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)} if tree else {}
    given = {alias.asname or alias.name for node in (tree.body if tree else ()) if isinstance(node, ast.ImportFrom)
             for alias in node.names}
    if tree and 'migrate' not in made and 'migrate' not in given and 'migrate' not in _assigned(tree):
        yield stop(name, 'has no function migrate(cr, version)', 'add it')
    elif 'migrate' in made and len(made['migrate'].args.args) != 2 and not made['migrate'].args.vararg:
        yield stop(name, 'migrate takes other arguments than (cr, version)', 'correct it')


def _assigned(tree):
    return {target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
            if isinstance(target, ast.Name)}


def _too_late(code, series):
    """Scripts added for a version that is installed already."""
    installed = (code.known.installed.get(code.module) or ('', ''))[1] or code.old_manifest.get('version', '')
    for name in code.files if installed and code.old else ():
        parts = name.split('/')
        if parts[0] in ('migrations',
                        'upgrades') and len(parts) == 3 and name.endswith('.py') and FOLDER.match(parts[1]) \
                and parts[1] != '0.0.0' and full_version(parts[1], series) <= full_version(installed, series) \
                and not (code.old / name).exists():
            yield warning(name, f'is new, but for {parts[1]}; {installed} is installed: it would not run', 'move it')
