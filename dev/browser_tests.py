"""Browser tests that Odoo skips without a word where Chromium or websocket-client is missing."""
import ast
import re
import shutil

from dev.process import ROOT

REASON = re.compile(r'chrom|websocket|devtools|dev tools', re.IGNORECASE)
BROWSER_CALLS = re.compile(r'\b(start_tour|browser_js)\(')
PROGRAMS = {
    'chromium': (('google-chrome', 'chromium', 'chromium-browser', 'google-chrome-stable'), 'browser tests'),
    'wkhtmltopdf': (('wkhtmltopdf',), 'tests of printed documents'),
    'poppler-utils': (('pdftotext',), 'tests that read printed documents'),
}


def is_browser_skip(key, reason):
    """True when a skipped test would have used a browser; ``key`` is (module, 'Class.method' or 'setUpClass (...)')."""
    return bool(REASON.search(reason)) or bool(BROWSER_CALLS.search(_source(*key)))


def _source(module, name):
    """Source of a test method, or of the class when its set-up was skipped; '' when it is not found."""
    inside = re.match(r'\w+ \((.*)\)$', name)
    dotted = inside[1] if inside else f'{module}.{name.rsplit(".", 1)[0]}'
    path = ROOT / 'tests' / f'{dotted.split(".")[-2]}.py'
    if not path.is_file():
        return ''
    text = path.read_text()
    wanted = {dotted.split('.')[-1]} if inside else {name.rsplit('.', 1)[-1]}
    parts = [ast.get_source_segment(text, node) or '' for node in ast.walk(ast.parse(text))
             if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in wanted]
    return '\n'.join(parts)


def missing_programs():
    """(Debian package, what it is for) for each system program that some tests need and that is not here."""
    return [(package, purpose) for package, (names, purpose) in PROGRAMS.items()
            if not any(map(shutil.which, names))]
