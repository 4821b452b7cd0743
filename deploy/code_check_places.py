"""Where the service finds modules: Odoo's root, series and schema, and the folders of addons; imports no Odoo."""
import ast
import functools
import pathlib
import re

from deploy import process
from deploy.odoo import Odoo
from deploy.report import Failed, Refused

SPEC = 'import importlib.util as u; s = u.find_spec("odoo"); print(*(s.submodule_search_locations if s else ()))'


class Places:
    """The addons path of the service, in Odoo's order, with what hides what."""

    def __init__(self, settings):
        self.settings = settings
        self.odoo = odoo_package(settings)  # the package folder, or None
        self.series = _series(self.odoo)
        first = [self.odoo / 'addons'] if self.odoo else []
        data = pathlib.Path(settings.data_dir) / 'addons' / self.series
        paths = [*first, data, *map(pathlib.Path, settings.addons_path)]
        if self.odoo:
            paths.append(self.odoo.parent / 'addons')
        self.folders = list(dict.fromkeys(path.resolve() for path in paths if path.is_dir()))

    @property
    def schema(self):
        """Odoo's RELAX NG schema of data files, or None."""
        path = self.odoo and self.odoo / 'import_xml.rng'
        return path if path and path.is_file() else None

    def all_of(self, module):
        """Every folder of a module of this name; Odoo takes the first."""
        return [path / module for path in self.folders if (path / module / '__manifest__.py').is_file()]

    @functools.cache  # noqa: B019 - lives as long as one check
    def find(self, module):
        """The folder of a module, or None."""
        found = self.all_of(module)
        return found[0] if found else None

    @functools.cache  # noqa: B019
    def manifest(self, module):
        """The manifest of an installed module; {} when it cannot be read."""
        folder = self.find(module)
        try:
            return ast.literal_eval((folder / '__manifest__.py').read_text('utf-8')) if folder else {}
        except (OSError, ValueError, SyntaxError):
            return {}

    def closure(self, modules):
        """The modules and everything they depend on, base included, dependencies first."""
        done = {}

        def visit(module):
            if module in done or not self.find(module):
                return
            done[module] = False
            for one in self.manifest(module).get('depends') or ['base']:
                visit(one)
            done[module] = True
            order.append(module)

        order = []
        for module in ('base', *modules):
            visit(module)
        return order


def odoo_package(settings):
    """The folder of the package ``odoo`` that the service runs, or None: beside odoo-bin, on the addons path, or where
    the service's Python would import it from."""
    try:
        program = Odoo(settings).program()
    except Refused:
        program = []
    candidates = [pathlib.Path(word).resolve().parent / 'odoo' for word in program if '/' in word]
    for path in map(pathlib.Path, settings.addons_path):
        candidates += [path.resolve().parent, path.resolve().parent / 'odoo']
    for folder in candidates:
        if (folder / 'release.py').is_file():
            return folder
    return _imported(settings) if program else None


def _imported(settings):
    try:
        output = process.need([Odoo(settings).python(), '-c', SPEC], 'finding Odoo', user=settings.user, limit=30)
    except (Failed, OSError):
        return None
    folder = pathlib.Path(output.strip() or '/nowhere')
    return folder if (folder / 'release.py').is_file() else None


def _series(package):
    """'17.0' from odoo/release.py; '' when unknown."""
    if not package:
        return ''
    found = re.search(r'^version_info\s*=\s*\(\s*\'?(?:saas~)?(\d+)\'?\s*,\s*(\d+)',
                      (package / 'release.py').read_text(),
                      re.M)
    return '.'.join(found.groups()) if found else ''
