"""CSV data files: encoding, shape, ids; access rights for models and groups that exist."""
import csv
import io

from deploy.code_check_known import qualified
from deploy.code_check_models import nearest
from deploy.finding import stop, warning

BOM = b'\xef\xbb\xbf'
ACCESS = 'ir.model.access'


def findings(code):
    for name in [*code.data, *code.listed('demo')]:
        if name.endswith('.csv') and code.path(name).is_file():
            yield from _file(code, name)
    yield from _without_access(code)


def rows(content):
    """(line number, dictionary) of each row that holds anything; a UTF-8 text."""
    reader = csv.reader(io.StringIO(content.decode('utf-8-sig', errors='replace'), newline=''))
    head = next(reader, [])
    for row in reader:
        if any(row):
            yield reader.line_num, dict(zip(head, row)), len(row) - len(head)


def _file(code, name):
    content = code.path(name).read_bytes()
    model = name.rpartition('/')[2].removesuffix('.csv').split('-')[0]
    if not code.known.has_model(model):
        yield stop(name, f'the file\'s name says the model {model}, which does not exist'
                         f'{nearest(model, code.known.fragments)}', 'call it as the model is called')
        return
    if content.startswith(BOM):
        yield stop(name, 'begins with a byte order mark: Odoo would not know the first column and skip the file',
                   'save it as UTF-8 without BOM')
    try:
        content.decode('utf-8')
    except UnicodeDecodeError as error:
        yield stop(name, f'is not UTF-8 at byte {error.start}', 'save it as UTF-8')
        return
    head = next(csv.reader(io.StringIO(content.decode('utf-8-sig'), newline='')), [])
    if len(head) == 1 and (';' in head[0] or '\t' in head[0]):
        yield stop(name, 'its columns are not separated by commas', 'save it with commas')
        return
    if 'id' not in head:
        yield stop(name, 'has no column id: an upgrade would skip the file', 'add it')
    yield from _head(code, name, model, head)
    yield from _rows(code, name, model, content)


def _head(code, name, model, head):
    fields = code.known.fields(model)
    for column in head:
        field = column.replace(':', '/').split('/')[0].split('@')[0].strip()
        if fields is not None and field not in fields and field != '.id':
            yield stop(f'{name}:1', f'the column {column!r} is no field of {model}{nearest(field, fields)}',
                       'correct it')
    for column in sorted({column for column in head if head.count(column) > 1}):
        yield stop(f'{name}:1', f'the column {column!r} stands there twice', 'keep one')


def _rows(code, name, model, content):
    seen = {}
    for line, row, more in rows(content):
        place, key = f'{name}:{line}', row.get('id', '')
        if more:
            yield stop(place, f'has {abs(more)} columns {"more" if more > 0 else "less"} than the head', 'correct it')
            continue
        if key in seen:
            yield stop(place, f'the id {key} is that of line {seen[key]}: the second would overwrite the first',
                       'rename one')
        seen.setdefault(key, line) if key else None
        for column, value in row.items():
            if column.replace(':', '/').endswith('/id'):
                for one in filter(None, (part.strip() for part in value.split(','))):
                    yield from code.unknown_id(one, place, name)
            elif model == ACCESS and column.startswith('perm_') and value.strip() not in ('0', '1', 'True', 'False',
                                                                                         'true', 'false', ''):
                yield stop(place, f'{column} is {value!r}', 'write 0 or 1')
        if model == ACCESS and not any(row.get(column, '').strip() for column in ('group_id:id', 'group_id/id')):
            yield warning(place, f'{row.get("name") or key} gives its rights to everybody, portal users included',
                          'name a group') if row.get('perm_write', '0').strip() in ('1', 'True') else \
                warning(place, f'{row.get("name") or key} names no group: everybody may read', 'name a group')


def _without_access(code):
    """New models that nobody may use."""
    given = set()
    for name in code.data:
        if name.rpartition('/')[2].startswith(ACCESS) and name.endswith('.csv'):
            for _line, row, _more in rows(code.path(name).read_bytes()):
                given.add(row.get('model_id:id') or row.get('model_id/id') or '')
    for root in code.xml.values():
        lines = root.iterfind(f'.//record[@model="{ACCESS}"]/field[@name="model_id"]')
        given.update(field.get('ref') for field in lines)
    given = {qualified(name or '', code.module) for name in given}
    for one in code.fragments:
        own = f'{code.module}.model_{one.name.replace(".", "_")}'
        others = [part for part in code.known.fragments[one.name] if part.node is None]
        if one.own and not one.abstract and not others and own not in given:
            yield warning(f'{one.file}:{one.line}', f'nobody has access rights to the model {one.name}',
                          'add a line to ir.model.access.csv')
