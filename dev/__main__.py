"""``python3 -m dev COMMAND``: what the Makefile calls. Needs Python 3.10 or later alone."""
import importlib
import signal
import sys

from dev.report import Exit, Stop, say

# The module of a command, imported late, so that one broken part leaves the others working; the function is its name.
MODULES = {
    'run': 'serve', 'test': 'run_tests', 'lint': 'lint', 'faults': 'faults', 'bench-deploy': 'bench_deploy',
    'translations': 'translations', 'screenshots': 'screenshots', 'volume': 'volume',
    'recording': 'record_deployment', 'coexist': 'coexist', 'proof': 'proof', 'coverage': 'cover',
    'mutation': 'mutation', 'load': 'load', 'bench': 'bench', 'regression': 'regression',
    'clean': 'clean',
}


def _interrupt(_number, _frame):
    raise KeyboardInterrupt


def _command(name):
    """The function of a command."""
    if name not in MODULES:
        raise Stop(Exit.USAGE, f'There is no command {name!r}.', 'make help')
    return getattr(importlib.import_module(f'dev.{MODULES[name]}'), MODULES[name])


def main(arguments):
    """Runs one command and returns the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        name, *rest = arguments or ['help']
        return _command(name)(*rest) or Exit.OK
    except Stop as stop:
        say(stop.line())
        return stop.code
    except KeyboardInterrupt:
        say('\nInterrupted; everything that was started is stopped.')
        return Exit.INTERRUPTED


if __name__ == '__main__':
    sys.exit(int(main(sys.argv[1:])))
