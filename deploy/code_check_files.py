"""Files as such: rights to read, links, leftovers of merges, places where the service would find another copy."""
import os
import pathlib
import re

from deploy.finding import stop, warning
from deploy.report import Refused

CONFLICT = re.compile(rb'^(<{7} |>{7} |={7}$)', re.M)
POINTER = b'version https://git-lfs'
TEXT = ('.py', '.xml', '.csv', '.js', '.scss', '.css', '.po', '.pot', '.sql', '.html')


def findings(code):
    yield from _place(code)
    for name in code.files:
        path = code.path(name)
        if path.is_symlink():
            yield from _link(code, name, path)
        elif name.endswith(TEXT):
            yield from _text(name, path)
        if name.endswith(('.orig', '.rej')):
            yield warning(name, 'is a leftover of a merge', 'remove it from the release')


def _place(code):
    """The service must find this module under this name, and no other copy of it."""
    found = code.places.all_of(code.module)
    try:
        target = pathlib.Path(os.path.realpath(code.settings.code_dir))
    except Refused:
        found = []
    if not found:
        yield stop('folder', f'no folder of the addons path holds {code.module}',
                   f'the folder must be called {code.module}, as the module is')
        return
    used = pathlib.Path(os.path.realpath(found[0]))
    if used != target and target not in used.parents:
        yield stop('folder', f'the service loads {found[0]}, not the code that would be replaced, {target}',
                   'remove that copy, or set target')
    elif len({os.path.realpath(one) for one in found}) > 1:
        yield warning('folder', f'the addons path holds {code.module} {len(found)} times; Odoo takes {found[0]}',
                      f'remove {", ".join(map(str, found[1:]))}')
    if os.path.ismount(target):
        yield stop('folder', f'{target} is a mount point and cannot be exchanged', 'mount the folder above it')


def _link(code, name, path):
    real = pathlib.Path(os.path.realpath(path))
    if not path.exists():
        yield stop(name, 'is a link to nothing', 'put the file into the release')
    elif code.root.resolve() not in real.parents:
        yield stop(name, f'is a link that leads out of the release, to {real}', 'put the file itself into the release')


def _text(name, path):
    try:
        content = path.read_bytes()
    except OSError as error:
        yield stop(name, f'cannot be read: {error.strerror}')
        return
    if content.startswith(POINTER):
        yield stop(name, 'is a pointer of git-lfs, not the file', 'make the release with git lfs pull')
    marks = CONFLICT.findall(content)
    if b'<<<<<<< ' in marks and b'>>>>>>> ' in marks:
        yield stop(name, 'holds the marks of a merge conflict', 'resolve it')
