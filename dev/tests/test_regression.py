"""Which tests end otherwise with the addon, and how one of them is tried again."""
from dev import regression

TEST = 'point_of_sale.tests.test_frontend:TestUi.test_01_pos_basic_order'


def test_only_what_ends_otherwise_is_told():
    stock = {'same': 'passed', 'worse': 'passed', 'better': 'FAIL: it', 'gone': 'passed'}
    ours = {'same': 'passed', 'worse': 'FAIL: it', 'better': 'passed', 'new': 'passed'}
    assert regression._differing(stock, ours) == {
        'worse': ('passed', 'FAIL: it'), 'better': ('FAIL: it', 'passed'),
        'gone': ('passed', 'not run'), 'new': ('not run', 'passed')}


def test_the_same_failure_may_have_other_numbers():
    assert not regression._differing({TEST: 'FAIL: it\nafter 10.2 s'}, {TEST: 'ERROR: it\nafter 9.7 s'})


def test_a_test_has_a_tag_and_the_set_up_of_a_class_has_none():
    assert regression._tag('point_of_sale', TEST) == '/point_of_sale:TestUi.test_01_pos_basic_order'
    assert not regression._tag('account', 'odoo.tests.suite:setUpClass (odoo.addons.account.tests.test_tax.TestTax)')
