"""What differs between two pictures of a database, down to rows and columns where both databases are at hand."""
import contextlib
import fnmatch

from deploy import compare_schema, digest
from deploy.compare_table import Comparison
from deploy.digest_sessions import snapshot
from deploy.postgres import as_failure
from deploy.report import Refused


def compare(before, after, server=None, before_database=None, after_database=None, growth=False, strict=False,
            modules=(), allowed=(), workers=2):
    """The differences between two pictures; [] when nothing changed but what an upgrade may change.

    :param server: with it and both databases, rows, columns and values are named
    :param growth: new rows are expected, and of those that were there only posted entries must be the same;
        ``after`` must have been taken with the columns of ``before``
    :param strict: nothing at all may differ, as after a rollback
    :param modules: modules that were upgraded beside those whose version or state changed
    :param allowed: what a release declares to change, see :mod:`deploy.declared`: table, table.column,
        table:new or table:lost (rows); * stands for anything
    """
    if before['format'] != digest.FORMAT or after['format'] != digest.FORMAT:
        raise Refused('A picture was written by another version of this tool.', 'take it anew')
    if growth and after['like'] != before['taken']:
        raise Refused('The second picture does not tell new rows from old ones.', 'take it with columns=before')
    with contextlib.ExitStack() as stack:
        pair = None
        if server and before_database and after_database:
            stack.enter_context(as_failure('Comparing the databases'))
            pair = [stack.enter_context(snapshot(server, name, workers)) for name in (before_database, after_database)]
        one = Comparison(before, after, pair, growth, strict,
                         frozenset() if strict else frozenset(upgraded(before, after, modules)))
        found = [*compare_schema.differences(before, after, growth, strict), *one.differences()]
    return [difference for difference in found if not is_allowed(difference, allowed)]


def is_allowed(difference, patterns):
    """True for what a release has declared."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns for name in difference.names())


def upgraded(before, after, modules=()):
    """The modules that an upgrade has touched: with a new version or state, those named, and all that need them."""
    old, new = before['modules'], after['modules']
    found, todo = set(), [*modules, *(name for name in new if old.get(name) != new[name])]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += after['needed_by'].get(name, ())
    return found
