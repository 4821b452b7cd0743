"""The checkers see what they are there to see."""
import subprocess
import sys

import pytest

from dev import oca_checks, xml_check

GOOD = '<?xml version="1.0" encoding="utf-8" ?>\n<odoo>\n    <record id="a" model="b">\n        <field name="c" />\n' \
       '    </record>\n</odoo>\n'


@pytest.mark.parametrize(('text', 'said'), [
    (GOOD.replace('</record>', '</recor>'), 'not well-formed: mismatched tag'),
    (GOOD.replace('    <record', '  <record'), ':3: <record> stands at column 2, its level is column 4'),
    (GOOD.replace('    </record>', '</record>'), ':5: </record> stands at column 0'),
    (GOOD.replace('        <field', '\t<field'), 'tab'),
    (GOOD.replace('b">', 'b"> '), ':3: tab or blank'),
    (GOOD.rstrip(), 'no line break at the end'),
])
def test_bad_xml(tmp_path, text, said):
    (tmp_path / 'a.xml').write_text(text)
    assert said in '\n'.join(xml_check.problems(tmp_path / 'a.xml'))
    assert xml_check.main([tmp_path / 'a.xml']) == 1


def test_good_xml(tmp_path):
    text = GOOD.replace('"c" />', '"c">text <b>bold</b></field>').replace('<odoo>', '<odoo\n>')
    (tmp_path / 'a.xml').write_text(text)
    assert xml_check.problems(tmp_path / 'a.xml') == []


def test_the_oca_checks_get_a_copy_that_looks_like_a_module(tmp_path):
    module = oca_checks.copy(tmp_path)
    assert module.name == 'payment_account_enhanced'
    assert (module / '__manifest__.py').is_file()
    assert (tmp_path / '.git').is_dir()
    assert not (module / 'dev').exists()


def test_xml_check_is_a_program(tmp_path):
    (tmp_path / 'a.xml').write_text('<a>')
    done = subprocess.run([sys.executable, xml_check.__file__, str(tmp_path / 'a.xml')], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1
    assert 'not well-formed' in done.stdout
