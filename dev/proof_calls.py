"""Random sequences of calls, as hypothesis strategies made from the catalogue of proof_books.py."""
import dataclasses

from hypothesis import strategies as st

GUARDED = ('account.payment', 'account.move', 'account.move.line')
TARGETS = (*GUARDED, 'account.partial.reconcile', 'account.full.reconcile', 'account.bank.statement',
           'account.bank.statement.line')
DAYS = ('2020-01-01', '2024-03-01', '2024-12-31', '2030-06-15')
PLAIN = (True, False, None, 0, 1, -1, 'x', '', [], {}, [1], {'pass': True})
NUMBERS = (0.0, 1.0, -1.0, 0.01, 5.0, 100.0, -100.0, 250.0, 99999.0)
VALUES = {
    'boolean': st.booleans(), 'integer': st.sampled_from((0, 1, 2, 9, 99)), 'float': st.sampled_from(NUMBERS),
    'monetary': st.sampled_from(NUMBERS), 'date': st.sampled_from((*DAYS, False)),
    'datetime': st.sampled_from([f'{day} 10:00:00' for day in DAYS]),
    'json': st.sampled_from(({}, {'1': 100}, False)), 'binary': st.sampled_from((False, 'eA==')),
}
TEXT = st.sampled_from(('Mine', '', 'x', '/', False, 'draft', 'posted'))
# What an ordinary draft needs, so that more than refusals of empty values is tried.
TEMPLATES = {
    'account.payment': {'payment_type': 'outbound', 'partner_type': 'supplier', 'amount': 100.0},
    'account.bank.statement.line': {'payment_ref': 'Transfer', 'amount': -100.0},
    'account.move': {'move_type': 'entry'},
}
# Records that are nothing without these fields, whatever is in them.
MADE_OF = {
    'account.partial.reconcile': ('debit_move_id', 'credit_move_id', 'amount', 'debit_amount_currency',
                                  'credit_amount_currency'),
    'account.full.reconcile': ('reconciled_line_ids', 'partial_reconcile_ids'),
}
# What the matching is kept in beside.
GROUPED = {
    'account.partial.reconcile': ('full_reconcile_id', 'exchange_move_id'),
    'account.full.reconcile': ('exchange_move_id',),
    'account.move.line': ('full_reconcile_id', 'matching_number'),
}


@dataclasses.dataclass(frozen=True)
class Result:
    """Stands for what the call before gave back: the id of a new record."""


@dataclasses.dataclass(frozen=True)
class Call:
    login: str
    model: str
    method: str
    arguments: list
    keywords: dict


class Calls:
    """Strategies over one catalogue."""

    def __init__(self, catalogue):
        self.models, self.pool, self.context = catalogue['models'], catalogue['pool'], catalogue['context']
        self.company = catalogue['company']
        people = sorted(catalogue['people'])
        self.logins = st.sampled_from(['accountant'] * len(people) + people)
        self.wizards = sorted(name for name, model in self.models.items() if model['transient'])
        self.doors = sorted((self.models.keys() & self.pool.keys()) - set(TARGETS) - set(self.wizards))
        targets = [name for name in (*GUARDED, *GUARDED, *TARGETS) if name in self.models]
        self.records = st.one_of(st.sampled_from(targets), st.sampled_from(targets), st.sampled_from(self.doors))

    def sequences(self):
        """Lists of calls, from one to about a dozen."""
        flow = st.one_of(self._crud(), self._crud(), self._button(), self._button(), self._wizard(), self._generic(),
                         self._matching())
        return st.lists(flow, min_size=1, max_size=6).map(lambda flows: [call for flow in flows for call in flow])

    # -- flows: lists of calls that belong together ---------------------------------------------------------------

    @st.composite
    def _crud(draw, self):
        model = draw(self.records)
        method = draw(st.sampled_from(('write', 'write', 'write', 'web_save', 'web_save', 'create', 'unlink', 'copy',
                                       'load', 'onchange', 'name_create', 'web_save_new')))
        ids, vals = draw(self._ids(model)), draw(self._vals(model))
        base = {**draw(self._template(model)), **vals} if draw(st.booleans()) else vals
        arguments = {
            'write': [ids, vals], 'web_save': [ids, vals, {}], 'create': [base], 'unlink': [ids],
            'copy': [ids[:1], vals], 'load': draw(self._load(model, ids)), 'name_create': ['Mine'],
            'onchange': [ids[:1], vals, list(vals), {name: {} for name in vals}], 'web_save_new': [[], base, {}],
        }[method]
        return [draw(self._call(model, method.removesuffix('_new'), arguments))]

    @st.composite
    def _matching(draw, self):
        model = draw(st.sampled_from(sorted(MADE_OF.keys() | GROUPED)))
        if model in MADE_OF and draw(st.booleans()):
            return [draw(self._call(model, 'create', [draw(self._template(model))]))]
        name = draw(st.sampled_from(MADE_OF.get(model, ()) + GROUPED.get(model, ())))
        vals = {name: draw(self._value(self.models[model]['fields'][name], 2))}
        return [draw(self._call(model, 'write', [draw(self._ids(model)), vals]))]

    def _template(self, model):
        fields = self.models[model]['fields']
        made_of = {name: self._value(fields[name], 2) for name in MADE_OF.get(model, ())}
        return st.fixed_dictionaries(made_of).map(lambda vals: {**TEMPLATES.get(model, {}), **vals})

    @st.composite
    def _button(draw, self):
        model = draw(self.records)
        return draw(self._methods(model, self._ids(model), generic=False))

    @st.composite
    def _generic(draw, self):
        model = draw(self.records)
        return draw(self._methods(model, self._ids(model), generic=True))

    @st.composite
    def _wizard(draw, self):
        model, source = draw(st.sampled_from(self.wizards)), draw(st.sampled_from(TARGETS))
        login, ids = draw(self.logins), draw(self._ids(source))
        context = {**draw(self._contexts(model)), 'active_model': source, 'active_ids': ids,
                   'active_id': ids[0] if ids else False}
        vals = draw(st.one_of(st.just({}), self._vals(model)))
        opened = Call(login, model, 'create', [vals], {'context': context})
        pressed = draw(self._methods(model, st.just(Result()), generic=False))
        return [opened, *(dataclasses.replace(call, login=login, keywords={'context': context}) for call in pressed)]

    # -- parts ----------------------------------------------------------------------------------------------------

    @st.composite
    def _methods(draw, self, model, ids, generic):
        methods = self.models[model]['methods']
        names = sorted(name for name, one in methods.items() if one['generic'] == generic)
        if not names:
            return []
        name = draw(st.sampled_from(names))
        method, arguments = methods[name], []
        wanted = draw(st.integers(method['required'], max(method['required'], len(method['parameters']))))
        for parameter in method['parameters'][:wanted]:
            arguments.append(draw(self._argument(model, parameter)))
        first = [draw(ids)] if method['kind'] == 'multi' else []
        return [draw(self._call(model, name, [*first, *arguments]))]

    @st.composite
    def _call(draw, self, model, method, arguments):
        context = {'allowed_company_ids': [self.company], **draw(self._contexts(model))}
        return Call(draw(self.logins), model, method, arguments, {'context': context})

    def _ids(self, model):
        pool = self.pool.get(model) or [1]
        return st.lists(st.sampled_from(pool), min_size=1, max_size=2, unique=True)

    def _contexts(self, model):
        fields = [f'default_{name}' for name in sorted(self.models[model]['fields'])]
        keys = st.one_of(st.sampled_from(self.context), st.sampled_from(fields))
        value = st.one_of(st.just(True), st.sampled_from(PLAIN), self._ids('account.payment'))
        return st.one_of(st.just({}), st.dictionaries(keys, value, max_size=4))

    @st.composite
    def _vals(draw, self, model, depth=0):
        fields = self.models.get(model, {}).get('fields', {})
        stored = sorted(name for name, field in fields.items() if field['store'] and name != 'id')
        names = st.one_of(st.sampled_from(stored), st.sampled_from(sorted(fields))) if stored else st.nothing()
        chosen = draw(st.lists(names, min_size=1, max_size=3, unique=True)) if stored else []
        return {name: draw(self._value(fields[name], depth)) for name in chosen}

    def _value(self, field, depth):
        kind = field['type']
        if kind in ('one2many', 'many2many'):
            return st.lists(self._command(field['relation'], depth), min_size=1, max_size=2)
        if kind in ('many2one', 'many2one_reference'):
            return st.sampled_from([*self.pool.get(field['relation'], []), False])
        if kind == 'selection' and field['selection']:
            return st.sampled_from([*field['selection'], False])
        return VALUES.get(kind, TEXT)

    def _command(self, model, depth):
        one = st.sampled_from(self.pool.get(model) or [1])
        plain = st.one_of(
            st.tuples(st.sampled_from((2, 3, 4)), one, st.just(0)), st.just((5, 0, 0)),
            st.lists(one, max_size=2, unique=True).map(lambda ids: (6, 0, ids)))
        if depth > 1 or model not in self.models:
            return plain.map(list)
        vals = self._vals(model, depth + 1)
        nested = st.one_of(st.tuples(st.just(1), one, vals), st.tuples(st.just(0), st.just(0), vals))
        return st.one_of(nested, nested, plain).map(list)

    @st.composite
    def _load(draw, self, model, ids):
        fields = self.models[model]['fields']
        names = draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=2, unique=True))
        head, row = ['.id'], [str(ids[0])]
        for name in names:
            relation = fields[name]['relation']
            if relation in self.models and draw(st.booleans()):
                inner = draw(st.sampled_from(sorted(self.models[relation]['fields'])))
                head += [f'{name}/.id', f'{name}/{inner}']
                value = draw(self._value(self.models[relation]['fields'][inner], 2))
                row += [str(draw(st.sampled_from(self.pool.get(relation) or [1]))), str(value)]
            else:
                head.append(f'{name}/.id' if relation else name)
                row.append(str(draw(self._value(fields[name], 2))))
        return [head, [row]]

    def _argument(self, model, parameter):
        if parameter in ('vals', 'values', 'default', 'default_values_list', 'new_values', 'write_vals'):
            return self._vals(model)
        if parameter in ('vals_list', 'default_values'):
            return st.lists(self._vals(model), min_size=1, max_size=2)
        if parameter in ('fields', 'field_names', 'fnames', 'fields_list', 'allfields', 'names'):
            names = sorted(self.models[model]['fields'])
            return st.one_of(st.lists(st.sampled_from(names), max_size=3), st.just(names))
        if parameter in ('domain', 'args'):
            return st.sampled_from(([], [['id', '>', 0]]))
        if parameter.endswith('_ids') or parameter == 'ids':
            return self._ids(model)
        return st.one_of(st.sampled_from(PLAIN), self._ids(model), self._vals(model),
                         st.sampled_from(self.pool.get('account.move.line') or [1]))
