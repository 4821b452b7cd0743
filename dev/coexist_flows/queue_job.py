"""queue_job: payments posted by a job, in the name of whoever made the job."""
from odoo.addons.queue_job.job import Job

from dev.coexist_flows.book import Book, equal, refused, stages


def job_of_a_poster_posts_an_approved_payment(env):
    """A job posts an approved payment where the person who made the job may post it, and the history names that
    person."""
    book = Book(env)
    payment = book.bring(book.payment(), 'approved')
    _job(payment.with_user(book.person('poster')).with_delay().action_post()).perform()
    stages(payment, 'posted')
    equal(payment.approval_history_ids.sorted('id')[-1].user_id, book.person('poster'))


def job_of_somebody_else_is_refused(env):
    """A job of somebody who may not post the payment fails with the same message as the button; the payment
    waits on."""
    book = Book(env)
    payment = book.bring(book.payment(), 'approved')
    job = _job(payment.with_user(book.person('accountant')).with_delay().action_post())
    refused(_Run(env, job).perform, 'refused')
    stages(payment, 'approved')


class _Run:
    """A job with the environment that ``refused`` asks for."""

    def __init__(self, env, job):
        self.env = env
        self.perform_job = job.perform

    def perform(self):
        self.perform_job()


def _job(delayed):
    """The job as the runner reads it from the database."""
    return Job.load(delayed.env, delayed.uuid)
