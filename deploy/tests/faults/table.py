"""All faults together, and the short selection that ``make test`` runs."""
import importlib

from deploy.tests.faults.fault import ALL

for part in ('releases', 'ways', 'servers', 'places', 'breaks'):
    importlib.import_module(f'deploy.tests.faults.{part}')

# Each part of the tool once: forth, refused, back, broken off at the worst place, interrupted, back after the end.
SHORT = ('syntax error', 'a posted payment gets another amount', 'kill -9 in the midst of upgrade',
         'database name with quotes, failing', 'rollback after work, given up')


def chosen(only=''):
    """Faults whose names hold one of the words between semicolons; all without one."""
    words = [word.strip() for word in only.split(';') if word.strip()]
    exact = [ALL[word] for word in words if word in ALL]
    if exact:
        return exact
    return [fault for fault in ALL.values() if not words or any(word in fault.name for word in words)]


def short():
    return [ALL[name] for name in SHORT]
