"""Carries the modules of deploy/probes into the service's Odoo: as text, for its account may not read our folder."""
import pathlib

FOLDER = pathlib.Path(__file__).with_name('probes')
LOADER = """
import sys, types
def _carried(sources):
    for name in ('deploy', 'deploy.probes'):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = []
    left = dict(sources)
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name in left:
                from importlib.machinery import ModuleSpec
                return ModuleSpec(name, Finder)
        @staticmethod
        def create_module(spec):
            return None
        @staticmethod
        def exec_module(module):
            exec(compile(left[module.__name__], module.__name__, 'exec'), module.__dict__)
    sys.meta_path.insert(0, Finder)
_carried(%s)
"""


def script(*lines):
    """A script for Odoo's shell that can import ``deploy.probes.…`` and ends with ``lines``."""
    sources = {f'deploy.probes.{path.stem}': path.read_text(encoding='utf-8') for path in sorted(FOLDER.glob('*.py'))}
    return LOADER % ascii(sources) + '\n'.join(lines) + '\n'
