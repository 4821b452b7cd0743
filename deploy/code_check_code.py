"""The module under check, read once: files, manifest, syntax trees, data files."""
import ast
import functools
import pathlib
import re

from lxml import etree

from deploy import code_check_ids, code_check_imports, release
from deploy.code_check_known import Known
from deploy.code_check_places import Places
from deploy.code_check_scan import METHOD, scan_tree

MODEL = re.compile(r'^class \w+\(.*\bmodels\.\w*Model', re.M)
PARSER = etree.XMLParser(remove_comments=True, resolve_entities=False)


class Code:
    """An addon's folder with all that its checks share. ``module`` is the name that the service knows it by."""

    def __init__(self, settings, folder, old=None, server=None, root=None, places=None):
        self.settings, self.folder, self.server, self.module = settings, folder, server, settings.module
        self.old = old if old and (old / '__manifest__.py').is_file() else None
        self.root = pathlib.Path(root or folder)
        self.places = places or Places(settings)
        self.files = [path.relative_to(folder).as_posix() for path in release.files(folder)]
        self.manifest_error = ''
        self.manifest_tree = None
        self.manifest = self._read_manifest()

    def _read_manifest(self):
        try:
            self.manifest_tree = ast.parse((self.folder / '__manifest__.py').read_bytes()).body[-1].value
            found = ast.literal_eval(self.manifest_tree)
        except FileNotFoundError:
            self.manifest_error = 'is missing'
        except (OSError, ValueError, SyntaxError, IndexError, AttributeError) as error:
            self.manifest_error = f'cannot be read: {getattr(error, "msg", error)}'
        else:
            if isinstance(found, dict):
                return found
            self.manifest_error = 'is no dictionary'
        return {}

    def path(self, name):
        return self.folder / name

    @functools.cached_property
    def old_manifest(self):
        return _manifest(self.old) if self.old else {}

    @functools.cached_property
    def depends(self):
        found = self.manifest.get('depends', ())
        return [name for name in found if isinstance(name, str)] if isinstance(found, (list, tuple)) else []

    @functools.cached_property
    def known(self):
        """What the module may refer to."""
        known = Known(self.places, self.module, self.places.closure(self.depends), self.server, self.settings.database)
        known.add(self.fragments)
        for name in self.python:
            known.methods.update(METHOD.findall(self.text(name)))
        for one in self.fragments:
            known.ids[f'{self.module}.model_{one.name.replace(".", "_")}'] = 'ir.model'
        return known

    @functools.cached_property
    def python(self):
        """Names of the Python files that Odoo runs, tests included; a folder without any of it is none of Odoo's."""
        return [name for name in self.files if name.endswith('.py') and name.split('/')[0] not in self._apart]

    @functools.cached_property
    def _apart(self):
        """Folders at the root that are no part of the module: tools beside it. They have Python files, but nothing
        imports them, and Odoo gives them no meaning."""
        folders = {name.split('/')[0] for name in self.files if '/' in name and name.endswith('.py')}
        meant = {'tests', 'migrations', 'upgrades', 'models', 'wizard', 'wizards', 'controllers', 'report', 'reports'}
        return {name for name in folders - meant - self.imported_names('__init__.py')
                if not any(MODEL.search(self.text(file)) for file in self.files if file.startswith(f'{name}/')
                           and file.endswith('.py') and '/tests/' not in file)}

    @functools.cache  # noqa: B019 - lives as long as one check
    def text(self, name):
        """The text of a file; '' when it cannot be read."""
        try:
            return self.path(name).read_text('utf-8', errors='replace')
        except OSError:
            return ''

    def imported_names(self, file):
        """Every name in an import statement of a file, read without trust in its syntax."""
        lines = re.findall(r'^\s*(?:from|import)\b.*(?:\n[^\n]*?,\s*$)*', self.text(file), re.M)
        return set(re.findall(r'\w+', ' '.join(lines)))

    @functools.cache  # noqa: B019
    def tree(self, name):
        """The syntax tree of a Python file; None when it cannot be parsed: the service's own Python says why."""
        try:
            return ast.parse(self.path(name).read_bytes()) if name in self.python else None
        except (SyntaxError, ValueError, OSError):
            return None

    @functools.cached_property
    def reached(self):
        """Files that are imported from the module's __init__.py, directly or not."""
        return code_check_imports.reached(self)

    @functools.cached_property
    def before(self):
        """The code in use, or None."""
        return Code(self.settings, self.old, places=self.places) if self.old else None

    @functools.cached_property
    def fragments(self):
        """The parts of models that the imported files hold."""
        return [one for name in sorted(self.reached) if self.tree(name) for one in scan_tree(self.tree(name), name)]

    @functools.cached_property
    def data(self):
        """Names of the manifest's data files, in their order, that exist."""
        return [name for name in self.listed('data') if self.path(name).is_file()]

    def listed(self, key):
        found = self.manifest.get(key, ())
        return [name for name in found if isinstance(name, str)] if isinstance(found, (list, tuple)) else []

    @functools.cached_property
    def xml(self):
        """file -> root element of the data and demo files that are well-formed."""
        return {name: root for name in [*self.data, *self.listed('demo')] if name.endswith('.xml')
                for root in [self.parse(name)] if root is not None}

    def parse(self, name):
        try:
            return etree.parse(str(self.path(name)), PARSER).getroot()
        except (OSError, etree.XMLSyntaxError):
            return None


    # External ids

    @functools.cached_property
    def own_ids(self):
        """id -> (number of the file, line) where the manifest's data makes it first, and what Odoo makes of models."""
        return code_check_ids.own_ids(self)

    def has_id(self, name):
        """Whether an external id will exist when everything is loaded; None when that cannot be told."""
        return code_check_ids.has(self, name)

    def unknown_id(self, name, place, file, line=0):
        """Findings when a data file refers to an id that does not exist, or not yet."""
        return code_check_ids.unknown(self, name, place, file, line)


def _manifest(folder):
    try:
        found = ast.literal_eval((folder / '__manifest__.py').read_text('utf-8'))
    except (OSError, ValueError, SyntaxError):
        return {}
    return found if isinstance(found, dict) else {}
