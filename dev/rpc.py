"""A person at a browser, as far as the server can tell: logs in, presses buttons."""
import http.cookiejar
import json
import urllib.error
import urllib.request

LIMIT = 60  # seconds
REFUSAL = 'odoo.exceptions.UserError'


class Client:
    """Somebody logged in at one server. What they call comes back as (kind, what):

    'done' with the result, 'refused' with the message that the person reads, or 'fault …' with anything else.
    """

    def __init__(self, url, database, login):
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        kind, what = self._send('/web/session/authenticate', {'db': database, 'login': login, 'password': login})
        if kind != 'done' or not what['uid']:
            raise ValueError(f'{login} cannot log in at {url}: {what}')

    def call(self, model, method, *arguments, **context):
        """Calls a method as the web client does."""
        return self.execute(model, method, arguments, {'context': context})

    def execute(self, model, method, arguments, keywords):
        """The same with any keywords; the context is one of them."""
        return self._send(f'/web/dataset/call_kw/{model}/{method}', {
            'model': model, 'method': method, 'args': arguments, 'kwargs': keywords})

    def _send(self, path, params):
        body = json.dumps({'jsonrpc': '2.0', 'method': 'call', 'params': params}).encode()
        request = urllib.request.Request(self.url + path, body, {'Content-Type': 'application/json'})
        try:
            with self.opener.open(request, timeout=LIMIT) as answer:
                said = json.load(answer)
        except (urllib.error.URLError, OSError, ValueError) as error:
            return 'fault', str(error)
        if 'error' not in said:
            return 'done', said.get('result')
        data = said['error']['data']
        kind = 'refused' if data['name'] == REFUSAL else f'fault {data["name"]}'
        return kind, data['message']
