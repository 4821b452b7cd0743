"""A Chromium without a window, steered over its DevTools socket. Needs websocket-client and nothing else."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.request

import websocket

from dev.browser_tests import PROGRAMS

LIMIT = 90  # seconds for a page or a condition
WIDTH, HEIGHT = 1400, 860
SWITCHES = (
    '--headless=new', '--remote-debugging-port=0', '--remote-allow-origins=*', '--no-first-run', '--hide-scrollbars',
    '--disable-gpu', '--disable-extensions', '--disable-dev-shm-usage', '--force-color-profile=srgb', '--lang=en-US',
)


class Browser:
    """One page. Every method waits until what it asks for has happened, and raises TimeoutError after LIMIT."""

    def __init__(self, socket):
        self._socket = socket
        self._number = 0
        self.call('Page.enable')

    def call(self, method, **parameters):
        """The answer of the browser to one DevTools call."""
        self._number += 1
        self._socket.send(json.dumps({'id': self._number, 'method': method, 'params': parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get('id') == self._number:
                if 'error' in answer:
                    raise RuntimeError(f'{method}: {answer["error"]["message"]}')
                return answer['result']

    def run(self, script):
        """The value of a JavaScript expression; promises are awaited."""
        answer = self.call('Runtime.evaluate', expression=script, awaitPromise=True, returnByValue=True)
        if 'exceptionDetails' in answer:
            raise RuntimeError(f'{script}: {answer["exceptionDetails"]["exception"].get("description")}')
        return answer['result'].get('value')

    def wait(self, condition):
        """Returns when the JavaScript expression is true, and stays so while the page settles."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            with contextlib.suppress(RuntimeError):  # the page is just being replaced
                if self.run(f'Boolean({condition})'):
                    return
            time.sleep(0.2)
        raise TimeoutError(f'{condition} did not come true within {LIMIT} s')

    def open(self, url, condition='document.readyState === "complete"'):
        """Loads a page afresh, also where only the part after # is another."""
        self.call('Page.navigate', url='about:blank')
        self.call('Page.navigate', url=url)
        self.wait(f'location.href !== "about:blank" && {condition}')

    def size(self, width=WIDTH, height=HEIGHT):
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path, element='', transparent=False):
        """Writes what the window shows, or one element of it by its CSS selector, as a PNG file."""
        color = {'color': {'r': 0, 'g': 0, 'b': 0, 'a': 0}} if transparent else {}
        self.call('Emulation.setDefaultBackgroundColorOverride', **color)
        box = {'clip': {**self._box(element), 'scale': 1}} if element else {}
        data = self.call('Page.captureScreenshot', format='png', **box)['data']
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def _box(self, element):
        box = self.run(f'JSON.stringify(document.querySelector({json.dumps(element)}).getBoundingClientRect())')
        return {name: value for name, value in json.loads(box).items() if name in ('x', 'y', 'width', 'height')}


@contextlib.contextmanager
def opened():
    """A Browser while the block lasts; raises FileNotFoundError without Chromium."""
    program = next(filter(None, map(shutil.which, PROGRAMS['chromium'][0])), None)
    if not program:
        raise FileNotFoundError('There is no Chromium: apt-get install chromium')
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        root = ['--no-sandbox'] if os.geteuid() == 0 else []
        process = subprocess.Popen([program, *SWITCHES, *root, f'--user-data-dir={profile}', 'about:blank'],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            socket = websocket.create_connection(_page_address(pathlib.Path(profile)), timeout=LIMIT)
            with contextlib.closing(socket):
                browser = Browser(socket)
                browser.size()
                yield browser
        finally:
            process.terminate()
            process.wait(20)


def _page_address(profile):
    """Address of the socket of the first page, once the browser has written its port."""
    port, end = profile / 'DevToolsActivePort', time.monotonic() + LIMIT
    while not (port.is_file() and port.read_text().strip()):
        if time.monotonic() > end:
            raise TimeoutError('Chromium did not start')
        time.sleep(0.1)
    with urllib.request.urlopen(f'http://127.0.0.1:{port.read_text().split()[0]}/json', timeout=LIMIT) as answer:
        return next(page['webSocketDebuggerUrl'] for page in json.load(answer) if page['type'] == 'page')
