"""Stopping the tool exactly at one line of its journal. See gate/sitecustomize.py for how."""
import pathlib
import shutil
import tempfile
import time

PLACE = pathlib.Path(__file__).with_name('gate')


class Gate:
    """``event`` is such as 'begin switch'. The tool is killed there (``kill``), else held until :meth:`open`."""

    def __init__(self, event, kill=False):
        self.event, self.kill = event, kill
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='gate-'))

    def variables(self):
        return {'PYTHONPATH': str(PLACE), 'GATE_FOLDER': str(self.folder), 'GATE_EVENT': self.event,
                'GATE_KILL': 'yes' if self.kill else ''}

    @property
    def reached(self):
        return (self.folder / 'reached').exists()

    def wait(self, process, limit=600):
        """True once the tool stands at the gate; False when it ended without coming by."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self.reached:
                return True
            if process.poll() is not None:
                return self.reached
            time.sleep(0.01)
        return False

    def open(self):
        """Lets the tool go on."""
        (self.folder / 'go').touch()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
