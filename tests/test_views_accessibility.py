"""Nobody who listens to a screen meets a button or a picture without a name: every view of this addon is walked."""
import re

from lxml import etree

from odoo.modules.module import get_manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import html2plaintext

MODULE = 'payment_account_enhanced'
NAMING = ('title', 'aria-label', 'string', 'alt', 'aria-labelledby', 't-att-title', 't-att-aria-label', 't-attf-title',
          't-attf-aria-label', 't-att-alt')
IMAGES = "//i[contains(concat(' ', @class), ' fa')] | //span[contains(concat(' ', @class), ' fa ')] | //img"
BUTTONS = "//button | //a[@type='object' or @type='action' or contains(@class, 'btn')]"


def has_name(node):
    """Whether the element is named by an attribute."""
    return any(node.get(name, '').strip() for name in NAMING) or node.get('aria-hidden') == 'true'


def has_text(node):
    """Whether people can read something in the element: text, or a field or expression that prints text."""
    texts = (text.strip() for text in node.itertext())
    prints = node.xpath('.//field | .//*[@t-out or @t-esc or @t-field]')
    return any(texts) or bool(prints)


def unnamed(arch):
    """The buttons and images of a view that nobody could name, as short texts."""
    root = etree.fromstring(arch)
    found = [node for node in root.xpath(IMAGES) if not has_name(node)]
    found += [node for node in root.xpath(BUTTONS)
              if not (has_name(node) or has_text(node) or any(map(has_name, node.iterdescendants('i', 'img'))))]
    return [etree.tostring(node, encoding='unicode', with_tail=False).strip()[:200] for node in found]


@tagged('post_install', '-at_install')
class TestViewsAccessibility(TransactionCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.views = cls.of_this_addon('ir.ui.view')
        # White paper and mail: no screen that could be dark
        papers = (f'{MODULE}.report_payment_voucher', f'{MODULE}.payment_reminder')
        cls.papers = cls.views.filtered(lambda view: (view.key or '').startswith(papers))

    @classmethod
    def of_this_addon(cls, model):
        names = cls.env['ir.model.data'].search([('module', '=', MODULE), ('model', '=', model)])
        return cls.env[model].browse(names.mapped('res_id')).exists()

    def test_the_walk_finds_views_with_buttons_and_images(self):
        archs = [etree.fromstring(view.arch) for view in self.views]
        self.assertGreater(len(archs), 15)
        self.assertGreater(sum(len(arch.xpath(BUTTONS)) for arch in archs), 15)
        self.assertGreater(sum(len(arch.xpath(IMAGES)) for arch in archs), 3)

    def test_the_walk_notices_what_has_no_name(self):
        for arch in (
            '<form><i class="fa fa-lock"/></form>', '<form><img src="/x.png"/></form>',
            '<form><button name="x" type="object" icon="fa-check"/></form>',
            '<form><button name="x" type="object"><i class="fa fa-check"/></button></form>',
            '<kanban><a type="object" name="x"><span class="fa fa-bars"/></a></kanban>',
        ):
            with self.subTest(arch):
                self.assertTrue(unnamed(arch))
        for arch in (
            '<form><i class="fa fa-lock" title="Locked" role="img"/></form>', '<form><img src="/x" alt="Logo"/></form>',
            '<form><button name="x" type="object" string="Go" icon="fa-check"/></form>',
            '<form><button name="x" type="object"><i class="fa fa-check" title="Go"/></button></form>',
            '<form><button name="x" type="object"><field name="count" widget="statinfo"/></button></form>',
        ):
            with self.subTest(arch):
                self.assertFalse(unnamed(arch))

    def test_every_button_and_image_has_a_name(self):
        for view in self.views:
            with self.subTest(view=view.key or view.name, id=view.xml_id):
                self.assertEqual(unnamed(view.arch), [])

    def test_pictured_icons_say_that_they_are_pictures(self):
        """A title on an <i> is read aloud only where the element has the role of an image or a label of its own."""
        for view in self.views:
            for icon in etree.fromstring(view.arch).xpath("//i[contains(concat(' ', @class), ' fa')]"):
                with self.subTest(view=view.xml_id, icon=icon.get('class')):
                    self.assertTrue(
                        icon.get('role') == 'img' or icon.get('aria-hidden') == 'true' or has_text(icon.getparent()))

    def test_alerts_have_a_role(self):
        for view in self.views:
            for alert in etree.fromstring(view.arch).xpath("//div[contains(concat(' ', @class, ' '), ' alert ')]"):
                with self.subTest(view=view.xml_id, alert=alert.get('name') or alert.get('invisible')):
                    self.assertIn(alert.get('role'), ('alert', 'status', 'note', 'alertdialog'))

    def test_no_fixed_colours(self):
        """Dark and light: views say what something means, the style of the web client gives it its colour."""
        fixed = re.compile(r'#[0-9a-f]{3,8}\b|rgba?\(|\b(?:bg|text)-(?:white|black|light|dark)\b', re.IGNORECASE)
        self.assertTrue(fixed.search('<p style="color: #FFF"/>') and fixed.search('<p class="bg-white"/>'))
        for view in self.views - self.papers:
            for node in etree.fromstring(view.arch).iter(etree.Element):
                for name in ('style', 'class', 'color', 'bgcolor', 'colors'):
                    with self.subTest(view=view.xml_id, node=node.tag, attribute=name):
                        self.assertNotRegex(node.get(name, ''), fixed)

    def test_no_styles_of_our_own(self):
        manifest = get_manifest(MODULE)
        self.assertEqual(set(manifest['assets']), {'web.assets_tests'}, 'Look at new styles in dark, too')

    def test_every_list_explains_what_to_do_when_it_is_empty(self):
        actions = self.of_this_addon('ir.actions.act_window')
        lists = actions.filtered(lambda action: action.view_mode != 'form')
        self.assertGreater(len(lists), 5)
        for action in lists:
            with self.subTest(action=action.xml_id):
                self.assertGreater(len(html2plaintext(action.help or '')), 40)


@tagged('post_install', '-at_install')
class TestViewsKeys(TransactionCase):
    """Every button of ours has a key, and none that the web client or another button of the form has already."""

    # New, save, discard, to the pager and back, the gear, the breadcrumb: with Alt, on every form.
    WEB_CLIENT = set('csjpnub')

    def test_keys_of_the_payment_form(self):
        ours = self.env['ir.ui.view'].search([('model', '=', 'account.payment'), ('type', '=', 'form')]).filtered(
            lambda view: (view.xml_id or '').startswith(f'{MODULE}.'))
        buttons = [button for view in ours for button in etree.fromstring(view.arch).xpath('//button[@name]')]
        self.assertGreater(len(buttons), 8)
        keys = {}
        for button in buttons:
            keys.setdefault(button.get('data-hotkey'), []).append(button.get('name'))
        self.assertNotIn(None, keys)
        self.assertFalse(self.WEB_CLIENT & set(keys))
        # One next step at a time: the buttons of the chain share a key.
        self.assertEqual(len(keys.pop('q')), 5)
        self.assertEqual({key: names for key, names in keys.items() if len(names) > 1}, {})

    def test_keys_of_dialogs(self):
        for model in ('payment.reject', 'payment.reset', 'payment.voucher.verify', 'payment.history.verify',
                      'payment.approval.dry.run'):
            arch = etree.fromstring(self.env[model].get_view(view_type='form')['arch'])
            with self.subTest(model):
                for button in arch.xpath('//footer/button'):
                    self.assertTrue(button.get('data-hotkey'), button.get('string'))
                keys = arch.xpath('//footer/button/@data-hotkey')
                self.assertEqual(len(keys), len(set(keys)))
