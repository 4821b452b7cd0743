"""account_move_tier_validation: a second gate on the same entry."""

from dev.coexist_flows.book import Book, equal, refused, stages


def approval_does_not_open_the_tiers(env):
    """A payment that is approved here is not posted while its entry waits for a tier."""
    book, reviewer = _tiers(env)
    payment = book.bring(book.payment(), 'approved')
    text = refused(payment.with_user(book.person('poster')).action_post)
    assert 'validat' in text, text
    stages(payment, 'approved')


def tiers_do_not_open_the_approval(env):
    """A payment whose entry is validated by its tiers is not posted while its approval waits."""
    book, reviewer = _tiers(env)
    payment = book.payment()
    _validate(payment, reviewer)
    refused(payment.with_user(book.person('poster')).action_post, 'refused', 'Submit')
    refused(payment.move_id.with_user(book.person('poster')).action_post, 'refused', 'Submit')
    equal(payment.state, 'draft')


def both_gates_open(env):
    """A payment that is approved here, and whose entry is validated by its tiers, is posted; in whichever order."""
    book, reviewer = _tiers(env)
    first = book.payment()
    _validate(first, reviewer)
    book.bring(first)
    second = book.bring(book.payment(), 'approved')
    _validate(second, reviewer)
    book.bring(second)
    stages(first + second, 'posted')


def _tiers(env):
    """Every entry of a payment needs one tier, by somebody who has no payment role."""
    book = Book(env)
    reviewer = book.person('accountant')
    env['tier.definition'].search([]).active = False
    env['tier.definition'].create({
        'model_id': env['ir.model']._get('account.move').id, 'definition_domain': "[('payment_id', '!=', False)]",
        'reviewer_id': reviewer.id})
    return book, reviewer


def _validate(payment, reviewer):
    entry = payment.move_id
    entry.request_validation()
    entry.invalidate_recordset()
    entry.with_user(reviewer).validate_tier()
    equal(entry.validation_status, 'validated')
