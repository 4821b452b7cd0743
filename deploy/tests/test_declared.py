"""A release declares what its own migration changes; the declaration counts for an upgrade across its version alone."""
import dataclasses
import pathlib

import pytest

from deploy.compare import is_allowed
from deploy.declared import changes, read
from deploy.difference import Difference
from deploy.release import Release

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def staged(tmp_path):
    place = tmp_path / 'migrations/17.0.1.0.9'
    place.mkdir(parents=True)
    (place / 'may_change.txt').write_text('# stages\naccount_payment.approval_state  # entry\n\nir_filters:lost\n')
    return Release(str(tmp_path), '17.0.1.0.10', '', '', '')


@pytest.mark.parametrize('installed, counts', [
    ('17.0.1.0.8', True), ('17.0.1.0.9', False), ('17.0.1.2.0', False), (None, True)])
def test_it_counts_for_an_upgrade_from_below(settings, staged, installed, counts):
    before = {'modules': {settings.module: ['installed', installed]}}
    declared = changes(dataclasses.replace(settings, may_change=('res_partner.ref',)), staged, before)
    assert declared == ['res_partner.ref', *(['account_payment.approval_state', 'ir_filters:lost'] if counts else [])]


def test_our_own_declaration_allows_no_change_of_money():
    patterns = read(ROOT / 'migrations/17.0.1.0.9/may_change.txt')
    assert len(patterns) > 40
    for table, column in (('account_payment', 'amount'), ('account_move', 'state'), ('account_move', ''),
                          ('account_move_line', 'balance'), ('account_partial_reconcile', ''), ('account_payment', '')):
        assert not is_allowed(Difference(table, column), patterns), (table, column)
