"""What preflight says of the programs that the voucher needs, with the Python and the odoo.conf of a real service."""
import dataclasses

from deploy import preflight, preflight_voucher
from deploy.finding import OK, STOP, WARNING


def found(settings):
    return {one.subject: one for one in preflight_voucher.findings(settings, None)}


def with_conf(settings, tmp_path, options=''):
    path = tmp_path / 'odoo.conf'
    path.write_text(f'[options]\n{options}\n')
    return dataclasses.replace(settings, conf=str(path))


def python(place, options=''):
    """The command of an Odoo whose Python is the system's, started with ``options``."""
    path = place / 'python3'
    path.write_text(f'#!/bin/sh\nexec /usr/bin/python3 {options} "$@"\n')
    path.chmod(0o755)
    return str(path), 'odoo-bin'


def test_a_service_that_can_print_it(odoo_home):
    assert found(odoo_home.settings)['code on the voucher'].level == OK


def test_a_python_that_cannot_draw_the_code(settings, tmp_path):
    one = found(dataclasses.replace(settings, odoo=python(tmp_path, '-I -S')))['code on the voucher']
    assert one.level == STOP
    assert "No module named 'reportlab'" in one.text
    assert 'python3-renderpm' in one.remedy


def test_wkhtmltopdf_is_looked_for_where_odoo_looks(settings, tmp_path, monkeypatch):
    monkeypatch.setenv('PATH', str(tmp_path / 'nothing'))
    mine = dataclasses.replace(settings, odoo=python(tmp_path))
    one = found(with_conf(mine, tmp_path))['wkhtmltopdf']
    assert one.level == WARNING
    assert 'bin_path' in one.remedy
    program = tmp_path / 'wkhtmltopdf'
    program.write_text('#!/bin/sh\n')
    program.chmod(0o755)
    one = found(with_conf(mine, tmp_path, f'bin_path = {tmp_path}'))['wkhtmltopdf']
    assert (one.level, one.text) == (OK, str(program))
    monkeypatch.setenv('PATH', str(tmp_path))
    assert found(with_conf(mine, tmp_path))['wkhtmltopdf'].level == OK


def test_a_deployment_of_another_module_needs_no_voucher(settings):
    assert not found(dataclasses.replace(settings, module='another'))


def test_preflight_asks():
    assert preflight_voucher in preflight.SECTIONS
