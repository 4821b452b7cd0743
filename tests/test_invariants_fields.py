from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..models.posting_guard import GUARDED

RELATIONAL = ('many2one', 'one2many', 'many2many')
# What the web client adds to every model: who wrote it and when, chatter and activities of mail.
TECHNICAL = {'id', 'create_uid', 'write_uid', 'create_date', 'write_date'}
APART = {'state'}  # a change of state is judged by itself, whichever field comes with it
# What protected fields follow, by decision.
FOLLOWED = {
    # judged by the guard itself
    'account.move.state', 'account.payment.state', 'account.partial.reconcile.debit_move_id',
    'account.partial.reconcile.credit_move_id', 'account.payment.method.line.payment_method_id',
    # which bank statement a line belongs to: its own entry's items say so, no payment's
    'account.bank.statement.line.statement_id',
    # the books' own frame, kept by Odoo's roles: accounts, taxes, the company's currency
    'account.account.account_type', 'account.account.code', 'account.account.root_id', 'account.tax.company_id',
    'account.tax.country_id', 'account.tax.tax_group_id', 'account.tax.repartition.line.tax_id',
    'res.company.currency_id',
    # a refund is told which payment it pays back after both are posted
    'payment.transaction.payment_id', 'payment.transaction.source_transaction_id',
}
# Computed, and yet no proposals: they follow from protected values alone, whenever they are computed.
DERIVED = {
    'account.payment': set(),
    'account.move': {'always_tax_exigible', 'auto_post_until', 'is_storno', 'name', 'payment_reference'},
    'account.move.line': {
        'account_id', 'amount_currency', 'balance', 'credit', 'currency_id', 'debit', 'display_type', 'name',
        'partner_id', 'price_unit', 'product_uom_id', 'quantity', 'tax_ids', 'tax_tag_invert'},
}
CHATTER = ('mail.', 'rating.', 'ir.attachment')


@tagged('post_install', '-at_install')
class TestInvariantsFields(TransactionCase):
    """Which fields the guard keeps, which it leaves free, and what they are computed from: each by decision."""

    def test_fields_are_protected_or_free(self):
        """Every stored field of a payment, its entry and its items is in a tier, by decision."""
        undecided = []
        for name in GUARDED:
            model = self.env[name]
            protected, free = model._guard_protected_fields(), model._guard_free_fields()
            # The approval has a lock of its own, and rows of an append-only model stay by themselves.
            approval = model._get_approval_fields() if name == 'account.payment' else ()
            both = protected & free
            self.assertFalse(both, f'{name}: protected and free at once')
            for field in model._fields.values():
                if not field.store or field.name in TECHNICAL.union(APART, protected, free, approval):
                    continue
                if field.type == 'one2many' and self.is_append_only(field.comodel_name):
                    continue
                if field.type not in RELATIONAL or not field.comodel_name.startswith(CHATTER):
                    undecided.append(f'{name}.{field.name}')
        self.assertFalse(undecided, 'Neither protected nor free: ' + ', '.join(undecided))

    def test_what_an_addon_leaves_free_on_the_entry_is_free_on_its_payment(self):
        self.assertIn('payment_reference', self.env['account.payment']._guard_protected_fields())
        with patch.object(self.registry['account.move'], '_guard_free_fields', lambda _move: {'payment_reference'}):
            self.assertNotIn('payment_reference', self.env['account.payment']._guard_protected_fields())

    def is_append_only(self, name):
        return isinstance(self.env[name], self.env.registry['payment.append.only'])

    def test_content_is_protected(self):
        """What the design calls the content of a payment is in the protected tier, whatever hooks take off."""
        content = {
            'account.payment': {
                'amount', 'date', 'partner_id', 'journal_id', 'currency_id', 'payment_type', 'payment_method_line_id',
                'destination_account_id', 'outstanding_account_id', 'partner_bank_id', 'ref', 'company_id', 'move_id'},
            'account.move': {
                'date', 'partner_id', 'journal_id', 'currency_id', 'partner_bank_id', 'ref', 'name', 'company_id'},
            'account.move.line': {
                'account_id', 'balance', 'debit', 'credit', 'amount_currency', 'currency_id', 'partner_id', 'name',
                'move_id', 'date', 'parent_state'},
        }
        for name, fields in content.items():
            model = self.env[name]
            self.assertLessEqual(fields, model._guard_protected_fields(), name)
            model._setup_complete()
            forged = model.with_context(hash_version=1)  # the fields of an entry's hash are fewer then
            names = model._guard_protected_fields() | model._guard_source_names()
            self.assertEqual(forged._guard_protected_names(), names, name)

    def test_content_is_protected_whatever_odoo_hashes_and_locks(self):
        """A localization may make Odoo's own lists shorter: what is ours to protect does not depend on them."""
        for name, fields in {
            'account.move': {'name', 'date', 'journal_id', 'company_id'},
            'account.move.line': {'name', 'date', 'debit', 'credit', 'journal_id'},
        }.items():
            model = self.env[name]
            with patch.object(type(model), '_get_integrity_hash_fields', lambda model: []), \
                    patch.object(type(self.env['account.move.line']), '_get_lock_date_protected_fields',
                                 lambda model: {}):
                self.assertLessEqual(fields, model._guard_protected_fields(), name)

    def test_what_protected_fields_follow_from(self):
        """Who writes what a protected field is computed from, changes that field: it is protected, or told here."""
        guarded = {name: self.env[name]._guard_protected_names() for name in GUARDED}
        stored = {self.env[name]._fields[field] for name in GUARDED for field in guarded[name]
                  if self.env[name]._fields[field].store}
        sources = {
            f'{model._name}.{name}' for model in self.env.values() for name, field in model._fields.items()
            if not model._abstract and not model._transient and name not in guarded.get(model._name, ())
            and not stored.isdisjoint(self.env.registry.get_dependent_fields(field))
        }
        self.assertFalse(sources - FOLLOWED)

    def test_proposals_are_kept_or_derived(self):
        """Every protected field that Odoo computes and people may write is kept on a locked payment, or derived."""
        for name, derived in DERIVED.items():
            model = self.env[name]
            editable = {field for field in model._guard_protected_names()
                        if model._fields[field].store and model._fields[field].compute
                        and not model._fields[field].readonly}
            self.assertFalse(editable - model._guard_proposed - derived, name)
