"""Small faults put into Python source, one at a time: what a test suite must notice."""
import ast
import dataclasses
import inspect
import types

COMPARE = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}
OPERATOR = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Mult: ast.Add}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """``number``: the place of the node in the tree; ``line``: where it stands; ``kind`` and ``part``: what to do."""
    file: str
    line: int
    function: str
    number: int
    kind: str
    part: int = 0
    text: str = ''

    def __str__(self):
        return f'{self.file}:{self.line} {self.function}: {self.kind}: {self.text}'

    def key(self):
        """A text of its own for each mutant: lines of the report may be equal."""
        return f'{self.file} {self.number} {self.kind} {self.part}'


def mutants_of(source, file):
    """All mutants of the functions of a file, in order. What stands outside of functions is data and not touched."""
    tree = ast.parse(source)
    owners = dict(_owners(tree))
    found = []
    for number, node in enumerate(ast.walk(tree)):
        if node in owners:
            found += [Mutant(file, node.lineno, owners[node], number, kind, part, _first_line(_shown(node, kind, part)))
                      for kind, part in _kinds(node)]
    return sorted(found, key=lambda one: (one.line, one.number, one.kind, one.part))


def _shown(node, kind, part):
    return node.elts[part] if kind == 'element' else node


def _first_line(node):
    return ast.unparse(node).splitlines()[0][:90]


def mutated(source, mutant):
    """The tree of the source with the fault in it."""
    tree = ast.parse(source)
    node = list(ast.walk(tree))[mutant.number]
    _CHANGES[mutant.kind](node, mutant.part)
    return ast.fix_missing_locations(tree)


def _owners(tree, path=()):
    """(node, 'Class.method') for every node inside the body of a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _owners(node, (*path, node.name))
        elif isinstance(node, ast.FunctionDef):
            for statement in node.body:
                for inner in ast.walk(statement):
                    if hasattr(inner, 'lineno'):
                        yield inner, '.'.join((*path, node.name))


def _kinds(node):
    """(kind, part) of the faults that fit a node."""
    if isinstance(node, ast.Compare):
        return [('compare', part) for part, one in enumerate(node.ops) if type(one) in COMPARE]
    if isinstance(node, ast.Set):
        return [('element', part) for part in range(len(node.elts))]
    if isinstance(node, (ast.If, ast.IfExp)):
        return [('never', 0), ('always', 0)]
    return [(kind, 0) for kind, fits in _FITS.items() if fits(node)]


_FITS = {
    'and or': lambda node: isinstance(node, ast.BoolOp),
    'not': lambda node: isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not),
    'operator': lambda node: isinstance(node, ast.BinOp) and type(node.op) in OPERATOR,
    'constant': lambda node: isinstance(node, ast.Constant) and type(node.value) in (bool, int, float),
    'return': lambda node: isinstance(node, ast.Return) and node.value is not None and not _is_nothing(node.value),
    'no raise': lambda node: isinstance(node, ast.Raise),
    'no call': lambda node: isinstance(node, ast.Expr) and isinstance(node.value, ast.Call),
}


def _is_nothing(value):
    return isinstance(value, ast.Constant) and not value.value


def _compare(node, part):
    node.ops[part] = COMPARE[type(node.ops[part])]()


def _and_or(node, _part):
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def _not(node, _part):
    node.op = ast.UAdd()  # the value itself; bool() makes it one whatever it is
    node.operand = ast.Call(ast.Name('bool', ast.Load()), [node.operand], [])


def _operator(node, _part):
    node.op = OPERATOR[type(node.op)]()


def _constant(node, _part):
    node.value = not node.value if isinstance(node.value, bool) else node.value + 1


def _return(node, _part):
    node.value = ast.Constant(None)


def _to_pass(node, _part):
    node.__class__ = ast.Pass


def _element(node, part):
    del node.elts[part]
    if not node.elts:
        node.elts = [ast.Constant('no such name')]


def _never(node, _part):
    node.test = ast.Constant(False)


def _always(node, _part):
    node.test = ast.Constant(True)


_CHANGES = {
    'compare': _compare, 'and or': _and_or, 'not': _not, 'operator': _operator, 'constant': _constant,
    'return': _return, 'no raise': _to_pass, 'no call': _to_pass, 'element': _element, 'never': _never,
    'always': _always,
}


def put_in(tree, mutant, module):
    """Gives the living function of an imported module the code with the fault: those who hold it run the new code."""
    code = _find_code(compile(tree, module.__file__, 'exec'), mutant.function)
    function = _find_function(module, mutant.function)
    if code.co_freevars != function.__code__.co_freevars:  # the fault took away the only ``super()``
        _keep_names(tree, mutant.function, function.__code__.co_freevars)
        code = _find_code(compile(tree, module.__file__, 'exec'), mutant.function)
    function.__code__ = code


def _keep_names(tree, path, names):
    for step in path.split('.'):
        tree = next(node for node in tree.body if getattr(node, 'name', None) == step)
    tree.body.insert(0, ast.If(ast.Constant(0), [ast.Expr(ast.Name(name, ast.Load())) for name in names], []))
    ast.fix_missing_locations(tree)


def _find_code(code, path):
    for step in path.split('.'):
        code = next(one for one in code.co_consts if isinstance(one, types.CodeType) and one.co_name == step)
    return code


def _find_function(module, path):
    *owners, name = path.split('.')
    place = module
    for owner in owners:
        place = vars(place)[owner]
    function = vars(place)[name]
    function = getattr(function, 'fget', function)
    return inspect.unwrap(getattr(function, '__func__', function))  # Odoo's decorators put a function around it
