"""The store page: what it shows is there, and nothing of it is loaded from elsewhere."""
from lxml import html

from odoo.modules.module import get_manifest, get_resource_path
from odoo.tests import BaseCase, tagged
from odoo.tools import html_sanitize

MODULE = 'payment_account_enhanced'
PNG = b'\x89PNG\r\n\x1a\n'


@tagged('post_install', '-at_install')
class TestStorePage(BaseCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(get_resource_path(MODULE, 'static', 'description', 'index.html'), encoding='utf-8') as page:
            cls.source = page.read()
        cls.page = html.fromstring(f'<div>{cls.source}</div>')

    def assertPicture(self, *path):
        file = get_resource_path(MODULE, *path)
        self.assertTrue(file, f'{path[-1]} is missing: make screenshots')
        with open(file, 'rb') as picture:
            self.assertEqual(picture.read(8), PNG, path[-1])

    def test_pictures_are_there_and_described(self):
        pictures = self.page.xpath('//img')
        self.assertGreater(len(pictures), 6)
        for picture in pictures:
            with self.subTest(picture.get('src')):
                self.assertRegex(picture.get('src'), r'^\w+\.png$')
                self.assertPicture('static', 'description', picture.get('src'))
                self.assertGreater(len(picture.get('alt')), 20)

    def test_icon_and_banner(self):
        self.assertPicture('static', 'description', 'icon.png')
        self.assertTrue(get_manifest(MODULE)['images'])
        for image in get_manifest(MODULE)['images']:
            self.assertPicture(*image.split('/'))

    def test_nothing_comes_from_elsewhere(self):
        self.assertNotRegex(self.source, r'//|<script|<style|<link|<iframe|url\(|srcset')

    def test_sanitizer_of_odoo_takes_it_whole(self):
        clean = html.fromstring(html_sanitize(f'<div>{self.source}</div>'))
        self.assertEqual([node.tag for node in clean.iter()], [node.tag for node in self.page.iter()])
        self.assertEqual(clean.text_content().split(), self.page.text_content().split())
        self.assertEqual(clean.xpath('//img/@src'), self.page.xpath('//img/@src'))
