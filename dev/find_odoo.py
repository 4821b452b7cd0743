"""Finding Odoo 17: ``ODOO_HOME``, the Pythons at hand, ``odoo-bin`` on the path, usual folders, else a clone."""
import dataclasses
import glob
import os
import pathlib
import re
import shutil
import sys

from dev import cache, clone_odoo
from dev.process import output
from dev.report import Exit, Stop, say

SERIES = '17.0'
USUAL = ('/opt/odoo*', '/opt/odoo*/*', '/usr/lib/python3/dist-packages', '~/odoo', '~/odoo/odoo', '/usr/src/odoo')
NEEDED = ('base', 'web', 'account')  # an Odoo without them is no Odoo for this addon
IMPORTS = 'import odoo, psycopg2, lxml, werkzeug, babel'


@dataclasses.dataclass(frozen=True)
class Odoo:
    """One usable Odoo: ``root`` holds the package ``odoo``; ``python`` is set when it is installed for that Python."""
    root: pathlib.Path
    addons: tuple
    release: str
    python: str = ''

    @property
    def build(self):
        """Names this very build: another place, release or date of the files is another build."""
        dates = [path.stat().st_mtime_ns for path in (self.root / 'odoo/release.py', *self.addons)]
        return cache.digest(self.root, self.release, _commit(self.root), *dates)

    def command(self, python):
        """What starts this Odoo: its ``odoo-bin`` where there is one, else the package."""
        script = self.root / 'odoo-bin'
        return [python, script] if script.exists() else [python, '-m', 'odoo']

    def requirements(self):
        return self.root / 'requirements.txt'


def find():
    """The Odoo to work with, as an :class:`Odoo`. Raises Stop when there is none or ODOO_HOME names a wrong one."""
    home = os.environ.get('ODOO_HOME')
    if home:
        return at_home(pathlib.Path(home).expanduser())
    seen = []
    for root, python in _places():
        problem, odoo = examine(root, python)
        if odoo:
            return odoo
        seen.append(problem)
    for problem in dict.fromkeys(filter(None, seen)):
        say(f'   passed over: {problem}')
    return at_home(clone_odoo.clone())


def at_home(home):
    """The Odoo in a folder that somebody named; Stop says what is wrong with it."""
    root = next((root for root in _roots(home) if (root / 'odoo/release.py').is_file()), None)
    if not root:
        raise Stop(Exit.BROKEN_TREE, f'There is no Odoo in {home} (no odoo/release.py).', clone_odoo.REMEDIES)
    problem, odoo = examine(root, home / 'bin/python')
    if odoo:
        return odoo
    code = Exit.WRONG_SERIES if 'of series' in problem else Exit.BROKEN_TREE
    raise Stop(code, f'{problem}.', f'point ODOO_HOME at a complete Odoo {SERIES}, or unset it')


def _roots(home):
    """A checkout or a packages folder; the package itself; a virtual environment."""
    yield home
    if home.name == 'odoo':
        yield home.parent
    yield from sorted(home.glob('lib/python3*/site-packages'))


def examine(root, python=None):
    """(problem, None) or ('', Odoo) for a folder; ('', None) when it holds no Odoo at all.

    An Odoo without requirements.txt is an installed one: it needs a Python that has its packages, ``python`` first.
    """
    release = root / 'odoo/release.py'
    if not release.is_file():
        return '', None
    series, version = read_release(release)
    if series != SERIES:
        return f'{root} holds an Odoo of series {series or "unknown"}, not {SERIES}', None
    addons = tuple(path for path in (root / 'odoo/addons', root / 'addons') if any(path.glob('*/__manifest__.py')))
    missing = [f'addon {name}' for name in NEEDED if not any((path / name / '__manifest__.py').is_file()
                                                             for path in addons)]
    missing += [name for name in ('odoo/__main__.py', 'odoo/tools/config.py') if not (root / name).is_file()]
    if missing:
        return f'the Odoo in {root} is not complete: no {", no ".join(missing)}', None
    own = (root / 'requirements.txt').is_file()
    interpreter = '' if own else _python_that_imports(root, python)
    if not own and not interpreter:
        return f'the Odoo in {root} has no requirements.txt, and no Python at hand can import it', None
    return '', Odoo(root.resolve(), tuple(path.resolve() for path in addons), version, interpreter)


def read_release(path):
    """('17.0', '17.0-20250106') from the text of odoo/release.py, without running it."""
    text = path.read_text(errors='replace')
    found = re.search(r'^version_info\s*=\s*\(\s*(\d+)\s*,\s*(\d+)', text, re.M)
    series = '.'.join(found.groups()) if found else ''
    date = re.search(r"^version\s*\+=\s*'([^']*)'", text, re.M)
    return series, series + (date.group(1) if date else '')


def _places():
    """(folder, Python) in the order in which they are asked: importable, on the path, usual folders."""
    for python in _pythons():
        root = _imported_root(python)
        if root:
            yield root, python
    script = shutil.which('odoo-bin')
    if script:
        yield pathlib.Path(script).resolve().parent, None
    for pattern in USUAL:
        for name in sorted(glob.glob(os.path.expanduser(pattern)), key=_plain_names_first):
            yield pathlib.Path(name), None


def _pythons():
    return [name for name in dict.fromkeys((sys.executable, shutil.which('python3'), '/usr/bin/python3')) if name]


def _plain_names_first(name):
    """odoo17 comes before odoo17-old, odoo17.bak and odoo-test."""
    tail = name[name.find('/odoo') + 1:]
    return (not re.fullmatch(r'odoo([-_]?17(\.0)?)?(/\w+)?', tail), '17' not in tail, tail)


def _imported_root(python):
    """The folder from which a Python would import odoo, or None."""
    code = 'import importlib.util as u; s = u.find_spec("odoo"); print(next(iter(s.submodule_search_locations)))'
    path = (output([python, '-c', code], cwd='/') or '').strip()
    return pathlib.Path(path).parent if path else None


def _python_that_imports(root, first=None):
    """A Python that has this installed Odoo with the packages it needs; '' when there is none."""
    for python in [*([first] if first else []), *_pythons()]:
        found = _imported_root(python)
        if found and found.resolve() == root.resolve() and output([python, '-c', IMPORTS], cwd='/') is not None:
            return str(python)
    return ''


def _commit(root):
    """The commit of a git checkout, read from its files; '' elsewhere."""
    head = root / '.git/HEAD'
    if not head.is_file():
        return ''
    text = head.read_text().strip()
    ref = root / '.git' / text.removeprefix('ref: ')
    return ref.read_text().strip() if text.startswith('ref: ') and ref.is_file() else text
