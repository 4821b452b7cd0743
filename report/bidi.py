"""Arabic and Latin in one line, for an engine that gets them wrong.

The wkhtmltopdf without patched Qt draws what follows a run of the other direction in the wrong place, so that words lie
over each other. A run in a box of its own is measured and drawn right.
"""
import re

from markupsafe import Markup, escape

RTL = r'\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF'
LTR = r'A-Za-z\u00C0-\u058F\u0900-\uFB1C'
# From the first letter of the other direction to the last one before the line's own direction starts again.
RTL_RUN = re.compile(rf'[{RTL}](?:[^{LTR}\d]*[{RTL}])?')
LTR_RUN = re.compile(rf'[{LTR}](?:[^{RTL}]*[{LTR}\d])?')
ANY_RTL = re.compile(rf'[{RTL}]')
BOX = Markup('<span dir="%s" style="display: inline-block">%s</span>')
EMBEDDED = Markup('<span dir="%s">%s</span>')


def mark_directions(text, rtl, patched):
    """Return `text` as markup for a line of the direction `rtl`.

    :param bool rtl: whether the line runs from right to left
    :param bool patched: whether the engine was built with the patched Qt, which needs no boxes
    """
    text = text or ''
    if rtl and not ANY_RTL.search(text):
        return EMBEDDED % ('ltr', text)
    if patched:
        return escape(text)
    run, direction = (LTR_RUN, 'ltr') if rtl else (RTL_RUN, 'rtl')
    marked, end = Markup(), 0
    for match in run.finditer(text):
        marked += escape(text[end:match.start()]) + BOX % (direction, match.group())
        end = match.end()
    return marked + escape(text[end:])
