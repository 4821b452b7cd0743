"""Processes of this machine, read from /proc."""
import dataclasses
import os
import pathlib
import time

STATE, PARENT, NICE, START = 0, 1, 16, 19  # fields of /proc/<id>/stat after the name


@dataclasses.dataclass(frozen=True)
class Process:
    """``started``: seconds since 1970."""
    pid: int
    parent: int
    nice: int
    started: float
    command: str


def table():
    """{process id: Process} of all processes that can be read."""
    since = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    tick = os.sysconf('SC_CLK_TCK')
    found = {}
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            fields = (path / 'stat').read_text(errors='replace').rpartition(')')[2].split()
            words = (path / 'cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace').strip()
        except OSError:
            continue
        if fields[STATE] != 'Z':
            found[int(path.name)] = Process(int(path.name), int(fields[PARENT]), int(fields[NICE]),
                                            since + int(fields[START]) / tick, words)
    return found


def alive(processes):
    """Those of some processes that still run, not others with the same numbers."""
    now = table()
    return [one for one in processes if one.pid in now and abs(now[one.pid].started - one.started) < 1]


def descendants(pids):
    """These processes and all that they started, as far as they live: list of Process, the oldest first."""
    processes = table()
    wanted = set(pids)
    while True:
        more = {one.pid for one in processes.values() if one.parent in wanted} - wanted
        if not more:
            return sorted((processes[pid] for pid in wanted if pid in processes), key=lambda one: one.started)
        wanted |= more
