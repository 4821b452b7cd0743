"""``make translations``: the .pot by Odoo's own exporter, and the .po files brought up to it."""
import pathlib
import re
import subprocess

from dev import house
from dev.process import ROOT
from dev.report import Exit, Stop, say, step

I18N = ROOT / 'i18n'
POT = I18N / f'{house.MODULE}.pot'
# Runs with Odoo's Python, which has polib: terms that are gone go, new ones come empty, the others keep their text.
MERGE = """
import pathlib, sys, polib
pot = polib.pofile(sys.argv[1])
for path in map(pathlib.Path, sys.argv[2:]):
    po = polib.pofile(str(path), wrapwidth=78)
    po.merge(pot)
    for entry in [entry for entry in po if entry.obsolete]:
        po.remove(entry)
    for entry in po:
        if entry.fuzzy:
            entry.flags.remove('fuzzy')
            entry.msgstr = ''
    po.save()
    print(f'   {path.name}: {len(po.translated_entries())} of {len(pot)} terms translated')
"""


def translations():
    """Exports the terms of the addon and merges them into every language that is there."""
    I18N.mkdir(exist_ok=True)
    with house.opened() as home:
        source = home.template()
        with step('terms'), home.databases.scratch('terms', source) as database:
            home.need(database, house.logs() / 'terms-install.log', '--without-demo=all', '-i', house.MODULE)
            export(home, database, POT)
        files = sorted(map(str, I18N.glob('*.po')))
        done = subprocess.run([home.python, '-c', MERGE, POT, *files], check=False)
    if done.returncode:
        raise Stop(Exit.ODOO_FAILED, 'The terms could not be merged.', 'read what is said above')
    say(f'   {POT.relative_to(ROOT)}: {len(re.findall("^msgid ", POT.read_text(), re.M)) - 1} terms')


def export(home, database, path: pathlib.Path):
    """Writes what Odoo's exporter yields, without the lines that differ from one day or build to the next."""
    log = house.logs() / 'terms-export.log'
    code = home.run(database, log, f'--modules={house.MODULE}', f'--i18n-export={path}', '--stop-after-init')
    if code or ' ERROR ' in log.read_text():  # it leaves out the rest of a file that it cannot read
        raise Stop(Exit.ODOO_FAILED, f'Odoo did not export all terms; its log: {log}.', '')
    text = re.sub(r'^"(POT-Creation-Date|PO-Revision-Date): .*\n', '', path.read_text(), flags=re.M)
    path.write_text(re.sub(r'^("Project-Id-Version: Odoo Server 17\.0).*?(\\n"\n)', r'\1\2', text, flags=re.M))
