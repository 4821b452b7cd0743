"""The role checks: who is refused and who is not, on real payments where there are any."""
import ast

import psycopg2
from lxml import etree

from odoo.exceptions import UserError

from deploy.probes import generic, payments, people, sandbox
from deploy.probes.sandbox import attempt
from deploy.probes.verdict import ok, stop, warning, words

OURS = 'payment_account_enhanced'
EDIT = 'Posted payments cannot be modified'
RESET = 'Posted payments cannot be reset to draft'
RESET_ENTRY = 'Posted journal entries cannot be reset to draft'
RECONCILED = 'Cannot modify reconciled payment details'
GUARD = 'users can change posted payments: go back to the old release (python3 -m deploy rollback)'
WORK = 'people cannot do their work: read the message; go back to the old release (python3 -m deploy rollback)'
REPORT = 'payment_account_enhanced.action_report_payment_voucher'
FIELDS = ('approval_state', 'voucher_number', 'lock_reason')


def run(env, module):
    """All findings for a module, as plain data."""
    try:
        return sandbox.run(env, lambda inside: list(_findings(inside, module)))
    except psycopg2.OperationalError as error:
        return [warning('role checks', f'somebody was in the way each time: {words(error)}',
                        'do it again; open transactions: python3 -m deploy preflight')]


def _findings(env, module):
    yield from generic.findings(env, module)
    if module != OURS:
        return
    missing = [name for name in FIELDS if name not in env['account.payment']._fields]
    if missing:
        yield stop('guards', f'payments have no {", ".join(missing)}: the guards are not loaded', GUARD)
    within = payments.company(env)
    if not within:
        yield warning('role checks', 'no company has a bank journal: there is no payment to check on',
                      'set up accounting first; the guards were not tried')
        return
    try:
        with env.cr.savepoint():
            yield from _posted(env, within)
            yield from _reconciled(env, within)
            yield from _entry(env, within)
        yield from _chain(env, within)
    except UserError as error:
        yield stop('role checks', f'no payment could be made to check on: {words(error)}', WORK)
    yield from _distribution(env)


# ----------------------------------------------------------------------
# Refusals
# ----------------------------------------------------------------------

def _edits(payment):
    """What somebody might change: {what: the change}. Called on records as that person sees them."""
    item = payment.move_id.line_ids[:1]
    return {
        'amount': lambda: payment.write({'amount': payment.amount + 1}),
        'memo': lambda: payment.write({'ref': 'Deployment check: changed'}),
        'reference of the entry': lambda: payment.move_id.write({'ref': 'Deployment check: changed'}),
        'label of an item': lambda: item.write({'name': 'Deployment check: changed'}),
    }


def _resets(payment):
    return {'payment': payment.action_draft, 'entry': payment.move_id.button_draft,
            'cancel': payment.action_cancel}


def _refused(env, subject, record, candidates, acts, opening):
    """One finding: every act is refused with the opening, for the first person whose rights in Odoo itself suffice."""
    verdict = None
    for user in candidates:
        seen = people.acting(record, user)
        wrong = {}
        for what, act in acts(seen).items():
            _result, error = attempt(env, act)
            if error is None:
                return stop(subject, f'NOT refused: {what} of {record.display_name} as {people.label(user)}', GUARD)
            if not words(error).startswith(opening):
                wrong[what] = words(error)
        if not wrong:
            return ok(subject, f'refused on {record.display_name} as {people.label(user)}: "{opening}"')
        verdict = stop(subject, f'refused, but not by the guard, as {people.label(user)}: '
                                f'{"; ".join(f"{what}: {text}" for what, text in wrong.items())}', GUARD)
    return verdict


def _posted(env, within):
    payment, real = payments.posted(env, within)
    kind = 'a posted payment' if real else 'a posted payment made for this check'
    yield _refused(env, f'ordinary user edits {kind}', payment, people.ordinary(env, payment), _edits, EDIT)
    yield _refused(env, f'ordinary user resets {kind}', payment, people.ordinary(env, payment), _resets, RESET)
    yield _prints(env, payment)
    yield _manager_may(env, within, payment, 'edits', _manager_edits)
    yield _manager_may(env, within, payment, 'resets', lambda seen: seen.action_draft())


def _reconciled(env, within):
    payment, real = payments.reconciled(env, within)
    kind = 'a reconciled payment' if real else 'a reconciled payment made for this check'
    for who, candidates in (('ordinary user', people.ordinary), ('Payment Manager', people.manager)):
        yield _refused(env, f'{who} edits {kind}', payment, candidates(env, payment), _edits, RECONCILED)
        yield _refused(env, f'{who} resets {kind}', payment, candidates(env, payment), _resets, RESET)


def _entry(env, within):
    entry = payments.invoice(env, within)
    if entry:
        yield _refused(env, 'ordinary user resets a posted entry', entry, people.ordinary(env, entry),
                       lambda seen: {'reset': seen.button_draft}, RESET_ENTRY)


# ----------------------------------------------------------------------
# What must work
# ----------------------------------------------------------------------

def _manager_edits(seen):
    seen.write({'ref': 'Deployment check: changed'})
    if 'payment.override' in seen.env and not seen.env['payment.override'].sudo().search_count(
            [('payment_id', '=', seen.id), ('new_value', '=', 'Deployment check: changed')]):
        raise UserError('the change was not put on record')


def _manager_may(env, within, payment, what, act):
    """A Payment Manager does it on the real payment; where something else than the guard forbids it, on one of ours."""
    subject = f'Payment Manager {what} a posted payment'
    said = ''
    for candidate in (payment, None):
        record = candidate if candidate is not None else payments.make_posted(env, within)
        for user in people.manager(env, record):
            _result, error = attempt(env, lambda record=record, user=user: act(people.acting(record, user)))
            if error is None:
                note = f' ({payment.display_name} itself: {said})' if said else ''
                return ok(subject, f'{record.display_name} as {people.label(user)}{note}')
            said = words(error)
    return stop(subject, f'refused: {said}', WORK)


def _prints(env, payment):
    """An ordinary user sees Print Voucher on a posted payment, and it makes a document."""
    subject = 'ordinary user prints a voucher'
    user = next(people.ordinary(env, payment))
    seen = people.acting(payment, user)
    hidden = _hidden_button(seen, 'action_print_payment_voucher')
    if hidden:
        return stop(subject, f'{people.label(user)} {hidden}', WORK)

    def document():
        action = seen.action_print_payment_voucher()
        return len(seen.env['ir.actions.report']._render_qweb_html(action['report_name'], seen.ids)[0])
    size, error = attempt(env, document)
    if error:
        return stop(subject, f'as {people.label(user)}: {words(error)}', WORK)
    return ok(subject, f'Print Voucher is on the form of {payment.display_name} as {people.label(user)} and makes a '
                       f'document ({size} bytes)')


def _hidden_button(seen, name):
    """Why the button is not there for this person on this payment; '' when it is."""
    form = etree.fromstring(seen.get_view(view_type='form')['arch'])
    buttons = form.xpath(f'//header/button[@name="{name}"]')
    if not buttons:
        return 'has no button Print Voucher on the form'
    condition = buttons[0].get('invisible') or 'False'
    names = {node.id for node in ast.walk(ast.parse(condition, mode='eval')) if isinstance(node, ast.Name)}
    values = {field: seen[field] for field in names if field in seen._fields}
    from odoo.tools.safe_eval import safe_eval
    return f'does not see Print Voucher: hidden by {condition}' if safe_eval(condition, values) else ''


def _chain(env, within):
    """Submit and review work, each by its role, and nothing is posted past the gate."""
    subject = 'submit and review'

    def chain():
        payments.require_approval(within, True)
        submitter = people.holder(env, within, 'user')
        reviewer = people.holder(env, within, 'reviewer', other_than=[submitter])
        draft = payments.make_draft(env, within)
        stages = [draft.approval_state]
        past_gate = attempt(env, lambda: people.acting(draft, people.make(env, within, people.BILLING)).action_post())
        people.acting(draft, submitter).action_submit_for_review()
        stages.append(draft.approval_state)
        number = draft.voucher_number
        people.acting(draft, reviewer).action_review_payment()
        return [*stages, draft.approval_state], number, past_gate[1], people.label(submitter), people.label(reviewer)
    result, error = attempt(env, chain)
    if error:
        yield stop(subject, words(error), WORK)
        return
    stages, number, refusal, submitter, reviewer = result
    if stages != ['draft', 'under_review', 'for_approval'] or not number:
        yield stop(subject, f'stages {" → ".join(stages)}, voucher number {number}', WORK)
    else:
        yield ok(subject, f'{" → ".join(stages)}; {submitter} submits, {reviewer} reviews; a voucher number is drawn')
    gate = 'posting without approval'
    if not isinstance(refusal, UserError):
        yield stop(gate, 'NOT refused' if refusal is None else words(refusal), GUARD)
    else:
        yield ok(gate, f'refused: {words(refusal)}')


def _distribution(env):
    subject = 'approval_state of the last 90 days'
    found, error = attempt(env, lambda: payments.distribution(env))
    if error:
        yield stop(subject, words(error), GUARD)
        return
    shown = ', '.join(f'{state or "EMPTY"} {count}' for state, count in found.items()) or 'no payments'
    if '' in found:
        yield stop(subject, shown, 'upgrade the module again; payments without a stage: SELECT id FROM account_payment '
                                   'WHERE approval_state IS NULL')
    else:
        yield ok(subject, shown)
