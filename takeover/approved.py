"""Payments in approval: who is on record is judged by the rules of today, and what they saw is put on record."""
import logging

from odoo import SUPERUSER_ID, _, api, fields
from odoo.tools import SQL

from ..models import payment_approval_duties as duties
from ..models import payment_approval_machine as machine
from .history import insert
from .keep import listed, shown

_logger = logging.getLogger(__name__)

BLOCK = 500  # payments at once
TOLD = 500  # payments in approval up to which people get their to-dos; the board and the daily mail show more of them
# Whose stamps a payment must carry to be in the stage at all.
NEEDED = {'for_approval': ('reviewer_id',), 'for_authorization': ('reviewer_id', 'approver_id')}


def judge_payments(cr):
    """Payments in approval stay in their stage where the people on record suffice; else they go back to review.

    What stays gets a row in the history with the digest of its content as it is now: the next step, or the posting,
    compares with it. Whoever can act gets a to-do, unless they would be flooded.
    """
    env = api.Environment(cr, SUPERUSER_ID, {})
    _stamp_submitters(cr)
    ids = listed(cr, SQL(
        "SELECT id FROM account_payment WHERE approval_state IN %s ORDER BY id", machine.IN_PROGRESS))
    holders = _find_holders(cr)
    returned = []
    for start in range(0, len(ids), BLOCK):
        payments = env['account.payment'].browse(ids[start:start + BLOCK])
        returned += _judge_block(payments, holders)
        if len(ids) <= TOLD:
            payments._open_approval_todos()
        env.flush_all()
        env.invalidate_all()
    if len(ids) > TOLD:
        _logger.info("to-dos: none for so many payments; the board of Payment Approvals and the daily mail show them")
    _logger.info("%s payments in approval: %s stay in their stage; %s go back to review, because the people on "
                 "record do not satisfy the rules (ids): %s",
                 len(ids), len(ids) - len(returned), len(returned), shown(returned))


def _judge_block(payments, holders):
    """:return: ids of those that went back to review"""
    large = payments._filter_large()
    back = payments.filtered(lambda payment: not _is_true(payment, payment in large, holders))
    if back:
        _send_back(back)
    _take_over(payments - back)
    return back.ids


def _send_back(payments):
    """The step by which the machine itself returns a payment to review, without the to-dos, which come later."""
    comment = _("Taken over from an earlier version: the people on record do not satisfy the rules of approval.")
    rows = {payment: payment._get_transition('return') for payment in payments}
    payments._append_history(rows, comment)
    payments._write_approval(payments._get_transition_vals('return', 'under_review'))
    payments._log_transition('return', comment)


def _is_true(payment, large, holders):
    """Whether the people on record suffice for the stage that the payment is in."""
    state = payment.approval_state
    if state != 'approved':
        return all(payment[name] for name in NEEDED.get(state, ()))
    submitter = payment._get_submitter().id or 0
    chain = duties.Chain(
        'under_review', payment.payment_type, large, payment.company_id.payment_strict_duties, submitter,
        frozenset({submitter} - {0}),
    )
    while chain.state != 'approved':
        uid = payment[machine.STAMPS[chain.step.action][0]].id
        roles = holders.get(uid, frozenset())
        if not machine.role_used(chain.step, roles) or duties.find_breach(chain.step, uid, roles, chain):
            return False
        chain = chain.after(uid)
    return True


def _take_over(payments):
    """One row with the digest of today for each payment that stays in its stage."""
    now = fields.Datetime.now()
    History = payments.env['payment.approval.history']
    last = History._get_last_hashes(payments.ids)
    insert(History, [
        {**_get_row(payment, now), 'previous_hash': last.get(payment.id)} for payment in payments
    ])


def _get_row(payment, now):
    content = payment._get_content_values() if payment.approval_state != 'under_review' else None
    return {
        'payment_id': payment.id,
        'company_id': payment.company_id.id,
        'stage_from': payment.approval_state,
        'stage_to': payment.approval_state,
        'action_type': machine.TAKEOVER,
        'user_id': SUPERUSER_ID,
        'role': machine.SYSTEM,
        'approval_date': now,
        'comments': _("In this stage when it was taken over from an earlier version."),
        'amount': payment.amount,
        'currency_id': payment.currency_id.id,
        'digest': content and payment._hash_content(content),
        'content': content,
    }


def _stamp_submitters(cr):
    """Who submitted a payment in approval, where a row says so; and since when it is in its stage."""
    cr.execute(SQL(
        """
        UPDATE account_payment payment
           SET submitter_id = COALESCE(submitted.user_id, same.submitter_id),
               submitted_date = COALESCE(submitted.approval_date, same.submitted_date),
               approval_stage_date = COALESCE(
                   GREATEST(same.reviewer_date, same.approver_date, same.authorizer_date, newest.approval_date),
                   date_trunc('second', now() AT TIME ZONE 'UTC'))
          FROM account_payment same
     LEFT JOIN LATERAL (
               SELECT user_id, approval_date FROM payment_approval_history
                WHERE payment_id = same.id AND action_type = 'submit' ORDER BY id DESC LIMIT 1
               ) submitted ON true
     LEFT JOIN LATERAL (
               SELECT approval_date FROM payment_approval_history
                WHERE payment_id = same.id ORDER BY id DESC LIMIT 1
               ) newest ON true
         WHERE same.id = payment.id AND payment.approval_state IN %s
        """,
        machine.IN_PROGRESS,
    ))


def _find_holders(cr):
    """:return: dict of user id: roles of that person; those who left included, for they acted while they were here"""
    cr.execute(SQL(
        """
        SELECT member.uid, array_agg(replace(data.name, 'group_payment_', ''))
          FROM res_groups_users_rel member
          JOIN ir_model_data data ON data.model = 'res.groups' AND data.res_id = member.gid
         WHERE data.module = 'payment_account_enhanced' AND data.name IN %s
      GROUP BY member.uid
        """,
        tuple(f'group_payment_{role}' for role in machine.ROLES),
    ))
    return {uid: frozenset(roles) for uid, roles in cr.fetchall()}
