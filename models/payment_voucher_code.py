import hashlib
import json
import re

from odoo import api, models

TYPED_DIGITS = 16
MARK_DIGITS = 3
FULL_CODE = re.compile(r'^(?P<number>.+?)\s+(?P<digest>[0-9A-F]{64})(?:\s+(?P<marks>[0-9A-F]+))?$')
TYPED_CODE = re.compile(r'^(?P<number>.+?)\s+(?P<digest>(?:[0-9A-F]{4}[\s-]*){4,15}[0-9A-F]{0,4})$')


class AccountPayment(models.Model):
    """The code on a voucher: number, digest of the posted content, and one short mark for each part of the content.

    The digest says whether the payment is still what was printed, the marks say which part is not. All of it is plain
    upper-case text without an address: any scanner reads it, and nothing is looked up outside.
    """

    _inherit = 'account.payment'

    def _get_voucher_digest(self):
        """Return the digest of the posted content: the very one that was approved, unless a manager changed it."""
        return self._get_content_digest()

    def _get_voucher_content_values(self):
        """Return the content with what posting added to it: the entry's number."""
        return {**self._get_content_values(), 'name': self.sudo().name or ''}

    def _get_voucher_code(self):
        """Return the text of the QR code."""
        digest = self._get_voucher_digest()
        return f'{self.sudo().voucher_number} {digest} {self._get_voucher_marks(digest)}'.upper()

    def _get_voucher_typed_code(self):
        """Return the start of the digest in groups of four, for people without a scanner."""
        digest = self._get_voucher_digest()[:TYPED_DIGITS].upper()
        return ' '.join(digest[index:index + 4] for index in range(0, TYPED_DIGITS, 4))

    def _get_voucher_marks(self, digest):
        """Return the marks of the present content under the digest of a voucher, in the order of the sorted keys."""
        def mark(key, value):
            text = json.dumps([digest.lower(), key, value], ensure_ascii=False)
            return hashlib.sha256(text.encode()).hexdigest()[:MARK_DIGITS]
        return ''.join(mark(key, value) for key, value in sorted(self._get_voucher_content_values().items())).upper()

    def _get_voucher_differences(self, digest, marks):
        """Return the keys of the content that differ from a voucher's code.

        :return: list of keys, empty where nothing differs; None where the code does not tell which (it was typed, or
            another version printed it)
        """
        present = self._get_voucher_marks(digest)
        if len(marks or '') != len(present):
            return None
        return [
            key for index, key in enumerate(sorted(self._get_voucher_content_values()))
            if self._get_voucher_mark(marks, index) != self._get_voucher_mark(present, index)
        ]

    def _get_voucher_mark(self, marks, index):
        """Return the mark at `index`."""
        return marks[index * MARK_DIGITS:(index + 1) * MARK_DIGITS]

    @api.model
    def _parse_voucher_code(self, text):
        """Split what was scanned or typed.

        :return: dict with `number`, `digest` and `marks`; the last two empty where only a number was given
        """
        text = ' '.join((text or '').upper().split())
        match = FULL_CODE.match(text) or TYPED_CODE.match(text)
        if not match:
            return {'number': text, 'digest': '', 'marks': ''}
        parts = {'marks': '', **match.groupdict()}
        return {**parts, 'marks': parts['marks'] or '', 'digest': re.sub(r'[^0-9A-F]', '', parts['digest']).lower()}
