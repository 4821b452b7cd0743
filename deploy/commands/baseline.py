"""``baseline``: writes the picture of the database that a later ``compare`` looks at."""
import json
import os
import pathlib
import time

from deploy import digest, filestore, sums
from deploy.postgres import Server
from deploy.progress import progress
from deploy.report import Exit, Refused, duration, say

HELP = 'Writes counts, sums and digests of every table to a file, for compare.'


def arguments(parser):
    parser.add_argument('--output', metavar='FILE', help='where to (default: baseline-TIME.json in backup_dir)')
    parser.add_argument('--no-files', action='store_true', help='leave the filestore out')


def run(settings, options):
    """Takes the picture, shows the sums, checks the filestore."""
    server, begin = Server(settings), time.monotonic()
    with progress('reading the database') as bar:
        picture = digest.take(server, settings.database, progress=bar)
    path = pathlib.Path(options.output or _default(settings))
    write(picture, path)
    say(sums.text(picture))
    count = sum(entry['rows'] for entry in picture['tables'].values())
    say(f'\n{len(picture["tables"])} tables, {count} rows in {duration(time.monotonic() - begin)}: {path}')
    return Exit.DONE if options.no_files else show_files(settings, server)


def show_files(settings, server):
    """Checks the filestore and prints what is wrong."""
    with progress('checking the filestore') as bar:
        result = filestore.examine(server, settings.database, settings.filestore, progress=bar)
    for one in result.differences:
        say(one.text)
    say(result.line())
    return Exit.REFUSED if result.differences else Exit.DONE


def _default(settings):
    return pathlib.Path(settings.backup_dir) / time.strftime('baseline-%Y%m%d-%H%M%S.json')


def write(picture, path):
    """Writes a picture, whole or not at all, for its owner alone."""
    half = path.with_name(f'{path.name}.part')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w', encoding='utf-8') as handle:
            json.dump(picture, handle, separators=(',', ':'), ensure_ascii=False)
            handle.flush()
            os.fsync(handle.fileno())
        half.replace(path)
    except OSError as error:
        raise Refused(f'{path} cannot be written: {error.strerror}.', 'name another file with --output') from None


def read(path):
    """A picture that :func:`write` wrote."""
    try:
        with open(path, encoding='utf-8') as handle:
            picture = json.load(handle)
    except (OSError, ValueError) as error:
        raise Refused(f'{path} cannot be read: {error}.', 'name a file that baseline wrote') from None
    if not isinstance(picture, dict) or picture.get('format') != digest.FORMAT:
        raise Refused(f'{path} is not a baseline of this version of the tool.', 'take it anew with baseline')
    return picture
