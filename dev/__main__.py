"""``python3 -m dev run|test|lint|translations|screenshots|clean``: what make calls. Needs Python from 3.10 on."""
import signal
import sys

from dev.report import Exit, Stop, say


def _interrupt(_number, _frame):
    raise KeyboardInterrupt


def _command(name):
    """The function of a command; imported late, so that one broken part leaves the others working."""
    if name == 'run':
        from dev.serve import serve as function
    elif name == 'test':
        from dev.run_tests import run_tests as function
    elif name == 'lint':
        from dev.lint import lint as function
    elif name == 'translations':
        from dev.translations import translations as function
    elif name == 'screenshots':
        from dev.screenshots import screenshots as function
    elif name == 'clean':
        from dev.clean import clean as function
    else:
        raise Stop(Exit.USAGE, f'There is no command {name!r}.', 'make help')
    return function


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
