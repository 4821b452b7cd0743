"""A browser, as far as an Odoo can tell: pages, cookies, calls as the web client makes them; never through a proxy."""
import dataclasses
import http.cookiejar
import json
import socket
import urllib.error
import urllib.request

LIMIT = 60  # seconds
COOKIE = 'session_id'


@dataclasses.dataclass(frozen=True)
class Answer:
    """``status`` is 0 when nobody answered; ``text`` is then the reason. ``url``: where redirections led."""
    status: int
    text: str
    url: str = ''


class CallFailed(Exception):
    """What the server said instead of a result."""


class Client:
    """One visitor at one address, with a session when it was given one."""

    def __init__(self, url, sid=''):
        self.url = url.rstrip('/')
        self.jar = http.cookiejar.CookieJar()
        self.sid = sid
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar))

    def sessions(self):
        """Ids of the sessions that the server gave to this visitor."""
        return {cookie.value for cookie in self.jar if cookie.name == COOKIE}

    def get(self, path, limit=LIMIT):
        return self._open(urllib.request.Request(self.url + path), limit)

    def call(self, path, limit=LIMIT, **parameters):
        """Result of a JSON-RPC call; CallFailed with the server's message."""
        body = json.dumps({'jsonrpc': '2.0', 'method': 'call', 'params': parameters}).encode()
        answer = self._open(urllib.request.Request(
            self.url + path, body, {'Content-Type': 'application/json'}), limit)
        try:
            said = json.loads(answer.text)
        except ValueError:
            raise CallFailed(f'HTTP {answer.status}: {answer.text[:200]}') from None
        if 'error' in said:
            error = said['error']
            raise CallFailed(str(error.get('data', {}).get('message') or error.get('message')))
        return said.get('result')

    def method(self, model, name, *arguments, **keywords):
        """Calls a method of a model as the web client does."""
        return self.call(f'/web/dataset/call_kw/{model}/{name}',
                         model=model, method=name, args=arguments, kwargs=keywords)

    def _open(self, request, limit):
        if self.sid:
            request.add_header('Cookie', f'{COOKIE}={self.sid}')
        try:
            with self.opener.open(request, timeout=limit) as answer:
                return Answer(answer.status, answer.read().decode(errors='replace'), answer.url)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read().decode(errors='replace'), error.url)
        except (OSError, ValueError) as error:  # URLError is an OSError
            return Answer(0, str(getattr(error, 'reason', error)))


def free_port():
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]
