"""New code out of git: the ref is resolved to an exact commit, and a target that is a checkout stays one."""
import contextlib
import os
import pathlib
import pwd
import re
import shutil
import urllib.parse

from deploy import process
from deploy.report import Failed, Refused, secret

REMOTE = 'source'
HEADS, TAGS = 'refs/deploy/heads/', 'refs/deploy/tags/'
COMMIT = re.compile(r'^[0-9a-f]{40,64}$', re.M)
LIMIT = 900  # seconds for a fetch


class Git:
    """git with a configuration of our own: no hooks, no questions, credentials never on a command line.

    A repository is worked on as its owner, never as root on somebody else's: its configuration can name programs.
    """

    def __init__(self, folder, url='', user=''):
        self.user, self.folder = user, pathlib.Path(folder)
        entry = pwd.getpwnam(user) if user else pwd.getpwuid(os.geteuid())
        self.environment = {'GIT_TERMINAL_PROMPT': '0', 'LC_ALL': 'C', 'HOME': entry.pw_dir,
                            'GIT_CONFIG_GLOBAL': str(self.folder / 'gitconfig'),
                            'GIT_SSH_COMMAND': 'ssh -oBatchMode=yes'}
        clean, store = without_password(url)
        if store:
            self._write('credentials', store + '\n')
        self._write('gitconfig', _config(entry.pw_dir, clean, self.folder / 'credentials' if store else None))

    def _write(self, name, text):
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        if self.user:
            os.chown(path, pwd.getpwnam(self.user).pw_uid, -1)

    def __call__(self, *arguments, what='', limit=LIMIT, **options):
        """git's output; Failed with its last lines."""
        return process.need(['git', *arguments], what or f'git {arguments[0]}', user=self.user, limit=limit,
                            cwd=self.folder, **self.environment, **options)

    def ask(self, *arguments):
        """git's output, None when it does not end with 0."""
        code, output = process.run(['git', *arguments], user=self.user, limit=120, cwd=self.folder, **self.environment)
        return None if code else output

    def close(self):
        for name in ('gitconfig', 'credentials'):
            (self.folder / name).unlink(missing_ok=True)


def _config(home, url, credentials):
    lines = ['[safe]', '\tdirectory = *', '[core]', '\thooksPath = /dev/null', '\tautocrlf = false', '[advice]',
             '\tdetachedHead = false', '[gc]', '\tauto = 0', '[include]', f'\tpath = "{_quoted(f"{home}/.gitconfig")}"']
    if url:
        lines += [f'[remote "{REMOTE}"]', f'\turl = "{_quoted(url)}"']
    if credentials:
        lines += ['[credential]', f'\thelper = "store --file=\'{_quoted(credentials)}\'"']
    return '\n'.join(lines) + '\n'


def _quoted(text):
    return str(text).replace('\\', '\\\\').replace('"', '\\"')


def without_password(url):
    """(URL without user and password, the line of git's credential store or '')."""
    parts = urllib.parse.urlsplit(url)
    if not parts.scheme.startswith('http') or not parts.password:
        return url, ''
    secret(urllib.parse.unquote(parts.password))
    secret(parts.password)
    host = parts.netloc.rpartition('@')[2]
    return (urllib.parse.urlunsplit(parts._replace(netloc=host)),
            urllib.parse.urlunsplit(parts._replace(path='', query='', fragment='')))


def is_repository(path):
    """A checkout, a worktree or a bare repository."""
    path = pathlib.Path(path)
    return (path / '.git').exists() or ((path / 'HEAD').is_file() and (path / 'objects').is_dir())


def owner(path):
    """The account to work as on a repository: its owner where we are root and it is not; '' for ourselves."""
    number = os.stat(path).st_uid
    if os.geteuid() != 0 or number == 0:
        return ''
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(number).pw_name
    raise Failed(f'{path} belongs to account {number}, which does not exist.')


def take(settings, staged, target, whole):
    """(commit, source as shown) after the commit's files stand in ``staged``.

    :param whole: the target holds the addon in a folder of its own; else the target is the addon
    """
    url, user = source_of(settings, target)
    with repository(staged.parent, url, user, target / '.git/objects') as (git, bare):
        commit = resolve(git, bare, settings.ref)
        if (target / '.git').is_dir():
            _checkout(git, bare, staged, target, commit, settings.ref)
        else:
            _export(git, bare, staged, commit, '' if whole else addon_path(git, bare, commit, settings.module))
    return commit, without_password(url)[0]


def keep_repository(target, staged):
    """What makes the target a checkout goes along where the new code has none: a repository, or the file that leads
    from a linked worktree or a submodule to it. git then shows what differs from the commit that it knows."""
    if (staged / '.git').exists():
        return
    if (target / '.git').is_dir():
        shutil.copytree(target / '.git', staged / '.git', symlinks=True, copy_function=_link_objects)
    elif (target / '.git').is_file():
        shutil.copy2(target / '.git', staged / '.git')


def source_of(settings, target):
    """(URL or path, account to fetch as): what the settings name, else the remote of the target's own checkout."""
    if settings.source:
        local = os.path.exists(settings.source)
        return (os.path.abspath(settings.source) if local else settings.source), ''
    user = owner(target / '.git')
    output = process.run(['git', '-c', 'safe.directory=*', '-C', target, 'remote', '-v'], user=user, limit=30)[1]
    urls = dict(reversed([(line.split()[0], line.split()[1]) for line in output.splitlines()
                          if line.endswith('(fetch)')]))
    if not urls:
        raise Refused(f'{target} is a checkout without a remote.', 'set source: where the new code comes from')
    url = urls.get('origin') or next(iter(urls.values()))
    return (os.path.normpath(target / url) if url.startswith('.') else url), user


@contextlib.contextmanager
def repository(folder, url, user='', objects=None):
    """(git, path of a bare repository with the heads and tags of ``url``) while the block lasts.

    :param objects: an object store that may be at hand, so that only what is new is fetched
    :raises Refused: the source cannot be read
    """
    bare = pathlib.Path(folder) / 'source.git'
    git = Git(folder, url, user)
    try:
        bare.mkdir()
        if user:
            entry = pwd.getpwnam(user)
            os.chown(bare, entry.pw_uid, entry.pw_gid)
        git('init', '--quiet', '--bare', bare)
        if objects and objects.is_dir():
            (bare / 'objects/info/alternates').write_text(f'{objects}\n')
        git('--git-dir', bare, 'fetch', '--quiet', '--no-tags', REMOTE, f'+HEAD:{HEADS}HEAD', f'+refs/heads/*:{HEADS}*',
            f'+refs/tags/*:{TAGS}*', what=f'reading {without_password(url)[0]}')
        yield git, bare
    except Failed as failed:
        raise Refused(failed.what, 'check source, the network and the rights of the account') from None
    finally:
        git.close()
        shutil.rmtree(bare, ignore_errors=True)


def resolve(git, bare, ref):
    """The full commit of a branch, tag, commit or, for '', of the source's HEAD.

    :raises Refused: there is none, or a branch and a tag of that name differ
    """
    name = ref.removeprefix('origin/') or 'HEAD'
    if not re.fullmatch(r'[\w][\w./+@#-]*', name) or '..' in name or '@{' in name:
        raise Refused(f'{ref} is no name of a branch, a tag or a commit.')
    found = {_commit(git, bare, prefix + name) for prefix in (HEADS, TAGS)} - {''}
    if not found and re.fullmatch(r'[0-9a-f]{7,64}', name):
        found = {_commit(git, bare, name)} - {''}
    if not found:
        raise Refused(f'The source has no branch, tag or commit {ref or "HEAD"}.',
                      'see its branches with git ls-remote; set ref')
    if len(found) > 1:
        raise Refused(f'{ref} is a branch and a tag at different commits.', f'set ref to one commit: {sorted(found)}')
    return found.pop()


def _commit(git, bare, name):
    output = git.ask('--git-dir', bare, 'rev-parse', '--verify', '--quiet', f'{name}^{{commit}}')
    found = COMMIT.search(output or '')
    return found.group() if found else ''


def addon_path(git, bare, commit, module):
    """The folder of the addon in a commit: '' when the repository is the addon."""
    names = git('--git-dir', bare, 'ls-tree', '-r', '-z', '--name-only', commit).split('\0')
    found = sorted(name.rpartition('/')[0] for name in names
                   if name == '__manifest__.py' or f'/{name}'.endswith(f'/{module}/__manifest__.py'))
    if not found:
        raise Refused(f'The commit {commit[:12]} holds no {module}/__manifest__.py.',
                      f'the folder must be called {module}, as the module is')
    if len(found) > 1 and found[0]:
        raise Refused(f'The commit {commit[:12]} holds {module} {len(found)} times: {", ".join(found)}.',
                      'set source to a folder')
    return found[0]


def _export(git, bare, staged, commit, inside):
    """Writes the files of a commit, or of one folder in it, to ``staged``."""
    tree = staged.parent / 'tree'
    tree.mkdir()
    if git.user:
        os.chown(tree, pwd.getpwnam(git.user).pw_uid, -1)
    git('--git-dir', bare, '--work-tree', tree, 'checkout', '--quiet', '--force', commit, '--', inside or '.')
    (tree / inside).rename(staged)
    shutil.rmtree(tree, ignore_errors=True)


def _checkout(git, bare, staged, target, commit, ref):
    """A checkout at the commit with the target's own repository: branches, remotes and settings go along."""
    user = owner(target / '.git')
    shutil.copytree(target / '.git', staged / '.git', symlinks=True, copy_function=_link_objects)
    (staged / '.git/index').unlink(missing_ok=True)
    for path in (staged.parent, bare, staged) if user else ():
        _give(path, user)
    place = ('--git-dir', staged / '.git', '--work-tree', staged)
    git('--git-dir', bare, 'update-ref', 'refs/heads/deploy', commit)
    own = Git(staged.parent, '', user) if user != git.user else git
    own(*place, 'fetch', '--quiet', '--no-tags', bare, 'refs/heads/deploy')
    branch = (own.ask(*place, 'symbolic-ref', '--quiet', '--short', 'HEAD') or '').strip()
    stays = branch and ref.removeprefix('origin/') in ('', branch)
    own('-C', staged, 'checkout', '--quiet', '--force', *(('-B', branch) if stays else ('--detach',)), commit)
    if (staged / '.gitmodules').exists():
        own('-C', staged, 'submodule', '--quiet', 'update', '--init', '--recursive', '--force')


def _link_objects(source, target):
    """Objects of git never change: they are linked, everything else is copied."""
    if '/.git/objects/' in source:
        with contextlib.suppress(OSError):
            return os.link(source, target)
    return shutil.copy2(source, target)


def _give(path, user):
    entry = pwd.getpwnam(user)
    for root, _folders, found in os.walk(path):
        for name in [root, *(os.path.join(root, name) for name in found)]:
            os.chown(name, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
