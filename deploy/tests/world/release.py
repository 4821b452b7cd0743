"""Releases of the addon for a world: the first one, in place, and new ones with a raised version and some mutations."""
import ast
import hashlib
import os
import pathlib
import re
import shutil

from deploy.tests.world import template
from dev import house
from dev.process import ROOT

LEFT_OUT = {'dev', 'docs', 'bench', 'tests', 'legacy', '__pycache__'}  # not needed on a server
BRANCH = 'main'


def first(world):
    """The addon as it is in this checkout, in the world's addons folder, and the repository or folder it came from."""
    world.upstream.mkdir()
    tree = world.tree
    _copy_product(tree)
    if world.code == 'git':
        template.git('init', '-q', '-b', BRANCH, folder=tree)
        _commit(tree, 'The first release')
        template.git('clone', '-q', world.upstream, world.addon, folder='/')
    elif world.code == 'symlink':
        shutil.copytree(tree, world.folder / 'code' / house.MODULE)
        world.addon.symlink_to(world.folder / 'code' / house.MODULE)
    else:
        shutil.copytree(tree, world.addon)


def source(world):
    """Keys of deploy.toml that say where new code comes from."""
    if world.code == 'git':
        return {'source': world.upstream, 'ref': BRANCH}
    if world.code in ('zip', 'tar'):
        return {'source': world.folder / f'release.{"zip" if world.code == "zip" else "tar.gz"}'}
    return {'source': world.tree}


def make(world, *mutations, raised=True):
    """A new release with each mutation, a function of (folder, version); returns its version."""
    tree = world.tree
    version = _raise(tree) if raised else version_of(tree)
    for mutation in mutations:
        mutation(tree, version)
    if world.code == 'git':
        _commit(tree, f'Release {version}')
    elif world.code in ('zip', 'tar'):
        shutil.make_archive(world.folder / 'release', {'zip': 'zip', 'tar': 'gztar'}[world.code], world.upstream,
                            house.MODULE)
    return version


def version_of(folder):
    """The version in the manifest; '' when it cannot be read."""
    try:
        return ast.literal_eval((pathlib.Path(folder) / '__manifest__.py').read_text())['version']
    except (OSError, SyntaxError, ValueError, KeyError):
        return ''


def tree_hash(folder):
    """Changes with any file of a code folder; the bytes that Python and git keep for themselves apart."""
    folder = pathlib.Path(os.path.realpath(folder))
    found = hashlib.sha256()
    for path in sorted(folder.rglob('*')):
        inside = path.relative_to(folder)
        if {'.git', '__pycache__'}.intersection(inside.parts) or path.is_dir():
            continue
        content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
        found.update(f'{inside} {path.lstat().st_mode:o} {len(content)} '.encode() + content)
    return found.hexdigest()


def _raise(tree):
    """The manifest's version, its last number raised by one."""
    path = tree / '__manifest__.py'
    text = path.read_text()
    old = re.search(r"'version': '([\d.]+)'", text)[1]
    new = '.'.join([*old.split('.')[:-1], str(int(old.split('.')[-1]) + 1)])
    path.write_text(text.replace(f"'version': '{old}'", f"'version': '{new}'"))
    return new


def _commit(tree, text):
    template.git('add', '-A', folder=tree)
    template.git('commit', '-q', '--allow-empty', '-m', text, folder=tree)


def _copy_product(tree):
    def left_out(folder, names):
        return [name for name in names if name in LEFT_OUT and (pathlib.Path(folder) != ROOT / 'static')
                or name.startswith('.') or name.endswith('.pyc')]
    shutil.copytree(ROOT, tree, ignore=left_out, dirs_exist_ok=True)
