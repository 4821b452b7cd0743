"""Whether XML files are well-formed and laid out alike: 4 spaces a level, no tabs, no blanks at line ends."""
import pathlib
import sys
import xml.parsers.expat

INDENT = 4


def problems(path):
    """Lines that say what is wrong with one file, as path:line: text."""
    text = path.read_bytes()
    found = [(number, 'tab or blank at the end of the line, or a tab in it')
             for number, line in enumerate(text.decode().splitlines(), 1) if line != line.rstrip() or '\t' in line]
    if not text.endswith(b'\n'):
        found.append((text.count(b'\n') + 1, 'no line break at the end of the file'))
    try:
        found += _misplaced(text)
    except xml.parsers.expat.ExpatError as error:
        found.append((error.lineno, f'not well-formed: {xml.parsers.expat.ErrorString(error.code)}'))
    return [f'{path}:{line}: {what}' for line, what in sorted(found)]


def _misplaced(text):
    """(line, text) for each tag that is the first on its line and not at its level's column."""
    lines, found, depth = text.decode().splitlines(), [], 0
    parser = xml.parsers.expat.ParserCreate()

    def look(name):
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber
        lead = len(lines[line - 1]) - len(lines[line - 1].lstrip())
        if column == lead and column != depth * INDENT:
            found.append((line, f'<{name}> stands at column {column}, its level is column {depth * INDENT}'))

    def start(name, _attributes):
        nonlocal depth
        look(name)
        depth += 1

    def end(name):
        nonlocal depth
        depth -= 1
        look(f'/{name}')

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(text, True)
    return found


def main(names):
    """Prints all problems of the files; 1 when there is one."""
    found = [problem for name in names for problem in problems(pathlib.Path(name))]
    print('\n'.join(found) or f'{len(names)} XML files are well-formed and laid out alike')
    return int(bool(found))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
