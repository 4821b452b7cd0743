"""Loaded by every Python that is started with this folder on PYTHONPATH: stops the tool at one line of its journal.

The tool itself knows nothing of it. After each line the tool opens the journal's folder, to force it to disk: an audit
hook sees that, reads the last line, and when it is the one waited for it kills the process, or holds it for a while.
"""
import json
import os
import signal
import sys
import time

FOLDER = os.environ.get('GATE_FOLDER', '')
EVENT = os.environ.get('GATE_EVENT', '')      # such as "begin switch"
KILL = os.environ.get('GATE_KILL', '')
LIMIT = 300  # seconds
_busy = []


def _last(folder):
    try:
        with open(os.path.join(folder, 'journal.jsonl'), encoding='utf-8', errors='replace') as handle:
            entry = json.loads(handle.readlines()[-1])
    except (OSError, ValueError, IndexError):
        return ''
    return f'{entry.get("event", "")} {entry.get("step", "")}'.strip()


def _hook(name, arguments):
    if name != 'open' or _busy or not isinstance(arguments[0], (str, os.PathLike)):
        return
    folder = os.fspath(arguments[0])
    if os.path.basename(os.path.dirname(folder)) != 'deployments' or not os.path.isdir(folder):
        return
    _busy.append(1)
    try:
        if _last(folder) == EVENT and not os.path.exists(os.path.join(FOLDER, 'reached')):
            _stop(folder)
    finally:
        _busy.clear()


def _stop(folder):
    with open(os.path.join(FOLDER, 'reached'), 'w') as handle:
        handle.write(folder)
    if KILL:
        os.kill(os.getpid(), signal.SIGKILL)
    end = time.monotonic() + LIMIT
    while time.monotonic() < end and not os.path.exists(os.path.join(FOLDER, 'go')):
        time.sleep(0.005)


if FOLDER and 'deploy' in ' '.join(sys.orig_argv):
    sys.addaudithook(_hook)
