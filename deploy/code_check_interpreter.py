"""What only the service's own Python can tell, asked once, under the service's account: whether it may read the files,
whether they compile, and whether what they import is installed."""
import ast
import json
import re
import sys

from deploy import code_check_imports, process
from deploy.finding import stop, warning
from deploy.odoo import Odoo
from deploy.report import Failed, Refused

SCRIPT = r'''
import importlib.util, json, os, sys, warnings
warnings.simplefilter('ignore')
wish = json.load(sys.stdin)
found = {'python': sys.version.split()[0], 'unreadable': [], 'syntax': [], 'missing': []}
for name in wish['files']:
    path = os.path.join(wish['folder'], name)
    try:
        with open(path, 'rb') as handle:
            content = handle.read()
    except OSError as error:
        found['unreadable'].append([name, error.strerror])
        continue
    if name.endswith('.py'):
        try:
            compile(content, name, 'exec', dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            found['syntax'].append([name, getattr(error, 'lineno', 0) or 0, getattr(error, 'msg', str(error))])
def installed(name):
    try:
        from importlib import metadata
        metadata.distribution(name)
        return True
    except Exception:
        pass
    try:
        return importlib.util.find_spec(name.split('.')[0]) is not None
    except (ImportError, ValueError):
        return False
found['missing'] = [name for name in wish['names'] if not installed(name)]
found['bin'] = [name for name in wish['bin'] if not __import__('shutil').which(name)]
print('@@' + json.dumps(found))
'''
NOT_OURS = {'odoo', 'openerp', '__future__'}


def ask(code):
    """The answer of the service's Python, or a text that says why there is none."""
    try:
        python = Odoo(code.settings).python()
        output = process.need([python, '-c', SCRIPT], 'asking the service\'s Python', user=code.settings.user, limit=60,
                              text=json.dumps(_wish(code)), PYTHONDONTWRITEBYTECODE='1')
    except (Failed, Refused, OSError) as error:
        return str(error)
    return json.loads(output.rpartition('@@')[2])


def _wish(code):
    wanted = code.manifest.get('external_dependencies') or {}
    wanted = wanted if isinstance(wanted, dict) else {}
    return {'folder': str(code.folder), 'files': code.files,
            'names': sorted({*_names(wanted, 'python'), *imports(code)}),
            'bin': _names(wanted, 'bin')}


def _names(wanted, kind):
    found = wanted.get(kind)
    return [re.split(r'[^\w.-]', name)[0] for name in found if isinstance(name, str)] if isinstance(found,
                                                                                                    (list,
                                                                                                     tuple)) else []


def imports(code):
    """Packages that a file imports whenever it is loaded; one in a try block may be missing."""
    found = {}
    for file in code_check_imports.reached(code, surely=True):
        for node in _always(code.tree(file)):
            names = ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                     else [node.module] if isinstance(node, ast.ImportFrom) and not node.level else [])
            for name in names:
                top = name.split('.')[0]
                if top not in NOT_OURS and top not in sys.stdlib_module_names:
                    found.setdefault(top, file)
    return found


def _always(tree):
    """Statements that run at import: those of the module itself, not those in try blocks or functions."""
    return (node for node in getattr(tree, 'body', ()) if isinstance(node, (ast.Import, ast.ImportFrom)))


def findings(code, answer):
    if isinstance(answer, str):
        yield warning('interpreter', f'the service\'s Python could not be asked: {answer}', 'set odoo and user')
        return
    account = code.settings.user or 'the present account'
    for name, reason in answer['unreadable']:
        if code.path(name).exists():
            yield stop(name, f'cannot be read by {account}: {reason}', 'give the account the right to read it')
    for name, line, text in answer['syntax']:
        place, level = f'{name}:{line}', stop if name in code.python else warning
        yield level(place, f'Python {answer["python"]} does not compile it: {text}', 'correct it')
    origin = imports(code)
    for name in answer['missing']:
        where = f'imported by {origin[name]}' if name in origin else 'named in external_dependencies'
        yield stop(origin.get(name, '__manifest__.py'), f'the service\'s Python has no package {name}, {where}',
                   f'install {name} for the service\'s Python')
    for name in answer['bin']:
        yield stop('__manifest__.py', f'the program {name} of external_dependencies is not on the path',
                   f'install {name}')
