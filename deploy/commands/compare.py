"""``compare``: the database against a baseline, down to the row where the database of before is at hand."""
import json

from deploy import compare, digest
from deploy.commands import baseline
from deploy.postgres import Server
from deploy.progress import progress
from deploy.report import Exit, Refused, say

HELP = 'Compares the database with a baseline or with another database, down to table, column, id and value.'


def arguments(parser):
    parser.add_argument('baseline', nargs='?', metavar='FILE', help='what baseline wrote')
    parser.add_argument('--with', dest='other', metavar='DATABASE', help='a database that holds the state of before')
    parser.add_argument('--growth', action='store_true', help='expect new work: only what was posted must be the same')
    parser.add_argument('--upgraded', metavar='MODULES', default='', help='modules upgraded since, with commas')
    parser.add_argument('--allow', metavar='NAME', action='append', default=[],
                        help='a table or table.column that is meant to change; may be given again; * is a wildcard')
    parser.add_argument('--json', action='store_true', help='print the differences as JSON')
    parser.add_argument('--no-files', action='store_true', help='leave the filestore out')


def run(settings, options):
    """Shows every difference; REFUSED when there is one."""
    if not options.baseline and not options.other:
        raise Refused('There is nothing to compare with.', 'name a file that baseline wrote, or --with DATABASE')
    server = Server(settings)
    before = baseline.read(options.baseline) if options.baseline else _take(server, options.other)
    after = _take(server, settings.database, columns=before)
    found = compare.compare(before, after, server, options.other, settings.database, growth=options.growth,
                            modules=[name for name in options.upgraded.split(',') if name],
                            allowed=[*options.allow, *settings.may_change])
    if options.json:
        say(json.dumps([one.as_json() for one in found], ensure_ascii=False, default=str))
    else:
        show(found)
    code = Exit.DONE if options.no_files else baseline.show_files(settings, server)
    return Exit.REFUSED if found else code


def show(found):
    """Prints one line for each difference and their count."""
    for one in found:
        say(one.text)
    say(f'{len(found)} differences' if found else 'no difference')


def _take(server, database, columns=None):
    with progress(f'reading {database}') as bar:
        return digest.take(server, database, progress=bar, columns=columns)
