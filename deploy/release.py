"""The new code, staged beside the code in use, so that the switch is a rename: from git at an exact commit, from a
folder, or from an archive."""
import ast
import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import stat

from deploy import names, release_archive, release_git, switch
from deploy.report import Failed, Refused

RECORD = 'release.json'
ARCHIVES = ('.zip', '.tar', '.tar.gz', '.tgz', '.tar.bz2', '.tar.xz')
LEFTOVERS = ('__pycache__', '.git')
KEPT = ('deploy.toml',)  # the administrator's own files in the code's folder


@dataclasses.dataclass(frozen=True)
class Release:
    """Staged code. ``path`` replaces the target; ``module_path`` leads from there to the addon ('' is the whole)."""
    path: str
    version: str      # the manifest's; '' when it cannot be read
    commit: str       # full, of git; '' for folders and archives
    source: str       # without passwords
    digest: str       # SHA-256 over names, contents and the right to execute
    module_path: str = ''

    @property
    def addon(self):
        """The addon's folder within the staged code."""
        return pathlib.Path(self.path) / self.module_path


def stage(settings, folder):
    """Stages the code that the settings name, and says what it is. Called again with the same folder it returns what
    stands there: the commit of a branch is looked up once.

    :param folder: of the deployment; the record goes there, its name is part of the staging folder's
    :raises Refused: no such source, ref or addon in it, or an archive that reaches beyond its folder
    """
    folder, target = pathlib.Path(folder), _real_target(settings)
    staged = place(settings, folder)
    found = load(folder)
    if found and (switch.state(staged, target) != switch.STAGED or digest(staged) == found.digest):
        return found
    _clear(staged, target)
    model = _Model(target)
    try:
        model.make(staged.parent)
        commit, source = _fetch(settings, staged, target)
        module_path = _module_path(settings, target)
        if not (staged / module_path / '__manifest__.py').is_file():
            raise Refused(f'{source} holds no {module_path or settings.module}/__manifest__.py.',
                          f'the folder must be called {settings.module}, as the module is')
        release_git.keep_repository(target, staged)
        model.apply(staged)
        _carry_over(target, staged)
        _to_disk(staged.parent)
    except BaseException:
        _clear(staged, target)
        raise
    found = Release(str(staged), version(staged / module_path), commit, source, digest(staged), module_path)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD).write_text(json.dumps(dataclasses.asdict(found), indent=1))
    return found


def load(folder):
    """The release staged for a deployment; None when there is none."""
    with contextlib.suppress(FileNotFoundError):
        return Release(**json.loads((pathlib.Path(folder) / RECORD).read_text()))


def place(settings, folder):
    """Where the code of a deployment is staged: in a hidden folder beside the target, on its volume. Odoo looks for
    modules one level deep, so it does not see it. An addon's folder is named as the module, whatever a link's target is
    called: the rehearsal runs it from there."""
    target = _real_target(settings)
    name = target.name if _module_path(settings, target) else settings.module
    return target.parent / f'.{names.beside(pathlib.Path(folder).name, "code")}' / name


def version(addon):
    """The version in a manifest, '' when it cannot be read."""
    try:
        return str(ast.literal_eval((pathlib.Path(addon) / '__manifest__.py').read_text('utf-8')).get('version', ''))
    except (OSError, ValueError, SyntaxError, AttributeError):
        return ''


def digest(folder):
    """SHA-256 over the names, contents and executability of all files, git's own and compiled ones apart."""
    total = hashlib.sha256()
    for path in files(folder):
        mode = 'l' if path.is_symlink() else 'x' if os.stat(path).st_mode & stat.S_IXUSR else '-'
        content = os.readlink(path).encode() if mode == 'l' else path.read_bytes()
        name = path.relative_to(folder).as_posix()
        if name not in KEPT:
            total.update(f'{mode}{hashlib.sha256(content).hexdigest()} {name}\n'.encode(errors='surrogateescape'))
    return total.hexdigest()


def files(folder):
    """All files and links of a code folder in a fixed order, git's own and compiled ones apart."""
    for root, folders, found in os.walk(folder):
        for name in [name for name in folders if os.path.islink(os.path.join(root, name))]:
            found.append(name)
            folders.remove(name)
        folders[:] = sorted(name for name in folders if name not in LEFTOVERS)
        yield from (pathlib.Path(root, name) for name in sorted(found) if name != '.git' and not name.endswith('.pyc'))


def _real_target(settings):
    return pathlib.Path(os.path.realpath(settings.code_dir))


def _module_path(settings, target):
    """The way from the target to the addon in it: '' when the target is the addon itself."""
    if not (target / '__manifest__.py').exists() and (target / settings.module).is_dir():
        return settings.module
    for addon in target.glob(f'*/{settings.module}/__manifest__.py'):
        return addon.parent.relative_to(target).as_posix()
    return ''


def _fetch(settings, staged, target):
    """(commit or '', source as shown) after the code stands in ``staged``."""
    source, whole = settings.source, bool(_module_path(settings, target))
    if not source and not (target / '.git').is_dir():
        raise Refused('Where the new code comes from is not known.',
                      'set source: a git repository, a folder or an archive')
    path = pathlib.Path(source)
    if source and path.is_file():
        if not path.name.endswith(ARCHIVES):
            raise Refused(f'{source} is no archive.', f'known are {", ".join(ARCHIVES)}')
        with release_archive.unpacked(path, staged.parent) as tree:
            _take(_root(tree, settings.module, whole, source), staged, LEFTOVERS)
        return '', source
    if source and path.is_dir() and not settings.ref and (_was_in_use(path) or not release_git.is_repository(path)):
        _take(_root(path, settings.module, whole, source), staged, LEFTOVERS[:1] if _was_in_use(path) else LEFTOVERS)
        return '', str(path.resolve())
    return release_git.take(settings, staged, target, whole)


def _root(tree, module, whole, source):
    """The folder of a tree that takes the target's place: the addon, or for a bigger target the one that holds it."""
    tree = pathlib.Path(tree)
    wanted = f'{module}/__manifest__.py' if whole else '__manifest__.py'
    outer = [entry for entry in tree.iterdir() if entry.name not in ('__MACOSX', '.git', 'pax_global_header')]
    candidates = [tree, *([] if whole else [tree / module])]
    if len(outer) == 1 and outer[0].is_dir():
        candidates += [outer[0], *([] if whole else [outer[0] / module])]
    for candidate in candidates:
        if (candidate / wanted).is_file():
            return candidate
    raise Refused(f'{source} holds no addon called {module}: no {module}/__manifest__.py at its root or in its only '
                  f'folder.', f'name the addon\'s folder itself, or call it {module}')


def _was_in_use(path):
    """Old code that a deployment kept: it comes back as it was, whatever its repository knows of it."""
    return path.resolve().parent.name.startswith(f'.{names.PREFIX}')


def _take(tree, staged, without):
    """Copies a tree without compiled files and what else is named; links stay links."""
    shutil.copytree(tree, staged, symlinks=True, ignore=shutil.ignore_patterns(*without, '*.pyc'))


def _carry_over(target, staged):
    """The administrator's own files go along where the release has none, with owner and mode: they may hold secrets."""
    for name in KEPT:
        if (target / name).is_file() and not (staged / name).exists():
            (staged / name).touch(mode=0o600)
            shutil.copy2(target / name, staged / name)
            if os.geteuid() == 0:
                found = os.stat(target / name)
                os.chown(staged / name, found.st_uid, found.st_gid)


def _clear(staged, target):
    """Removes what a former attempt staged, but never a folder that took part in a switch."""
    if staged.parent.exists() and switch.state(staged, target) in (switch.EXCHANGED, switch.BETWEEN):
        raise Failed(f'{staged.parent} holds code that was in use; it is not overwritten.')
    shutil.rmtree(staged.parent, ignore_errors=True)


class _Model:
    """Owner and modes of the old code, which the new one takes over."""

    def __init__(self, target):
        self.folder = os.stat(target)
        file = next((path for path in files(target) if path.suffix == '.py' and not path.is_symlink()), None)
        self.file_mode = stat.S_IMODE(os.stat(file).st_mode) & ~0o111 if file else 0o644

    def make(self, folder):
        """The staging folder, as accessible as the target."""
        try:
            folder.mkdir()
        except PermissionError:
            raise Refused(f'{folder.parent} cannot be written to: the new code has to stand beside the old.',
                          'run the tool as the owner of the addons folder or as root') from None
        self._set(folder, stat.S_IMODE(self.folder.st_mode))

    def apply(self, folder):
        """Gives owner, group and modes to a tree; what is executable stays so."""
        for root, folders, found in os.walk(folder):
            git = '.git' in pathlib.Path(root).relative_to(folder).parts
            self._set(root, None if git else stat.S_IMODE(self.folder.st_mode))
            for name in [*found, *(name for name in folders if os.path.islink(os.path.join(root, name)))]:
                path = os.path.join(root, name)
                executable = os.lstat(path).st_mode & stat.S_IXUSR
                more = (self.file_mode & 0o444) >> 2 if executable else 0
                self._set(path, None if git or os.path.islink(path) else self.file_mode | more)

    def _set(self, path, mode):
        if os.geteuid() == 0:
            os.chown(path, self.folder.st_uid, self.folder.st_gid, follow_symlinks=False)
        if mode is not None:
            os.chmod(path, mode)


def _to_disk(folder):
    """Everything written on the folder's volume is on disk: after a power loss the renamed code must be whole."""
    import ctypes
    handle = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None).syncfs(handle):
            os.sync()
    finally:
        os.close(handle)
