from odoo.tests import tagged

from .tour_common import PATIENCE, TourCommon


@tagged('post_install', '-at_install')
class TestTourSettings(TourCommon):
    """What an administrator sees before anybody pays: the rule in one sentence, and who could act."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.make_people()
        cls.make_user('tour_administrator', 'base.group_system,account.group_account_manager')

    def test_the_sentence_follows_the_threshold_and_the_dry_run_names_the_people(self):
        address = f'/web#action={self.env.ref("account.action_account_config").id}&cids={self.company.id}'
        self.start_tour(address, 'payment_settings', login='tour_administrator', timeout=PATIENCE)
        self.company.invalidate_recordset()
        self.assertEqual(self.company.payment_authorization_threshold, 2500.0)
        self.start_tour(address, 'payment_dry_run', login='tour_administrator', timeout=PATIENCE)
