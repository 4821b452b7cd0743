"""What the module under check may refer to: models, fields, methods, views and external ids of its dependencies, read
from their files, and of the live database where one is at hand, which then decides."""
import collections
import csv
import dataclasses
import functools
import io
import re

from lxml import etree

from deploy import code_check_scan as scan
from deploy import postgres

MAGIC = {'id', 'display_name', 'create_uid', 'create_date', 'write_uid', 'write_date', '__last_update'}
HANDLED = {'ir.property': {'value'}, 'ir.rule': {'global'}}  # keys that are no class attributes, but accepted
MADE = re.compile(r'^(field|selection|constraint|inherit|relation)_|^\d+_')  # Odoo makes such ids by itself
PARSER = etree.XMLParser(remove_comments=True, resolve_entities=False)
EXISTING = "SELECT module, name, model, noupdate FROM ir_model_data WHERE model <> 'ir.model.fields'"
MODULES = 'SELECT name, state, latest_version FROM ir_module_module'
FIELDS = """
    SELECT f.model, f.name, f.ttype, coalesce(f.relation, ''), array_agg(d.module)
      FROM ir_model_fields f
 LEFT JOIN ir_model_data d ON d.model = 'ir.model.fields' AND d.res_id = f.id
  GROUP BY f.id
"""
KINDS = {'many2one': 'Many2one', 'one2many': 'One2many', 'many2many': 'Many2many'}


class Known:
    """Everything that exists besides the module under check."""

    def __init__(self, places, module, modules, server=None, database=''):
        self.places, self.module = places, module
        self.modules = [name for name in modules if name != module]
        self.fragments = collections.defaultdict(list)   # model -> fragments
        self.methods, self.ids, self.views = set(), {}, {}
        self.unloaded = set()                             # ids in files, but not in the database
        self.installed, self.own_ids = {}, {}             # of the database: module -> (state, version); id -> noupdate
        self.exact = set()                                # modules whose ids the database knows
        for name in self.modules:
            self._read_module(name)
        if server:
            self._read_database(server, database)

    def add(self, fragments):
        for one in fragments:
            self.fragments[one.name].append(one)
        self.fields.cache_clear()
        self.every_field.cache_clear()

    def _read_module(self, module):
        manifest = self.places.manifest(module)
        facts = module_facts(self.places.find(module), module, (*manifest.get('data', ()), *manifest.get('demo', ())))
        self.add(facts.fragments)
        self.methods |= facts.methods
        self.ids.update(facts.ids)
        self.views.update(facts.views)

    def _read_database(self, server, database):
        with server.session(database) as connection:
            self.installed = {name: (state, version or '') for name, state,
                              version in postgres.rows(connection, MODULES)}
            self.exact = {name for name,
                          (state, _version) in self.installed.items() if state in ('installed', 'to upgrade')}
            gone = [key for key in self.ids if key.partition('.')[0] in self.exact]
            files = {key: self.ids.pop(key) for key in gone}
            for module, name, model, noupdate in postgres.rows(connection, EXISTING):
                if module == self.module:
                    self.own_ids[f'{module}.{name}'] = noupdate
                else:
                    self.ids[f'{module}.{name}'] = model
            self.unloaded = set(files) - set(self.ids)
            self._read_fields(postgres.rows(connection, FIELDS))

    def _read_fields(self, rows):
        found = collections.defaultdict(dict)
        for model, name, kind, relation, modules in rows:
            if set(modules) != {self.module}:
                found[model][name] = (KINDS.get(kind, kind.capitalize()), relation)
        self.add(scan.Fragment(model, fields=fields, module='', own=True) for model, fields in found.items())

    def has_model(self, model):
        return model in self.fragments or model in ('base', '_unknown')

    @functools.cache  # noqa: B019 - lives as long as one check
    def fields(self, model):
        """name -> (kind, comodel) of a model with all that it inherits; None when a part of it is not known."""
        found, seen, todo = {}, set(), [model, 'base']
        while todo:
            one = todo.pop()
            if one in seen:
                continue
            seen.add(one)
            if one not in self.fragments:
                if one == 'base':
                    continue
                return None
            for part in self.fragments[one]:
                found.update(part.fields)
                todo += [*part.inherit, *part.delegates]
        return {**dict.fromkeys(MAGIC | HANDLED.get(model, set()), ('', '')), **found}

    @functools.cache  # noqa: B019
    def every_field(self):
        """Names of all fields of all models."""
        return MAGIC.union(*(part.fields for parts in self.fragments.values() for part in parts))

    def has_id(self, name):
        """Whether an external id of another module exists; None when nothing is known of that module's ids."""
        module, _dot, rest = name.partition('.')
        if name in self.ids or MADE.match(rest):
            return True
        if module == 'base' and rest.startswith(('module_category_', 'module_')):
            return rest.startswith('module_category_') or bool(self.places.find(rest[len('module_'):]))
        if module in self.exact:
            return False
        if module not in self.modules:
            return None
        return self._written_somewhere(module, rest)

    @functools.cache  # noqa: B019
    def _written_somewhere(self, module, name):
        """Ids can be made by Python: the name stands as a word in a file of that module."""
        word = re.compile(rf'\b{re.escape(name)}\b')
        return any(word.search(path.read_text('utf-8', errors='replace'))
                   for path in scan.python_files(self.places.find(module)))


@dataclasses.dataclass
class Facts:
    """What one module brings along."""
    fragments: list
    methods: set
    ids: dict = dataclasses.field(default_factory=dict)    # external id -> model
    views: dict = dataclasses.field(default_factory=dict)  # external id -> View


@functools.cache  # modules do not change while the tool runs
def module_facts(folder, module, data):
    """Facts of an installed module, from its files."""
    facts = Facts(*scan.scan(folder, module))
    facts.ids.update((f'{module}.model_{one.name.replace(".", "_")}', 'ir.model') for one in facts.fragments)
    for path in (folder / name for name in data):
        if path.suffix == '.xml':
            _read_xml(facts, module, path)
        elif path.suffix == '.csv':
            model = path.stem.split('-')[0]
            facts.ids.update((qualified(name, module), model) for name in csv_ids(path.read_bytes()))
        elif path.suffix == '.sql':
            facts.ids.update((f'{module}.{name}', '') for name in re.findall(r"'(\w+)'", path.read_text()))
    return facts


def _read_xml(facts, module, path):
    try:
        root = etree.parse(str(path), PARSER).getroot()
    except (OSError, etree.XMLSyntaxError):
        return
    for one in root.iter('record', 'template', 'menuitem', 'act_window', 'report'):
        name = one.get('id') or (one.tag == 'template' and one.get('t-name'))
        if name:
            facts.ids[qualified(name, module)] = model_of(one)
            view = View.read(one, module)
            if view:
                facts.views.setdefault(view.id, view)


class View:
    """A view or template as its file has it."""

    def __init__(self, name, model, parent, arch, kind, mode):
        self.id, self.model, self.parent, self.arch, self.kind, self.mode = name, model, parent, arch, kind, mode

    @classmethod
    def read(cls, node, module):
        """The View of a <record model="ir.ui.view"> or <template>; None for anything else."""
        name = qualified(node.get('id') or node.get('t-name') or '', module)
        if node.tag == 'template':
            parent = qualified(node.get('inherit_id', ''), module)
            return cls(name, '', parent, node, 'qweb', node.get('primary') == 'True' and 'primary' or '')
        if node.tag != 'record' or node.get('model') != 'ir.ui.view':
            return None
        values = {field.get('name'): field for field in node.iterchildren('field')}
        text = {key: (values[key].text or '').strip() for key in ('model', 'type', 'mode') if key in values}
        parent = values.get('inherit_id')
        return cls(name, text.get('model', ''), qualified(parent.get('ref', ''), module) if parent is not None else '',
                   values.get('arch'), text.get('type', ''), text.get('mode', ''))

    @functools.cached_property
    def marks(self):
        """(attribute, value) of all that an expression can look for in this view."""
        found = set()
        for node in self.arch.iter(etree.Element) if self.arch is not None else ():
            found.update(node.attrib.items())
            if node.tag == 'attribute':
                found.add((node.get('name'), (node.text or '').strip()))
        return found


def qualified(name, module):
    return name if not name or '.' in name else f'{module}.{name}'


def model_of(node):
    return {'record': node.get('model'), 'template': 'ir.ui.view', 'menuitem': 'ir.ui.menu'}.get(node.tag, '')


def csv_ids(content):
    """The values of the column ``id`` of a data file."""
    rows = csv.reader(io.StringIO(content.decode('utf-8', errors='replace')))
    head = next(rows, [])
    column = head.index('id') if 'id' in head else None
    return [row[column] for row in rows if column is not None and len(row) > column and row[column]]
