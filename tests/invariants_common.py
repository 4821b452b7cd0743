"""The addon's own models and source, for tests that look through all of them."""
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


def own_models(env):
    return [model for model in env.values() if model._original_module == ADDON]
