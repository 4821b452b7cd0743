"""The dimensions of the guard's matrix: which fields, through which entry points, and another value for each.

The field lists are written down here on purpose, apart from the addon's own: a field the addon forgets is noticed.
"""
from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.exceptions import UserError

# What a posted payment says, field by field, by the table that stores it.
PAYMENT_FIELDS = (
    'amount', 'payment_type', 'partner_type', 'payment_reference', 'currency_id', 'partner_id', 'partner_bank_id',
    'is_internal_transfer', 'destination_account_id', 'outstanding_account_id', 'destination_journal_id',
    'payment_method_line_id', 'payment_method_id', 'amount_company_currency_signed', 'move_id',
)
ENTRY_FIELDS = (
    'name', 'ref', 'date', 'journal_id', 'company_id', 'currency_id', 'partner_id', 'commercial_partner_id',
    'partner_bank_id', 'payment_reference', 'move_type', 'state', 'posted_before', 'auto_post',
    'auto_post_until', 'payment_id',
    'statement_line_id', 'reversed_entry_id', 'tax_cash_basis_rec_id', 'tax_cash_basis_origin_move_id',
    'amount_total', 'amount_total_signed', 'amount_untaxed', 'amount_tax', 'invoice_date', 'is_storno',
    'sequence_number', 'sequence_prefix', 'inalterable_hash', 'always_tax_exigible',
)
ITEM_FIELDS = (
    'name', 'account_id', 'partner_id', 'currency_id', 'debit', 'credit', 'balance', 'amount_currency', 'date',
    'date_maturity', 'move_id', 'move_name', 'parent_state', 'journal_id', 'company_id', 'payment_id', 'ref',
    'statement_line_id', 'tax_ids', 'tax_line_id', 'tax_tag_ids', 'tax_repartition_line_id', 'tax_base_amount',
    'group_tax_id', 'display_type', 'product_id', 'quantity', 'price_unit', 'discount', 'amount_residual',
    'amount_residual_currency', 'reconciled',
)
FIELDS = {'account.payment': PAYMENT_FIELDS, 'account.move': ENTRY_FIELDS, 'account.move.line': ITEM_FIELDS}


class Refused(UserError):
    """A refusal that an import reports in its messages instead of raising it."""


def write(record, name, value):
    record.write({name: value})


def web_save(record, name, value):
    record.web_save({name: value}, {'id': {}})


def load(record, name, value):
    field = record._fields[name]
    if field.type == 'many2one':
        name = f'{name}/.id'
    elif field.type == 'selection':
        value = dict(field._description_selection(record.env))[value]
    result = record.load(['.id', name], [[str(record.id), str(value)]])
    errors = [message['message'] for message in result['messages'] if message['type'] == 'error']
    if errors:
        raise Refused(errors[0])


def entry_write(payment, name, value):
    payment.move_id.write({'payment_ids': [Command.update(payment.id, {name: value})]})


def payment_write(move, name, value):
    move.payment_ids.write({name: value})


def payment_web_save(move, name, value):
    move.payment_ids.web_save({name: value}, {'id': {}})


def items_of_entry(line, name, value):
    line.move_id.write({'line_ids': [Command.update(line.id, {name: value})]})


def invoice_items_of_entry(line, name, value):
    line.move_id.write({'invoice_line_ids': [Command.update(line.id, {name: value})]})


def items_of_payment(line, name, value):
    line.payment_id.write({'line_ids': [Command.update(line.id, {name: value})]})


def items_of_payment_through_entry(line, name, value):
    line.move_id.payment_ids.web_save({'line_ids': [Command.update(line.id, {name: value})]}, {'id': {}})


ENTRY_POINTS = {
    'account.payment': (write, web_save, load, entry_write),
    'account.move': (write, web_save, load, payment_write, payment_web_save),
    'account.move.line': (
        write, web_save, load, items_of_entry, invoice_items_of_entry, items_of_payment,
        items_of_payment_through_entry),
}


def can_enter(record, name, entry_point):
    """Whether the entry point exists for the field at all, in stock Odoo.

    An import takes neither x2many nor computed columns; a payment shows a field of its entry only where it inherits
    it, and has fields of its own under some of the same names.
    """
    field = record._fields[name]
    if entry_point is load:
        return field.type not in ('one2many', 'many2many') and not field.readonly
    if entry_point in (payment_write, payment_web_save):
        inherited = record.env['account.payment']._fields[name]
        return bool(inherited.inherited)
    return True


def other_value(record, name):
    """A value of ``name`` that differs from the stored one, as a client would send it; None where there is none."""
    field, value = record._fields[name], record[name]
    if field.type in ('many2one', 'many2many'):
        return _other_link(record, field, value)
    if field.type == 'selection':
        options = [key for key, _label in field._description_selection(record.env) if key != value]
        return options[0]
    if field.type == 'date':
        return fields.Date.to_string((value or fields.Date.today()) + relativedelta(days=1))
    if field.type == 'boolean':
        return not value
    if field.type in ('monetary', 'float'):
        return value + 1.5
    if field.type == 'integer':
        return value + 1
    return f'{value or ""} changed'


def _other_link(record, field, value):
    # Only what belongs to the company of the record: another company's would be refused for that reason.
    comodel = record.env[field.comodel_name].sudo()
    domain = [('id', 'not in', value.ids)]
    if 'company_id' in comodel._fields and field.name != 'company_id':
        domain.append(('company_id', 'in', (False, record.company_id.id)))
    other = comodel.search(domain, limit=1, order='id')
    if field.type == 'many2many':
        return [Command.set(other.ids)] if other else None
    return other.id or None
