"""The approval machine, declared once as plain data.

Buttons, server checks, history, the documentation table and the tests all read ``TRANSITIONS``. Nothing here touches
the database: who holds a role, how large a payment is and who acted before are facts handed in by the caller.
"""
from dataclasses import dataclass

USER = 'user'
REVIEWER = 'reviewer'
APPROVER = 'approver'
AUTHORIZER = 'authorizer'
POSTER = 'poster'
MANAGER = 'manager'

ROLES = (USER, REVIEWER, APPROVER, AUTHORIZER, POSTER, MANAGER)

# What a history row may name as the ground on which somebody acted, besides a role.
SUBMITTER = 'submitter'   # the person who submitted the payment
ODOO = 'odoo'             # whoever may do it in Odoo itself: register, cancel, reset a cancelled payment
ORIGIN = 'origin'         # the money moved elsewhere: see account_payment_approval_origin
SYSTEM = 'system'         # the machine itself: the content changed under an approval
LEGACY = 'legacy'         # the row was written by an earlier version of the addon

STATES = [
    ('draft', 'Draft'),
    ('under_review', 'Under Review'),
    ('for_approval', 'For Approval'),
    ('for_authorization', 'For Authorization'),
    ('approved', 'Approved'),
    ('posted', 'Posted'),
    ('cancelled', 'Cancelled'),
]
IN_PROGRESS = ('under_review', 'for_approval', 'for_authorization', 'approved')

ACTIONS = [
    ('submit', 'Submit for Review'),
    ('review', 'Review'),
    ('approve', 'Approve'),
    ('authorize', 'Authorize'),
    ('post', 'Post'),
    ('reject', 'Reject'),
    ('recall', 'Recall'),
    ('cancel', 'Cancel'),
    ('reset', 'Reset to Draft'),
    ('return', 'Return to Review'),
    ('takeover', 'Taken Over'),
]
# No step: says in which stage, and with which content, a payment was when an earlier version's database was upgraded.
TAKEOVER = 'takeover'
# The actions people press a button of this addon for; the others follow the journal entry or the machine itself.
BUTTONS = ('submit', 'review', 'approve', 'authorize', 'post', 'reject', 'recall')
# The actions that approve the content as it is: each stores the digest of what was seen.
APPROVALS = ('review', 'approve', 'authorize')
# The actions whose digest later steps compare with.
COMPARED = (*APPROVALS, TAKEOVER)

# Who is remembered on the payment for each step of the chain, and when.
STAMPS = {
    'submit': ('submitter_id', 'submitted_date'),
    'review': ('reviewer_id', 'reviewer_date'),
    'approve': ('approver_id', 'approver_date'),
    'authorize': ('authorizer_id', 'authorizer_date'),
}

# Separation of duties a transition asks for.
ANYONE = 'anyone'                 # whoever holds the role
NOT_SUBMITTER = 'not_submitter'   # never the person who submitted the payment
NOT_TWICE = 'not_twice'           # nobody who acted before in this chain


@dataclass(frozen=True)
class Transition:
    """One row of the table: ``action`` leads from any of ``sources`` to ``target``.

    ``roles``: who may take it, besides a Payment Manager, who may take every one that names a role.
    ``direction``: only payments of this direction. ``size``: 'large' is at or above the authorization threshold.
    ``duties``: the separation of duties it asks for. ``same_content``: the content must be the one approved before.
    """
    action: str
    sources: tuple
    target: str
    roles: tuple
    direction: str = ''
    size: str = ''
    duties: str = ANYONE
    same_content: bool = False
    needs_comment: bool = False

    def covers(self, state, direction, large):
        """Whether this row is the one for a payment in ``state`` with that direction and size."""
        return (
            state in self.sources
            and self.direction in ('', direction)
            and self.size in ('', 'large' if large else 'small')
        )


TRANSITIONS = (
    Transition('submit', ('draft',), 'under_review', (USER, REVIEWER)),

    Transition('review', ('under_review',), 'for_approval', (REVIEWER,), 'outbound', 'small'),
    Transition('review', ('under_review',), 'for_approval', (REVIEWER,), 'outbound', 'large', NOT_TWICE),
    Transition('review', ('under_review',), 'approved', (REVIEWER,), 'inbound', duties=NOT_SUBMITTER),

    Transition('approve', ('for_approval',), 'approved', (APPROVER, REVIEWER), size='small',
               duties=NOT_SUBMITTER, same_content=True),
    Transition('approve', ('for_approval',), 'for_authorization', (APPROVER,), size='large',
               duties=NOT_TWICE, same_content=True),

    Transition('authorize', ('for_authorization',), 'approved', (AUTHORIZER,), duties=NOT_TWICE, same_content=True),

    Transition('post', ('approved',), 'posted', (POSTER, REVIEWER), size='small', same_content=True),
    Transition('post', ('approved',), 'posted', (POSTER,), size='large', same_content=True),
    Transition('post', ('draft',), 'posted', (ORIGIN,)),

    Transition('reject', ('under_review',), 'draft', (REVIEWER,), needs_comment=True),
    Transition('reject', ('for_approval',), 'draft', (APPROVER, REVIEWER), size='small', needs_comment=True),
    Transition('reject', ('for_approval',), 'draft', (APPROVER,), size='large', needs_comment=True),
    Transition('reject', ('for_authorization',), 'draft', (AUTHORIZER,), needs_comment=True),
    Transition('reject', ('approved',), 'draft', (POSTER, REVIEWER), size='small', needs_comment=True),
    Transition('reject', ('approved',), 'draft', (POSTER,), size='large', needs_comment=True),

    Transition('recall', IN_PROGRESS, 'draft', (SUBMITTER,)),
    Transition('cancel', ('draft', *IN_PROGRESS), 'cancelled', (ODOO,)),
    Transition('reset', ('posted',), 'draft', (MANAGER,)),
    Transition('reset', ('cancelled',), 'draft', (ODOO,)),
    Transition('return', ('for_approval', 'for_authorization', 'approved'), 'under_review', (SYSTEM,)),
)


def find_transition(action, state, direction, large):
    """Return the row for ``action`` on a payment in ``state``, or None where the table has none."""
    rows = (row for row in TRANSITIONS if row.action == action)
    return next((row for row in rows if row.covers(state, direction, large)), None)


def sources_of(action):
    """Return the states, in the order of the chain, from which a person can take ``action``."""
    rows = [row for row in TRANSITIONS if row.action == action and row.roles != (ORIGIN,)]
    wanted = {state for row in rows for state in row.sources}
    return [state for state, _label in STATES if state in wanted]


def role_used(transition, roles):
    """Return the role by which somebody holding ``roles`` takes ``transition``; '' where none of them is enough."""
    for role in transition.roles:
        if role in roles or role in (ODOO, ORIGIN, SYSTEM):
            return role
    return MANAGER if MANAGER in roles and set(transition.roles) & set(ROLES) else ''
