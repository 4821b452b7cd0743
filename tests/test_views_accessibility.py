"""Nobody who listens to a screen meets a button or a picture without a name: every view of this addon is walked."""
from lxml import etree

from odoo.tests import TransactionCase, tagged

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
        records = cls.env['ir.model.data'].search([('module', '=', MODULE), ('model', '=', 'ir.ui.view')])
        cls.views = cls.env['ir.ui.view'].browse(records.mapped('res_id')).exists()

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
