"""What the tests of to-dos, staffing and dry run have in common."""
from ..models.account_payment_approval_activity import TODO
from .common import PaymentCommon

ROLE = 'payment_account_enhanced.group_payment_%s'


class ApprovalPeopleCommon(PaymentCommon):
    """One person for each role, with that role alone."""

    @classmethod
    def setUpClass(cls, chart_template_ref=None):
        super().setUpClass(chart_template_ref=chart_template_ref)
        cls.switch_approval(outbound=True, inbound=True)
        cls.people = {
            role: cls.make_user(f'work_{role}', ROLE % role)
            for role in ('user', 'reviewer', 'approver', 'authorizer', 'poster')
        }
        cls.people['manager'] = cls.payment_manager

    def make_payments(self, count, **values):
        first = self.make_payment(**values)
        return first + first.create([first.copy_data()[0] for _number in range(count - 1)])

    def switch_off(self):
        """Approval switched off by OdooBot, who counts as a Payment Manager."""
        self.company.with_user(self.odoobot).write({
            'payment_approval_outbound': False, 'payment_approval_inbound': False})

    def submit(self, payments):
        payments.with_user(self.people['user']).action_submit_for_review()
        return payments

    def review(self, payments):
        self.submit(payments).with_user(self.people['reviewer']).action_review_payment()
        return payments

    def reject(self, payments, role, reason):
        payments.with_user(self.people[role])._run_approval('reject', reason)

    def todos(self, payments, activity_type=TODO):
        return self.env['mail.activity'].search([
            ('res_model', '=', 'account.payment'), ('res_id', 'in', payments.ids),
            ('activity_type_id', '=', self.env.ref(activity_type).id),
        ])

    def mails(self, payments):
        return self.env['mail.mail'].sudo().search([
            ('model', '=', 'account.payment'), ('res_id', 'in', payments.ids)])

    def count_queries(self, method, *args):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        method(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
