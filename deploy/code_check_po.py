"""Translations: files that Odoo can read, placeholders kept."""
import re

from deploy.finding import stop, warning

PLACEHOLDER = re.compile(r'%(?:\((\w+)\))?[-+#0]*\d*(?:\.\d+)?([sdrfiuxX])')
LINE = re.compile(r'^(?:(msgid|msgid_plural|msgstr(?:\[\d\])?|msgctxt)\s+)?"((?:[^"\\]|\\.)*)"\s*$')


def findings(code):
    for name in code.files:
        if name.startswith('i18n') and name.endswith(('.po', '.pot')):
            yield from _file(code, name)


def _file(code, name):
    try:
        text = code.path(name).read_bytes().decode('utf-8')
    except UnicodeDecodeError as error:
        yield stop(name, f'is not UTF-8 at byte {error.start}', 'save it as UTF-8')
        return
    pot = f'{name.rpartition("/")[0]}/{code.module}.pot' in code.files
    seen = {}
    for entry in entries(text):
        if entry.error:
            yield stop(f'{name}:{entry.line}', 'is no line of a po file',
                       'correct it: Odoo would refuse the whole file')
            return
        if not entry.source:
            continue
        if not entry.module and not pot:
            yield stop(f'{name}:{entry.line}', 'has no "#. module:" above it: Odoo fails on it', 'export the file anew')
        if entry.source in seen:
            yield warning(f'{name}:{entry.line}', f'translates what line {seen[entry.source]} translates', 'keep one')
        seen.setdefault(entry.source, entry.line)
        if entry.code and entry.text:
            yield from _placeholders(name, entry)


def _placeholders(name, entry):
    """A translation of a message of the code must name the values that the message names: else Odoo logs an error each
    time and shows the original."""
    wanted, given = (sorted(map(str, PLACEHOLDER.findall(text.replace('%%', '')))) for text in (entry.source,
                                                                                                entry.text))
    if wanted != given:
        yield warning(f'{name}:{entry.line}',
                      f'the placeholders of {entry.source[:40]!r} and of its translation differ',
                    'use the same in both')


class Entry:
    def __init__(self, line):
        self.line, self.source, self.text, self.error = line, '', '', False
        self.module, self.code, self.part = False, False, ''

    def add(self, part, text):
        self.part = part or self.part
        if self.part == 'msgid':
            self.source += text
        elif self.part.startswith('msgstr'):
            self.text += text
        return bool(self.part)


def entries(text):
    """The entries of a po file, with the line of their msgid; reading ends at a line that is none."""
    entry = Entry(1)
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith('#~') or not line.strip():
            continue
        if line.startswith('#'):
            if entry.part:
                yield entry
                entry = Entry(number)
            entry.module |= line.startswith(('#. module:', '#. modules:'))
            entry.code |= line.startswith('#: code:') or ' code:' in line
            continue
        match = LINE.match(line)
        if match and match[1] == 'msgid' and entry.part:
            yield entry
            entry = Entry(number)
        if not match or not entry.add(match[1], match[2]):
            entry.line, entry.error = number, True
            yield entry
            return
        if match[1] == 'msgid':
            entry.line = number
    if entry.part:
        yield entry
