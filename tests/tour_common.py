"""What the tours share: people with a login and a password, and the address of a record's form."""
from odoo import Command
from odoo.tests import HttpCase, new_test_user

from .common import PaymentCommon

MODULE = 'payment_account_enhanced'
PATIENCE = 180  # seconds for one tour, the start of the browser included


class TourCommon(PaymentCommon, HttpCase):
    """Payments, and users whose password is their login, as `start_tour` expects."""

    @classmethod
    def make_user(cls, login, groups):
        return new_test_user(
            cls.env, login=login, name=login.replace('_', ' ').title(), groups=f'base.group_user,{groups}',
            password=login, company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    @classmethod
    def make_people(cls):
        """One person for each role of approval: dict of role: login, and approval is on for vendor payments."""
        roles = ('user', 'reviewer', 'approver', 'authorizer', 'poster')
        for role in roles:
            cls.make_user(f'payment_{role}_tour', f'{MODULE}.group_payment_{role}')
        cls.switch_approval(outbound=True, inbound=False)
        return {role: f'payment_{role}_tour' for role in roles}

    def show(self, record, tour, login):
        """Open the form of a record in a browser as a person and run a tour there."""
        self.env.flush_all()
        url = f'/web#id={record.id}&model={record._name}&view_type=form&cids={self.company.id}'
        self.start_tour(url, tour, login=login, timeout=PATIENCE)
        self.env.invalidate_all()
