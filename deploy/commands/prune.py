"""Removal of what is kept for a while only."""
from deploy import lock, prune
from deploy.postgres import Server
from deploy.report import Exit, say, size, table

HELP = 'remove backups, rollback points and old code beyond keep_hours, and what interrupted work left'


def arguments(parser):
    parser.add_argument('--dry-run', action='store_true', help='only say what would go, and how much that gives back')


def run(settings, options):
    server = Server(settings)
    with lock.alone(settings, server):
        plan = prune.plan(settings, server)
        for text in plan.kept:
            say(f'kept: {text}')
        if options.dry_run:
            return _show(plan.items)
        freed = prune.carry_out(plan.items, lambda item: say(f'removed: {item.kind} {item.name}, {size(item.freed)}'))
        say(f'{len(plan.items)} removed, {size(freed)} given back')
        return Exit.DONE


def _show(items):
    if items:
        say(table(('kind', 'name', 'gives back', 'because'),
                  [(item.kind, item.name, size(item.freed), item.why) for item in items]))
    say(f'{len(items)} would be removed, {size(sum(item.freed for item in items))} given back')
    return Exit.DONE
