"""Small addons, git repositories and archives for the tests of new code."""
import subprocess
import zipfile

MODULE = 'payment_account_enhanced'


def write(folder, version='17.0.1.0.8', **more):
    """A small addon."""
    files = {'__manifest__.py': f"{{'name': 'Addon', 'version': '{version}', 'license': 'LGPL-3'}}\n",
             '__init__.py': 'from . import models\n', 'models/__init__.py': '', **more}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def git(folder, *arguments):
    return subprocess.run(['git', '-C', str(folder), '-c', 'user.name=Maintainer', '-c', 'user.email=m@example.com',
                           '-c', 'safe.directory=*', '-c', 'init.defaultBranch=main', *arguments], check=True,
                          capture_output=True, text=True).stdout.strip()


def commit(folder, message='[ADD] addon'):
    if not (folder / '.git').exists():
        git(folder, 'init', '--quiet')
    git(folder, 'add', '-A')
    git(folder, 'commit', '--quiet', '-m', message)
    return git(folder, 'rev-parse', 'HEAD')


def make_zip(path, files, mode=0o644):
    with zipfile.ZipFile(path, 'w') as opened:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            opened.writestr(info, text)
    return str(path)


MANIFEST = "{'name': 'Addon', 'version': '17.0.1.0.9'}"
