"""The store page: what it shows is there, and nothing of it is loaded from elsewhere."""
from lxml import html

from odoo.modules.module import get_manifest
from odoo.tests import BaseCase, tagged
from odoo.tools import html_sanitize
from odoo.tools.misc import file_open

MODULE = 'payment_account_enhanced'
PNG = b'\x89PNG\r\n\x1a\n'


@tagged('post_install', '-at_install')
class TestStorePage(BaseCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open(f'{MODULE}/static/description/index.html') as page:
            cls.source = page.read()
        cls.page = html.fromstring(f'<div>{cls.source}</div>')

    def assertPicture(self, path):
        """The file is there and a PNG; where it is missing: make screenshots."""
        with file_open(f'{MODULE}/{path}', 'rb') as picture:
            self.assertEqual(picture.read(8), PNG, path)

    def test_pictures_are_there_and_described(self):
        pictures = self.page.xpath('//img')
        self.assertGreater(len(pictures), 6)
        for picture in pictures:
            with self.subTest(picture.get('src')):
                self.assertRegex(picture.get('src'), r'^\w+\.png$')
                self.assertPicture(f'static/description/{picture.get("src")}')
                self.assertGreater(len(picture.get('alt')), 20)

    def test_icon_and_banner(self):
        self.assertPicture('static/description/icon.png')
        self.assertTrue(get_manifest(MODULE)['images'])
        for image in get_manifest(MODULE)['images']:
            self.assertPicture(image)

    def test_nothing_comes_from_elsewhere(self):
        self.assertNotRegex(self.source, r'//|<script|<style|<link|<iframe|url\(|srcset')

    def test_sanitizer_of_odoo_takes_it_whole(self):
        clean = html.fromstring(html_sanitize(f'<div>{self.source}</div>'))
        self.assertEqual([node.tag for node in clean.iter()], [node.tag for node in self.page.iter()])
        self.assertEqual(clean.text_content().split(), self.page.text_content().split())
        self.assertEqual(clean.xpath('//img/@src'), self.page.xpath('//img/@src'))
