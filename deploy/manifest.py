"""The manifest of a backup: every file with size and SHA-256, and a seal over the manifest itself."""
import concurrent.futures
import hashlib
import json
import os
import pathlib

from deploy.half import PART, private
from deploy.report import Refused, masked

NAME = 'manifest.json'
FORMAT = 1
CHUNK = 1 << 20
AT_ONCE = 2     # threads; hashing leaves Python's lock


def write(folder, facts):
    """Writes the manifest of a folder that holds everything else, forced to disk; returns it."""
    folder = pathlib.Path(folder)
    manifest = json.loads(masked(json.dumps({'format': FORMAT, **facts, 'files': listed(folder)}, default=str)))
    manifest['seal'] = _seal(manifest)
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + '\n'
    with open(folder / NAME, 'w', encoding='utf-8', opener=private) as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    return manifest


def load(folder):
    """The manifest of a whole backup.

    :raises Refused: there is none, the backup is half made, or the manifest was altered
    """
    folder = pathlib.Path(folder)
    remedy = 'use another backup: python3 -m deploy prune --dry-run lists them'
    if folder.name.endswith(PART):
        raise Refused(f'{folder} is half of a backup: it was interrupted.', remedy)
    try:
        manifest = json.loads((folder / NAME).read_text(encoding='utf-8'))
    except OSError as error:
        raise Refused(f'{folder} is no backup: {NAME}: {error.strerror}.', remedy) from None
    except ValueError:
        raise Refused(f'{folder / NAME} is damaged: it is no JSON.', remedy) from None
    if not isinstance(manifest, dict) or manifest.get('seal') != _seal(manifest):
        raise Refused(f'{folder / NAME} is damaged: its content does not fit its seal.', remedy)
    if manifest['format'] > FORMAT:
        raise Refused(f'{folder} was made by a newer version of this tool (format {manifest["format"]}).')
    return manifest


def _seal(manifest):
    """SHA-256 over everything but the seal."""
    text = json.dumps({key: value for key, value in manifest.items() if key != 'seal'}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def listed(folder):
    """Path in the folder, size and SHA-256 of all files but the manifest."""
    paths = sorted(path for path in folder.rglob('*') if path.is_file() and path.name != NAME)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        sums = pool.map(sha256, paths)
    return [{'path': str(path.relative_to(folder)), 'size': path.stat().st_size, 'sha256': value}
            for path, value in zip(paths, sums)]


def total(manifest):
    """Bytes of all files."""
    return sum(one['size'] for one in manifest['files'])


def check(folder, manifest, without=()):
    """Refused, with the first of them named, when files are gone, cut off or altered.

    :param without: paths that are not looked at
    """
    folder = pathlib.Path(folder)
    wanted = [one for one in manifest['files'] if one['path'] not in without]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = list(filter(None, pool.map(lambda one: fault(folder / one['path'], one), wanted)))
    if wrong:
        more = f' (and {len(wrong) - 3} more)' if len(wrong) > 3 else ''
        raise Refused(f'The backup {folder} is damaged: {"; ".join(wrong[:3])}{more}.',
                      'use another backup, or its archived copy')


def fault(path, wanted):
    """What is wrong with one file, '' when nothing is."""
    try:
        found = path.stat().st_size
        if found != wanted['size']:
            return f'{path.name} has {found} bytes instead of {wanted["size"]}'
        return '' if sha256(path) == wanted['sha256'] else f'{path.name} was altered: its SHA-256 does not fit'
    except OSError as error:
        return f'{path.name}: {error.strerror}'


def sha256(path):
    found = hashlib.sha256()
    with open(path, 'rb', buffering=0) as handle:
        while chunk := handle.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()
