import ast

from odoo.tests import TransactionCase, tagged

from .invariants_common import addon_files, calls

# Keys that say what is on the screen, and change only what is shown.
SHOWING_KEYS = {'active_ids', 'active_id', 'active_model', 'lang', 'payment_approval_board'}


@tagged('post_install', '-at_install')
class TestInvariantsSource(TransactionCase):
    """What the source of the addon never does: permit by what a client sent, or glue a message together."""

    def test_no_permission_from_the_context(self):
        """Guards read the context to find their own object in it, compared with ``is``, and for nothing else.

        An object of a class of ours is as good: ``type(...) is``, no client can send one. A key that only carries a
        text, such as the reason of a reset, goes through ``isinstance(..., str)``; the stage that a person saw, which
        can only stop a step, through ``isinstance(..., list)``; the uninstall key counts for OdooBot alone and stands
        beside SUPERUSER_ID.
        """
        wrong = []
        for file in addon_files('models', 'wizards'):
            tree = ast.parse(file.read_text(encoding='utf-8'))
            parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
            for node in ast.walk(tree):
                if self.reads_context(node) and not self.is_harmless(node, parents):
                    wrong.append(f'{file.name}:{node.lineno}: {ast.unparse(parents[node])[:80]}')
        self.assertFalse(wrong, 'The context decides here:\n' + '\n'.join(wrong))

    def reads_context(self, node):
        value = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == 'get':
            value = node.func.value
        elif isinstance(node, ast.Subscript):
            value = node.value
        return isinstance(value, ast.Attribute) and value.attr in ('context', '_context')

    def is_harmless(self, node, parents):
        key = node.args[0].value if isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant) else None
        if key in SHOWING_KEYS:
            return True
        parent = parents[node]
        if isinstance(parent, ast.UnaryOp):
            parent = parents[parent]
        if isinstance(parent, ast.Compare):
            return all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in parent.ops)
        if isinstance(parent, ast.BoolOp):
            return 'SUPERUSER_ID' in ast.unparse(parent)
        if isinstance(parent, ast.Assign):
            name, function = parent.targets[0].id, parent
            while not isinstance(function, ast.FunctionDef):
                function = parents[function]
            source = ast.unparse(function)
            return any(text in source for text in (
                f'isinstance({name}, str)', f'isinstance({name}, list)', f'type({name}) is '))
        return False

    def test_no_permission_from_superuser_mode(self):
        """``env.su`` and ``env.is_superuser()`` say nothing about the person: nobody is judged by them."""
        wrong = []
        for file in addon_files('models', 'wizards'):
            for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
                if isinstance(node, ast.Attribute) and node.attr in ('su', 'is_superuser', 'is_admin', 'is_system'):
                    wrong.append(f'{file.name}:{node.lineno}: {ast.unparse(node)}')
        self.assertFalse(wrong, '\n'.join(wrong))

    def test_messages_use_named_placeholders(self):
        """A translator may turn a sentence around: placeholders have names, and texts are not glued together."""
        wrong = []
        for file in addon_files('models', 'wizards', 'report'):
            for node in calls(ast.parse(file.read_text(encoding='utf-8')), '_'):
                text = node.args[0] if node.args else None
                literal = isinstance(text, ast.Constant) and isinstance(text.value, str)
                if not literal or len(node.args) > 1 or self.unnamed(text.value):
                    wrong.append(f'{file.name}:{node.lineno}: {ast.unparse(node)[:80]}')
        self.assertFalse(wrong, '\n'.join(wrong))

    def unnamed(self, text):
        marks = text.replace('%%', '').split('%')[1:]
        return any(not mark.startswith('(') for mark in marks) or '{' in text
