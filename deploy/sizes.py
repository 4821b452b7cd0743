"""How large folders are, how much removing them gives back, and a folder watched while it grows."""
import contextlib
import os
import stat
import threading

EVERY = 0.5  # seconds between two looks at a growing folder
BLOCK = 512  # bytes, what st_blocks counts


def _states(folder):
    """lstat of every file below a folder; what disappears meanwhile is passed over."""
    for place, _folders, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                yield os.lstat(os.path.join(place, name))


def of_tree(folder):
    """Bytes of the files below a folder."""
    return sum(state.st_size for state in _states(folder))


def freed_by(folder):
    """Bytes that removing a folder gives back: a file with other hard links gives nothing."""
    return sum(state.st_blocks * BLOCK for state in _states(folder)
               if stat.S_ISREG(state.st_mode) and state.st_nlink == 1)


@contextlib.contextmanager
def watched(folder, progress):
    """Advances a progress by the bytes that a folder grows while the block lasts."""
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(folder, progress, ended), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch(folder, progress, ended):
    while not ended.wait(EVERY):
        progress.advance(max(of_tree(folder) - progress.done, 0))
