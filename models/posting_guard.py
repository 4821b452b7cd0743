"""What the guards of payments, entries and items share: the pass, the comparison, the split of a write."""
from odoo import SUPERUSER_ID, Command, _, api, models
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import UserError

PASS_KEY = 'payment_guard_pass'
MANAGER_GROUP = 'payment_account_enhanced.group_payment_manager'
GUARDED = ('account.payment', 'account.move', 'account.move.line')
NAMES_SHOWN = 5


class GuardPass:
    """A token that opens the guard for one purpose, carried in the context and compared with ``is``.

    A client can send any context, but never this very object: values that come over RPC are numbers,
    strings, lists and dictionaries. So the context key alone opens nothing.
    """

    __slots__ = ('purpose',)

    def __init__(self, purpose):
        self.purpose = purpose

    def __repr__(self):
        return f'<GuardPass {self.purpose}>'


OVERRIDE = GuardPass('a change that was judged, permitted and recorded one level above')
PAIRING = GuardPass('the link between the two halves of an internal transfer')
CREATION = GuardPass('what is proposed on a payment that is being created, and judged when it is there')
STATEMENT_LINE = GuardPass('the entry that goes with its statement line')


def is_uninstalling(env):
    """Whether Odoo is removing an addon. Clients can send the key in the context, too: it counts for OdooBot alone."""
    return bool(env.uid == SUPERUSER_ID and env.context.get(MODULE_UNINSTALL_FLAG))


class PostingGuard(models.AbstractModel):
    """The mechanism that account.payment, account.move and account.move.line share.

    Each of them names its protected fields and the payments behind its records, and sends its writes through
    ``_guard_split``. The rule itself, who may change what, stands in one place: ``account.payment._guard_authorize``.
    """

    _name = 'payment.posting.guard'
    _description = 'Posting Guard'

    # What the hooks name, on the class: each write asks for it, and looking it up in a cache of Odoo's took longer.
    _guard_protected = None
    _guard_sources = None

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    @api.model
    def _guard_protected_fields(self):
        """Names of the fields that do not change once the payment is locked; free fields are taken off again.

        :return: frozenset of field names; other addons add theirs by extending the method
        """
        return frozenset()

    @api.model
    def _guard_free_fields(self):
        """Names of the stored fields that ordinary work changes on a posted payment: free by decision.

        :return: frozenset of field names; a field that is named here is never refused
        """
        return frozenset()

    def _guard_payments(self):
        """The payments behind these records, in superuser mode, without a query when the records are read."""
        raise NotImplementedError

    # ------------------------------------------------------------------
    # Mechanism
    # ------------------------------------------------------------------

    @api.model
    def _setup_complete(self):
        # EXTENDS base
        super()._setup_complete()
        type(self)._guard_protected = type(self)._guard_sources = None

    @api.model
    def _guard_protected_names(self):
        """The protected fields and their sources, asked once for each registry: the context has no part in it."""
        if self._guard_protected is None:
            own = self.env(context={})[self._name]._guard_protected_fields()
            type(self)._guard_protected = own | self._guard_source_names()
        return self._guard_protected

    @api.model
    def _guard_source_names(self):
        """Names of the values between content and content: computed, not stored, and protected fields follow from them.

        Odoo takes what is written to such a field for the computed value, and stores anew what follows from it: the
        bank accounts to choose from, written by a client, would change the bank account of a posted payment.
        """
        if self._guard_sources is None:
            type(self)._guard_sources = self._guard_find_sources()
        return self._guard_sources

    @api.model
    def _guard_find_sources(self):
        models = [self.env(context={})[name] for name in GUARDED]
        stored = {field for model in models for name in model._guard_protected_fields()
                  if (field := model._fields[name]).store}
        return frozenset(
            name for name, field in self._fields.items()
            if not field.store and not field.inverse and not stored.isdisjoint(self.pool.get_dependent_fields(field)))

    def _guard_has_pass(self, token):
        return self.env.context.get(PASS_KEY) is token

    def _guard_with_pass(self, token):
        return self.with_context(**{PASS_KEY: token})

    @api.model
    def _guard_is_manager(self):
        """Whether the person acting is a Payment Manager; OdooBot is, ``sudo()`` by somebody else is not."""
        return self.env.uid == SUPERUSER_ID or self.env.user.has_group(MANAGER_GROUP)

    def _guard_split(self, vals):
        """Judge a write and say how to carry it out.

        Records that are not locked are written as asked. On locked ones, values that change nothing are left
        out (a web client sends unchanged values again; writing them would recompute posted fields), and what is
        left of the protected ones needs permission and goes on record.

        :return: list of (records, values) pairs to be written one after the other
        :raise UserError: when a locked record would change and the person may not do that
        """
        touched = self._guard_touched(vals)
        if not touched:
            return [(self, vals)]
        locked = self._guard_locked()
        if not locked:
            return [(self, vals)]
        changes = locked._guard_changes(vals, sorted(touched))
        if changes:
            locked._guard_refuse_mixed_write(vals)
            locked._guard_authorize_changes(changes, vals)
        changed = {name for names in changes.values() for name in names}
        kept = {name: value for name, value in vals.items() if name not in touched or name in changed}
        # Recorded changes carry the pass to the levels below.
        pairs = [(locked._guard_with_pass(OVERRIDE) if changes else locked, kept)]
        others = self - locked
        return [(others, vals), *pairs] if others else pairs

    def _guard_touched(self, vals):
        """The names among these values that the guard judges here.

        Commands on items are judged where they arrive, by the items' own guard; what a pass opens is not judged.
        """
        if self._guard_has_pass(OVERRIDE):
            return set()
        return {
            name for name in self._guard_protected_names().intersection(vals)
            if self._fields[name].type != 'one2many'
        }

    def _guard_locked(self):
        """The records among these whose payment is locked."""
        locked = self._guard_payments()._guard_locked()
        return self.filtered(lambda record: record._guard_payments() & locked) if locked else self.browse()

    def _guard_changes(self, vals, names):
        """Which of the named values differ from the stored ones, for each record.

        :return: dict of record: list of field names, only for records that would change
        """
        changes = {}
        for record in self:
            changed = [name for name in names if record._guard_will_change(name, vals[name])]
            if changed:
                changes[record] = changed
        return changes

    def _guard_will_change(self, name, value):
        """Whether writing the value would change the stored one."""
        field = self._fields[name]
        record = self.sudo()
        if field.type == 'many2many':
            return set(record[name].ids) != set(record._guard_as_written(name, value).ids)
        old = field.convert_to_cache(record[name], record, validate=False) or None
        new = field.convert_to_cache(value, record, validate=False) or None
        if field.type == 'monetary' and (currency := record[field.get_currency_field(record)]):
            return not currency.is_zero((new or 0.0) - (old or 0.0))
        return old != new

    def _guard_as_written(self, name, value):
        """What would be in the field, on a record in memory.

        To write ids without commands replaces what is linked; in memory they would be added. Earlier builds of
        Odoo 17 count commands from nothing there.
        """
        if self._fields[name].type == 'many2many' and isinstance(value, (list, tuple)):
            plain = isinstance(value, tuple) or value and not isinstance(value[0], (list, tuple))
            value = [Command.set(self[name].ids), *([Command.set(value)] if plain else value)]
        return self.new({name: value}, origin=self)[name]

    def _guard_authorize_changes(self, changes, vals):
        """Ask the payments for permission, then put the changes on record."""
        names = {name for record_names in changes.values() for name in record_names}
        payments = self.browse().concat(*changes)._guard_payments()
        payments._guard_authorize(
            self._guard_labels(names), sources=self._guard_labels(names & self._guard_source_names()))
        self.env['payment.override'].sudo()._record_edits(changes, vals)

    @api.model
    def _guard_label(self, name):
        """The label of a field as the person reads it on screen."""
        return self._fields[name]._description_string(self.env)

    @api.model
    def _guard_labels(self, names):
        return ', '.join(sorted({self._guard_label(name) for name in names}))

    def _guard_refuse_mixed_write(self, vals):
        """A change of state that carries content along would be judged by one state and stored in another."""
        if 'state' in vals and (mixed := self._guard_changes(vals, ['state'])):
            raise UserError(_(
                "Posted payments cannot be modified: %(payments)s would change its state and its content at once. "
                "Reset it to draft first, then change it.",
                payments=self.browse().concat(*mixed)._guard_payments()._guard_names(),
            ))
