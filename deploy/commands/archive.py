"""A backup copied elsewhere."""
from deploy import archive, backup
from deploy.progress import progress
from deploy.report import Exit, say

HELP = 'copy a backup to another folder, with the SHA-256 of the copy checked; goes on where it was broken off'


def arguments(parser):
    parser.add_argument('backup', nargs='?', help='name or folder of a backup (default: the newest)')
    parser.add_argument('--to', required=True, metavar='FOLDER', help='where to, best on another disk or machine')


def run(settings, options):
    folder = backup.find(settings, options.backup)
    with progress(f'archive {folder.name}') as shown:
        target, warnings = archive.archive(folder, options.to, shown)
    for one in warnings:
        say(one.line())
    say(f'{target}: every file was read back and has the SHA-256 of the manifest.')
    return Exit.DONE
