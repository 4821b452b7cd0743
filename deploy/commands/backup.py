"""A backup, the proof that it can be restored, and the restore itself."""
import time

from deploy import backup, lock, manifest, restore, verify
from deploy.postgres import Server
from deploy.progress import progress
from deploy.report import Exit, Refused, duration, say, size

HELP = 'database, filestore, code and configuration, taken while the service is up; --verify proves it by a restore'
KINDS = (('database', f'{backup.DATABASE}/'), ('filestore', backup.FILES), ('code', backup.CODE))


def arguments(parser):
    parser.add_argument('backup', nargs='?', help='with --verify or --restore-as: a backup that is there, by name or '
                                                  'folder, instead of a new one')
    parser.add_argument('--verify', action='store_true',
                        help='restore it into a scratch database and compare that with the one backed up')
    parser.add_argument('--restore-as', metavar='DATABASE',
                        help='restore the named backup (default: the newest) into a new database and filestore')


def run(settings, options):
    if options.backup and not (options.verify or options.restore_as):
        raise Refused('A backup that is there is looked at with --verify or --restore-as only.',
                      'python3 -m deploy backup NAME --verify')
    server = Server(settings)
    with lock.alone(settings, server):
        if options.restore_as:
            return _restore(settings, server, backup.find(settings, options.backup), options.restore_as)
        folder = backup.find(settings, options.backup) if options.backup else _make(settings, server)
        return _verify(settings, server, folder) if options.verify else Exit.DONE


def _make(settings, server):
    folder = backup.place(settings, time.strftime('%Y%m%d_%H%M%S', time.gmtime()))
    begin = time.monotonic()
    with progress('backup') as shown:
        facts = backup.make(settings, server, folder, settings.code_dir, shown)
    for name, start in KINDS:
        parts = [one['size'] for one in facts['files'] if one['path'].startswith(start)]
        say(f'   {name}: {size(sum(parts)) if parts else "none"}')
    for text in facts['warnings']:
        say(f'   warning: {text}')
    say(f'{folder}: {size(manifest.total(facts))} in {duration(time.monotonic() - begin)}')
    return folder


def _verify(settings, server, folder):
    begin = time.monotonic()
    say(f'-- restoring {folder.name} into a scratch database ...')
    with progress('restore') as shown:
        wrong = verify.verify(settings, server, folder, shown)
    for text in wrong:
        say(f'   {text}')
    if wrong:
        say(f'The backup is not what was backed up: {len(wrong)} differences.\n'
            '  next: python3 -m deploy backup --verify')
        return Exit.REFUSED
    say(f'Proven in {duration(time.monotonic() - begin)}: the restored database and its files are those of the backup.')
    return Exit.DONE


def _restore(settings, server, folder, database):
    """Back from the dump. Code and configuration lie in the backup, to be unpacked by hand where they are needed."""
    begin = time.monotonic()
    say(f'-- restoring {folder.name} as {database} ...')
    with progress('restore') as shown:
        for one in restore.restore(settings, server, folder, database, settings.filestores / database, shown):
            say(one.line())
    say(f'{database} is ready after {duration(time.monotonic() - begin)}. Code and configuration of that time: '
        f'{folder / backup.CODE}, {folder / backup.CONF}')
    return Exit.DONE
