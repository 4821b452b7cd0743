"""What preflight has to know of the code in use and of the source of the new code. Reads only."""
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import stat
import tempfile

from deploy import names, release, release_git
from deploy.finding import ok, stop, warning
from deploy.report import Stop

UNDERWAY = {'MERGE_HEAD': 'a merge', 'rebase-merge': 'a rebase', 'rebase-apply': 'a rebase',
            'CHERRY_PICK_HEAD': 'a cherry-pick', 'BISECT_LOG': 'a bisection', 'index.lock': 'another git command'}
CODE, TREE, SOURCE = 'code in use', 'code tree', 'new code'


def findings(settings):
    """Findings on rights, the git tree of the target, and the source; a stop forbids a deployment."""
    try:
        target = pathlib.Path(os.path.realpath(settings.code_dir))
    except Stop as refused:
        return [stop(CODE, refused.what, refused.remedy)]
    if not target.is_dir():
        return [stop(CODE, f'{target} is no folder', 'set target')]
    with _workplace(target) as folder:
        return [*_rights(settings, target), *_tree(settings, target, folder), *_source(settings, target, folder)]


@contextlib.contextmanager
def _workplace(target):
    """A folder for git's configuration and what is fetched, accessible to the target's owner."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='deploy-'))
    try:
        with contextlib.suppress(PermissionError):
            os.chown(folder, os.stat(target).st_uid, -1)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rights(settings, target):
    link = f' (a link to {target})' if os.path.islink(settings.code_dir) else ''
    parent = target.parent
    if not os.access(parent, os.W_OK | os.X_OK):
        yield stop(CODE, f'{parent} cannot be written to: the new code has to stand beside the old',
                   'run the tool as the owner of that folder or as root')
    elif os.stat(parent).st_mode & stat.S_ISVTX and os.geteuid() not in (0,
                                                                         *(os.stat(path).st_uid for path in (parent,
                                                                                                             target))):
        yield stop(CODE, f'{parent} lets only the owner of {target} rename it',
                   'run the tool as that account or as root')
    if os.path.ismount(target) or os.stat(parent).st_dev != os.stat(target).st_dev:
        yield stop(CODE, f'{target} is a volume of its own and cannot be exchanged', 'mount the folder above it')
    left = sorted(path.name for path in parent.glob(f'.{names.PREFIX}*_code'))
    if left:
        yield warning(CODE, f'{parent} holds code of earlier deployments: {", ".join(left)}', 'python3 -m deploy prune')
    yield ok(CODE, f'{settings.code_dir}{link}, version {release.version(settings.addon) or "unknown"}')


def _who_may_rename(parent, target):
    return (0, os.stat(parent).st_uid, os.stat(target).st_uid)


def _tree(settings, target, folder):
    """Local changes would be gone without a word; local commits too."""
    user = release_git.owner(target / '.git' if (target / '.git').exists() else target)
    git = release_git.Git(folder, '', user)
    try:
        top = (git.ask('-C', target, 'rev-parse', '--show-toplevel') or '').strip()
        if not top:
            return
        if pathlib.Path(top).resolve() != target:
            yield warning(TREE,
                          f'{target} lies in the git repository {top}; only this folder is replaced, and git will '
                                'show it as changed', 'set target to the repository, or source to the same repository')
        elif (target / '.git').is_file():
            yield warning(TREE, f'{target} is a linked worktree or a submodule; git will show its files as changed',
                          'check out the commit there afterwards')
        if release.digest(target) in _deployed(settings):
            yield ok(TREE, 'as the last deployment left it')
            return
        yield from _changes(git, target)
    finally:
        git.close()


def _changes(git, target):
    folder = pathlib.Path(target, (git.ask('-C', target, 'rev-parse', '--git-dir') or '.git').strip())
    for name, what in UNDERWAY.items():
        if (folder / name).exists():
            yield stop(TREE, f'{what} is under way in {target}', f'finish it, or remove {folder / name}')
    lines = (git.ask('-C', target, '-c', 'core.quotePath=false', 'status', '--porcelain', '--ignored',
                     '--untracked-files=all', '--', '.') or '').splitlines()
    changed = [line[3:] for line in lines if line[:3].strip() != '!!' and not _ours(line[3:])]
    ignored = [line[3:] for line in lines if line.startswith('!! ') and not _ours(line[3:])]
    if changed:
        yield stop(TREE, f'{len(changed)} files differ from the commit: {_some(changed)}',
                   f'commit them, or keep them aside: git -C {target} stash --include-untracked')
    if ignored:
        yield warning(TREE, f'{len(ignored)} files that git ignores stay behind with the old code: {_some(ignored)}',
                      'copy those that the service needs')
    if not changed:
        yield ok(TREE, f'{target} is clean at commit {(git.ask("-C", target, "rev-parse", "HEAD") or "")[:12]}')


def _ours(path):
    parts = pathlib.PurePosixPath(path.strip('"')).parts
    return (parts[-1:] in [(name,) for name in release.KEPT] or path.endswith('.pyc') or '__pycache__' in parts
            or any(part.startswith(f'.{names.PREFIX}') for part in parts))


def _some(paths):
    return ', '.join(paths[:3]) + (' …' if len(paths) > 3 else '')


def _deployed(settings):
    """Digests of the releases that earlier deployments staged."""
    found = set()
    for path in settings.state_dir.glob(f'*/{release.RECORD}'):
        with contextlib.suppress(OSError, ValueError, KeyError):
            found.add(json.loads(path.read_text())['digest'])
    return found


def _source(settings, target, folder):
    path = pathlib.Path(settings.source)
    if settings.source and path.exists() and not release_git.is_repository(path):
        if path.is_file() and not path.name.endswith(release.ARCHIVES):
            yield stop(SOURCE, f'{path} is no archive', f'known are {", ".join(release.ARCHIVES)}')
        elif settings.ref:
            yield stop(SOURCE, f'{path} is no git repository, so it has no ref {settings.ref}', 'leave ref out')
        else:
            yield ok(SOURCE, f'{path}, {"an archive" if path.is_file() else "a folder"}')
        return
    if not settings.source and not (target / '.git').is_dir():
        yield warning(SOURCE, 'where the new code comes from is not set', 'set source before the deployment')
        return
    try:
        yield from _remote(settings, target, folder)
    except Stop as refused:
        yield stop(SOURCE, refused.what, refused.remedy)


def _remote(settings, target, folder):
    url, user = release_git.source_of(settings, target)
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    with release_git.repository(folder, url, user, target / '.git/objects') as (git, bare):
        commit = release_git.resolve(git, bare, settings.ref)
        shown = release_git.without_password(url)[0]
        yield ok(SOURCE, f'{shown}, {settings.ref or "HEAD"} is commit {commit[:12]}')
        if settings.source and os.path.isdir(url) and git.ask('-C', url, 'status', '--porcelain',
                                                              '--untracked-files=no'):
            yield warning(SOURCE, f'{url} has changes that are not committed: they are not deployed', 'commit them')
        if (target / '.git').is_dir():
            yield from _diverged(settings, target, git, bare, commit)


def _diverged(settings, target, git, bare, commit):
    """Commits in use that the new code does not hold."""
    head = (git.ask('-C', target, 'rev-parse', 'HEAD') or '').strip()
    if not head or git.ask('--git-dir', bare, 'cat-file', '-e', f'{head}^{{commit}}') is None:
        return
    lost = (git.ask('--git-dir', bare, 'log', '--oneline', head, f'^{commit}') or '').splitlines()
    if head == commit:
        yield warning(SOURCE, f'{settings.ref or "HEAD"} is what is in use already', 'check ref')
    elif lost and git.ask('--git-dir', bare, 'merge-base', '--is-ancestor', commit, head) is not None:
        kind = warning if settings.older else stop
        yield kind(SOURCE, f'{settings.ref or "HEAD"} is older than the code in use, by {len(lost)} commits',
                   'check ref')
    elif lost:
        yield stop(SOURCE, f'the code in use has {len(lost)} commits that the new code does not hold: {_some(lost)}',
                   'push and merge them first')
