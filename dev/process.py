"""Starting programs: with a log file, a time limit, and nothing left running behind them."""
import contextlib
import os
import pathlib
import signal
import subprocess
import threading
import time

from deploy.process import group_alive
from dev.report import Exit, Stop

ROOT = pathlib.Path(__file__).resolve().parent.parent
GRACE = 20  # seconds between asking a program to end and ending it
_running = set()
_interrupted = threading.Event()


def interrupt():
    """Ends what every thread has started, and lets none start more."""
    _interrupted.set()
    for process in tuple(_running):
        end_group(process)


def end_group(process, grace=GRACE):
    """Ends a program started with ``start_new_session`` and all its children."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        if not group_alive(process.pid):
            return


@contextlib.contextmanager
def started(command, log, **options):
    """Runs ``command`` in a group of its own while the block lasts; output goes to the file ``log``."""
    if _interrupted.is_set():
        raise Stop(Exit.INTERRUPTED, 'Interrupted.')
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open('ab') as out:
        process = subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            **{'stdin': subprocess.DEVNULL, 'cwd': '/', **options})
        _running.add(process)
        try:
            yield process
        finally:
            end_group(process)
            _running.discard(process)


def run(command, log, limit, text=None, **options):
    """Runs ``command`` to its end and returns its exit code.

    :param limit: seconds; beyond them the whole process group is ended and the command stops
    :param text: what the program reads from its standard input
    """
    begin = time.monotonic()
    if text is not None:
        options['stdin'] = subprocess.PIPE
    with started(command, log, **options) as process:
        try:
            process.communicate(text.encode() if text is not None else None, timeout=limit)
        except subprocess.TimeoutExpired:
            name = pathlib.Path(str(command[0])).name
            raise Stop(Exit.TIME_LIMIT, f'{name} was still running after {time.monotonic() - begin:.0f} s and was '
                       f'ended; its log: {log}.', 'read the log, or set PAE_TIME_LIMIT (seconds) higher') from None
        return process.returncode


def output(command, limit=60, **options):
    """Standard output of a short program, or None when it cannot be started, fails or takes too long."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=limit,
                              check=True, stdin=subprocess.DEVNULL, **options)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def tail(log, lines=8):
    """The last lines of a log file, indented, for a terminal."""
    text = log.read_text(errors='replace') if log.exists() else ''
    return '\n'.join(f'    {line}' for line in text.splitlines()[-lines:])
