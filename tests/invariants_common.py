"""The addon's own source, for tests that read it."""
import ast
import pathlib

from odoo.modules import get_module_path

ADDON = 'payment_account_enhanced'
ROOT = pathlib.Path(get_module_path(ADDON))


def addon_files(*folders):
    return [file for folder in folders for file in sorted((ROOT / folder).rglob('*.py'))]


def calls(tree, name):
    """Calls of a function or method of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if getattr(function, 'attr', getattr(function, 'id', None)) == name:
                yield node
