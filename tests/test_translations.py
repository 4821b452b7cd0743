"""The terms are those of the addon as it is; every language has all of them, with the same placeholders and tags."""
import io
import re
from collections import Counter

import polib
from lxml import html

from odoo.modules.module import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

MODULE = 'payment_account_enhanced'
LANGUAGES = ('ar', 'de', 'es', 'fr')
# %(name)s, %s, %d, and what templates of mails put in: {{ object.name }}
PLACEHOLDERS = re.compile(r'%\(\w+\)[a-z]|%[sdf%]|\{\{.*?\}\}')
# Attributes that people read: their texts are translated, all others stay.
READ_ATTRIBUTES = {'alt', 'aria-label', 'placeholder', 'title'}
# An expression of Python that Odoo exports like a text: it stays as it is.
EXPRESSIONS = {'object._get_voucher_file_name()'}
LOAD = f'Run: make translations; then translate what is empty in {MODULE}/i18n'


def read_terms(language, suffix='po'):
    return polib.pofile(file_path(f'{MODULE}/i18n/{language}.{suffix}'))


def placeholders(text):
    return Counter(PLACEHOLDERS.findall(text))


def tags(text):
    """The elements of a text with the attributes that a translation keeps, however they are ordered."""
    if '<' not in text:
        return Counter()
    return Counter(
        (node.tag, *sorted((name, value) for name, value in node.attrib.items() if name not in READ_ATTRIBUTES))
        for node in html.fragment_fromstring(text, create_parent=True).iterdescendants()
    )


def edges(text):
    """The blanks around a text: " and " joins other texts."""
    return len(text) - len(text.lstrip()), len(text) - len(text.rstrip())


def find_faults(entry):
    """What is wrong with one translated term, as short texts."""
    if entry.msgid in EXPRESSIONS:
        return [] if entry.msgstr == entry.msgid else ['an expression was changed']
    if not entry.msgstr.strip():
        return ['not translated']
    checks = (('fuzzy', entry.fuzzy), ('obsolete', entry.obsolete), *(
        (check.__name__, check(entry.msgid) != check(entry.msgstr)) for check in (placeholders, tags, edges)))
    return [name for name, wrong in checks if wrong]


@tagged('post_install', '-at_install')
class TestTranslations(TransactionCase):

    def test_terms_are_those_that_odoo_exports(self):
        buffer = io.BytesIO()
        trans_export(False, [MODULE], buffer, 'po', self.env.cr)
        exported = {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}
        self.assertGreater(len(exported), 400)
        self.assertEqual({entry.msgid for entry in read_terms(MODULE, 'pot')}, exported, LOAD)

    def test_faults_are_noticed(self):
        for msgid, msgstr in (
            ('Post', ''), ('%(name)s is late', '%(nom)s'), ('%(a)s', '%(a)s %(a)s'), ('<b>Post</b>', 'Poster'),
            ('<b t-out="a">Post</b>', '<b t-out="b">Poster</b>'), (' and ', 'et'), ('{{ object.name }} x', 'x'),
            ('object._get_voucher_file_name()', 'objet._get_voucher_file_name()'),
        ):
            with self.subTest(msgid=msgid, msgstr=msgstr):
                self.assertTrue(find_faults(polib.POEntry(msgid=msgid, msgstr=msgstr)))
        self.assertEqual(find_faults(polib.POEntry(msgid='Post', msgstr='Poster', flags=['fuzzy'])), ['fuzzy'])
        for msgid, msgstr in (
            ('%(a)s of %(b)s', '%(b)s: %(a)s'), ('<i title="Late" class="fa"/>', '<i title="Tard" class="fa"/>'),
        ):
            self.assertEqual(find_faults(polib.POEntry(msgid=msgid, msgstr=msgstr)), [])

    def test_every_language_is_complete(self):
        wanted = {entry.msgid for entry in read_terms(MODULE, 'pot')}
        for language in LANGUAGES:
            terms = read_terms(language)
            with self.subTest(language=language):
                self.assertEqual({entry.msgid for entry in terms if not entry.obsolete}, wanted, LOAD)
            for entry in terms:
                with self.subTest(language=language, term=entry.msgid[:80]):
                    self.assertEqual(find_faults(entry), [])

    def test_arabic_is_written_in_arabic(self):
        """What was left in English on purpose or by mistake shows by its letters."""
        latin = [entry.msgid for entry in read_terms('ar')
                 if entry.msgid not in EXPRESSIONS and not re.search(r'[\u0600-\u06ff]', entry.msgstr)]
        self.assertEqual([term for term in latin if PLACEHOLDERS.sub('', term).strip(' :→,.')], [])

    def test_odoo_takes_every_language(self):
        """Loaded as an administrator would, the texts of views, records and code speak the language."""
        self.assertTrue(get_module_path(MODULE))
        view = self.env.ref(f'{MODULE}.payment_reject_view_form')
        group = self.env.ref(f'{MODULE}.group_payment_reviewer')
        for code in ('ar_001', 'de_DE', 'es_ES', 'fr_FR'):
            self.env['res.lang']._activate_lang(code)
            self.env['ir.module.module'].search([('name', '=', MODULE)])._update_translations(code)
            with self.subTest(code):
                self.assertNotEqual(group.with_context(lang=code).name, 'Payment Reviewer')
                self.assertNotIn('The payments go back to draft', view.with_context(lang=code).arch)
                summary = self.env['res.config.settings'].with_context(lang=code).create({}).payment_approval_summary
                self.assertNotIn('Vendor payments', summary)
