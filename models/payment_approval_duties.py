"""Who may take a step, as plain data: roles and separation of duties. Nothing here touches the database.

Somebody's right is judged here for one payment as it is, and for chains that exist only as a question: who could
approve a payment that was not made yet, and can a chain be finished by the people there are.
"""
from dataclasses import dataclass, replace

from . import payment_approval_machine as machine

# The step that leads on from each stage.
FORWARD = {
    'draft': 'submit', 'under_review': 'review', 'for_approval': 'approve', 'for_authorization': 'authorize',
    'approved': 'post',
}
# Why separation of duties keeps somebody from a step.
IS_SUBMITTER = 'submitter'
STRICT = 'strict'
TWICE = 'twice'

# A chain asks for four different people at most: whoever has this many to choose from has enough.
ENOUGH = 4


@dataclass(frozen=True)
class Chain:
    """Where one payment stands in its chain of approval, and what the judgement of a person rests on.

    ``large``: at or above the authorization threshold. ``strict``: the company asks that nobody acts twice.
    ``submitter``: user id, 0 where it is anybody who takes no other step. ``acted``: ids of all who took a step.
    """
    state: str
    direction: str
    large: bool
    strict: bool
    submitter: int = 0
    acted: frozenset = frozenset()

    @property
    def step(self):
        """The row of the table that leads on from here, or None at the end of the chain."""
        return self.state in FORWARD and machine.find_transition(
            FORWARD[self.state], self.state, self.direction, self.large) or None

    def after(self, uid):
        """The chain after that person took the next step."""
        return replace(self, state=self.step.target, acted=self.acted | {uid})


def find_breach(transition, uid, roles, chain):
    """Return which separation of duties keeps that person from the step; '' where none does."""
    if transition.duties == machine.NOT_SUBMITTER and uid == chain.submitter:
        return IS_SUBMITTER
    if uid not in chain.acted:
        return ''
    if chain.strict:
        return STRICT
    twice = transition.duties == machine.NOT_TWICE or (chain.large and machine.MANAGER in roles)
    return TWICE if twice else ''


def find_people(chain, holders):
    """Who could take the next step.

    :param holders: dict of user id: the roles of that person
    :return: dict of user id: role by which that person would act; those who could only as Payment Managers come last
    """
    step = chain.step
    if not step:
        return {}
    people = {
        uid: role for uid, roles in holders.items()
        if (role := machine.role_used(step, roles)) and not find_breach(step, uid, roles, chain)
    }
    return dict(sorted(people.items(), key=lambda item: (item[1] == machine.MANAGER, item[0])))


def find_gap(chain, holders):
    """The step at which a chain stops for want of people, however the steps before it are shared out.

    :return: a row of the table, or None where the chain can be finished
    """
    if not chain.step:
        return None
    deepest = chain.step
    for uid in list(find_people(chain, holders))[:ENOUGH]:
        gap = find_gap(chain.after(uid), holders)
        if gap is None:
            return None
        deepest = max(deepest, gap, key=_depth)
    return deepest


def _depth(transition):
    return list(FORWARD.values()).index(transition.action)
