"""The table of the machine in docs/approval.md is the table in the code."""
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..models import payment_approval_machine as machine
from ..models.payment_approval_history import GROUNDS

DOCUMENT = Path(__file__).parents[1] / 'docs' / 'approval.md'
DUTIES = {
    machine.ANYONE: '',
    machine.NOT_SUBMITTER: 'never the submitter',
    machine.NOT_TWICE: 'nobody who acted before',
}
SIZES = {'': '', 'small': 'below the threshold', 'large': 'at or above the threshold'}


def table():
    """The transitions as rows of Markdown, in the order in which they are declared."""
    actions, states, grounds = dict(machine.ACTIONS), dict(machine.STATES), dict(GROUNDS)
    yield '| action | from | to | payments | who | and |'
    yield '| --- | --- | --- | --- | --- | --- |'
    for row in machine.TRANSITIONS:
        conditions = [
            DUTIES[row.duties], 'the content is the one approved' * row.same_content, 'a reason' * row.needs_comment,
        ]
        yield '| {} |'.format(' | '.join((
            actions[row.action],
            ', '.join(states[state] for state in row.sources),
            states[row.target],
            ', '.join(filter(None, (row.direction, SIZES[row.size]))) or 'all',
            ', '.join(grounds[role] for role in row.roles),
            '; '.join(filter(None, conditions)) or '-',
        )))


@tagged('post_install', '-at_install')
class TestApprovalDocumentation(BaseCase):

    def test_document_shows_the_table_of_the_code(self):
        expected = '\n'.join(table())
        self.assertIn(expected, DOCUMENT.read_text(), f'Put this table into {DOCUMENT.name}:\n{expected}')
