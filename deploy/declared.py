"""What a release says that its own migration changes: ``migrations/<version>/may_change.txt`` in the addon's folder.

One a line: table, table.column, table:new or table:lost (rows); ``*`` stands for anything, the reason behind a ``#``.
It counts for an upgrade from a lower version. What is not declared must stay as it was.
"""

NAME = 'may_change.txt'


def changes(settings, staged, before):
    """The patterns that count for an upgrade of the database in the picture ``before``, those of the settings too."""
    _state, old = before['modules'].get(settings.module) or ('', '')
    found = list(settings.may_change)
    for path in sorted(staged.addon.glob(f'migrations/*/{NAME}')):
        if number(old or '') < number(path.parent.name) <= number(staged.version):
            found += read(path)
    return found


def read(path):
    """Patterns of one file, without comments and empty lines."""
    lines = (line.partition('#')[0].strip() for line in path.read_text(encoding='utf-8').splitlines())
    return [line for line in lines if line]


def number(version):
    """A version as a tuple of numbers, for comparison; '' is the lowest."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split('.'))
