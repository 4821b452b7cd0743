"""Building faulty releases: a copy of this addon with one fault each, and what the code check must say of it.

``STOP`` and ``WARNING`` are the level at which the code check finds it; ``REHEARSAL`` marks those that files alone
cannot show, with the reason: the rehearsal finds them.
"""
import dataclasses
import re

from deploy import release

STOP, WARNING, REHEARSAL = 'stop', 'warning', 'rehearsal'
ALL = []
ACCESS = 'security/ir.model.access.csv'
LINE = 'access_fault,fault,{},{},1,0,0,0\n'


@dataclasses.dataclass(frozen=True)
class Fault:
    """``mutate(folder)`` puts the fault into a good release; ``says`` is in the finding's line, or the reason."""
    name: str
    mutate: object
    level: str
    says: str


def fault(name, mutate, says, level=STOP):
    ALL.append(Fault(name, mutate, level, says))


def edit(file, old, new):
    """Replaces a text, which must be there."""
    def mutate(folder):
        path = folder / file
        text = path.read_text()
        assert old in text, f'{file} holds no {old!r}'
        path.write_text(text.replace(old, new, 1))
    return mutate


def add(file, text):
    """Adds a text at the end of a file, or makes the file."""
    def mutate(folder):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if path.exists() else '') + text)
    return mutate


def both(*mutations):
    def mutate(folder):
        for one in mutations:
            one(folder)
    return mutate


def record(text):
    """A data file of its own, listed at the end of the manifest."""
    return both(add('data/fault.xml', f'<?xml version="1.0" encoding="utf-8"?>\n<odoo>\n{text}\n</odoo>\n'),
                listed('data/fault.xml'))


def listed(name):
    return edit('__manifest__.py', "        'wizards/payment_history_verify_views.xml',\n",
                f"        'wizards/payment_history_verify_views.xml',\n        '{name}',\n")


def group(more='', name='x'):
    """A record as text: a group of users with more fields."""
    return f'<record id="fault" model="res.groups"><field name="name">{name}</field>{more}</record>'


def implies(name):
    return record(group(f'<field name="implied_ids" eval="[(4, ref(\'{name}\'))]"/>'))


def rule(model):
    return record('<record id="fault" model="ir.rule"><field name="name">x</field>'
                  f'<field name="model_id" ref="{model}"/></record>')


def view(arch, model='account.payment', more=''):
    return record(f'<record id="fault_view" model="ir.ui.view"><field name="name">fault</field>'
                  f'<field name="model">{model}</field>{more}<field name="arch" type="xml">{arch}</field></record>')


def inherit(arch, parent='account.view_account_payment_form'):
    return view(arch, more=f'<field name="inherit_id" ref="{parent}"/>')


def python(text, imports='from odoo import api, fields, models\n'):
    """One more model file, imported."""
    return both(add('models/fault.py', f'{imports}\n\n{text}\n'), add('models/__init__.py', 'from . import fault\n'))


def payment(body):
    lines = ''.join(f'    {line}\n' for line in body.splitlines())
    return python(f"class AccountPayment(models.Model):\n    _inherit = 'account.payment'\n\n{lines}")


def migration(version='', name='post-fault.py', text='def migrate(cr, version):\n    pass\n'):
    """A migration script of a version, the release's own unless given."""
    return lambda folder: add(f'migrations/{version or release.version(folder)}/{name}', text)(folder)


def po(entry, head=True):
    start = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n' if head else ''
    return add('i18n_extra/fr.po', f'{start}{entry}\n')  # there is no .pot beside it


def remove(file):
    return lambda folder: (folder / file).unlink()


def content(file, change):
    """Changes the bytes of a file."""
    return lambda folder: (folder / file).write_bytes(change((folder / file).read_bytes()))


def manifest(pattern, new):
    def mutate(folder):
        text, count = re.subn(pattern, new, (folder / '__manifest__.py').read_text(), count=1)
        assert count, pattern
        (folder / '__manifest__.py').write_text(text)
    return mutate


def wrong_order(folder):
    add('data/fault.xml', '<odoo><menuitem id="fault_menu" name="x" action="fault_action"/></odoo>')(folder)
    add('data/later.xml', '<odoo><record id="fault_action" model="ir.actions.act_window"><field name="name">x</field>'
                          '<field name="res_model">account.payment</field></record></odoo>')(folder)
    listed('data/later.xml')(folder)
    listed('data/fault.xml')(folder)


def other_addon(folder):
    """A good addon, of another name and with nothing in common."""
    for path in sorted(folder.rglob('*'), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    (folder / '__init__.py').write_text('')
    (folder / 'data.xml').write_text(f'<odoo>{group()}</odoo>')
    (folder / '__manifest__.py').write_text("{'name': 'Other', 'version': '17.0.9.0.0', 'license': 'LGPL-3', "
                                            "'depends': ['base'], 'data': ['data.xml']}")
