"""Settings come from options, deploy.toml, odoo.conf and the unit, the first that has one."""
import pytest

from deploy.cli import main
from deploy.report import Refused
from deploy.service import read_unit
from deploy.settings import load

CONF = """[options]
db_name = production
db_host = False
db_user = odoo
db_password = hunter2!
addons_path = /opt/odoo/addons, /opt/custom
data_dir = /var/lib/odoo
http_port = 8070
workers = 4
logfile = /var/log/odoo/odoo.log
"""


@pytest.fixture
def conf(tmp_path):
    path = tmp_path / 'odoo.conf'
    path.write_text(CONF)
    return str(path)


def test_odoo_conf_is_read(conf):
    found = load({'conf': conf, 'module': 'some_addon', 'backup_dir': '/backup'})
    assert (found.database, found.db_host, found.http_port, found.workers) == ('production', '', 8070, 4)
    assert found.addons_path == ('/opt/odoo/addons', '/opt/custom')
    assert str(found.filestore) == '/var/lib/odoo/filestore/production'


def test_an_option_goes_before_deploy_toml_and_that_before_odoo_conf(tmp_path, conf):
    toml = tmp_path / 'deploy.toml'
    toml.write_text(f'conf = "{conf}"\nmodule = "some_addon"\nbackup_dir = "/backup"\nhttp_port = 8071\n'
                    'start = ["service", "odoo start"]\n')
    found = load({'config': str(toml), 'backup_dir': '/other', 'module': None})
    assert (found.http_port, found.backup_dir, found.module) == (8071, '/other', 'some_addon')
    assert found.start == ('service', 'odoo start')


def test_a_password_is_not_part_of_what_is_shown(conf):
    assert 'hunter2!' not in repr(load({'conf': conf, 'module': 'some_addon', 'backup_dir': '/backup'}))


def test_a_wrong_key_is_named(tmp_path):
    toml = tmp_path / 'deploy.toml'
    toml.write_text('datbase = "x"\n')
    with pytest.raises(Refused, match='datbase'):
        load({'config': str(toml)})


def test_what_is_missing_is_named(conf):
    with pytest.raises(Refused, match='module'):
        load({'conf': conf, 'backup_dir': '/backup'})


def test_account_and_command_of_a_systemd_unit():
    found = read_unit('[Unit]\nDescription=Odoo\n[Service]\nUser=odoo\n'
                      'ExecStart=/opt/venv/bin/python /opt/odoo/odoo-bin -c /etc/odoo/odoo.conf --proxy-mode\n')
    assert found == {'user': 'odoo', 'conf': '/etc/odoo/odoo.conf',
                     'odoo': ('/opt/venv/bin/python', '/opt/odoo/odoo-bin')}


@pytest.mark.parametrize('words', [[], ['nonsense'], ['deploy', '--nonsense']])
def test_wrong_words_end_with_1_for_nothing_was_touched(words):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 1
