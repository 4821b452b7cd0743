"""Books that were kept before the addon came: payments made by Odoo once, and copies of them by SQL, as many as needed.

Runs inside Odoo (``env``). A set holds posted, draft, cancelled, reconciled, partly reconciled and foreign payments.
Each copy has numbers of its own and amounts multiplied by a whole number, so that every entry is balanced to the cent.
"""
import hashlib
import pathlib
import random

FACTORS = 50
LINES = 14  # of an invoice: with them, 100,000 payments come with 500,000 journal items
TABLES = ('account_move', 'account_move_line', 'account_payment', 'account_full_reconcile',
          'account_partial_reconcile')
# Which column of a table points at which table.
LINKS = {
    'account_move': {'payment_id': 'account_payment'},
    'account_move_line': {'move_id': 'account_move', 'payment_id': 'account_payment',
                          'full_reconcile_id': 'account_full_reconcile'},
    'account_payment': {'move_id': 'account_move'},
    'account_full_reconcile': {},
    'account_partial_reconcile': {'debit_move_id': 'account_move_line', 'credit_move_id': 'account_move_line',
                                  'full_reconcile_id': 'account_full_reconcile'},
}
NOT_MONEY = {'quantity', 'discount', 'discount_percentage'}
COLUMNS = """SELECT column_name, data_type IN ('numeric', 'double precision') FROM information_schema.columns
              WHERE table_schema = 'public' AND table_name = %s AND column_name NOT IN ('id')"""
# Where the numbers of posted copies begin, and how many each set takes of its sequence.
NUMBERS = """
    CREATE TEMP TABLE map_numbers AS
    SELECT s.id, s.sequence_prefix AS prefix, row_number() OVER (PARTITION BY s.sequence_prefix ORDER BY s.id) AS place,
           count(*) OVER (PARTITION BY s.sequence_prefix) AS many,
           (SELECT max(h.sequence_number) FROM account_move h WHERE h.sequence_prefix = s.sequence_prefix) AS highest
      FROM account_move s WHERE s.id = ANY(%s) AND s.name != '/'
"""
NUMBER = 'n.highest + (i.k - 1) * n.many + n.place'
OWN_NUMBER = {
    'name': f"coalesce(n.prefix || lpad(({NUMBER})::text, greatest(5, length(({NUMBER})::text)), '0'), t.name)",
    'sequence_number': f'coalesce({NUMBER}, t.sequence_number)',
}
MATCHING = """
    UPDATE account_move_line l
       SET matching_number = CASE WHEN l.full_reconcile_id IS NOT NULL THEN l.full_reconcile_id::text
                                  ELSE 'P' || p.number END
      FROM (SELECT line, min(id) AS number
              FROM (SELECT id, debit_move_id AS line FROM account_partial_reconcile
                     UNION ALL SELECT id, credit_move_id FROM account_partial_reconcile) both_sides
             GROUP BY line) p
     WHERE p.line = l.id AND l.id IN (SELECT new FROM map_account_move_line)
"""

# What is different in every row of real books; else a dump would be smaller, and quicker to write, than in life.
PARTNERS = 500
FIRST = '(SELECT id FROM map_partners)'
TEXT = "' ' || md5(i.new::text || i.old)"
LONG = ' || '.join(f"md5('{number}' || i.new)" for number in range(5))
MOMENT = "t.{} - i.k * interval '137.131 s'"
VARIED = {
    'create_date': MOMENT.format('create_date'), 'write_date': MOMENT.format('write_date'),
    'access_token': 'md5(i.new::text)::uuid::text', 'narration': f"'<p>' || {LONG} || '</p>'",
    **{name: f'CASE WHEN t."{name}" = {FIRST} THEN {FIRST} + i.k % {PARTNERS} ELSE t."{name}" END'
       for name in ('partner_id', 'commercial_partner_id', 'partner_shipping_id')},
}
UNSOUND = (
    'SELECT move_id FROM account_move_line GROUP BY 1 HAVING abs(sum(balance)) > 0.001',
    """SELECT l.id, l.balance, l.amount_residual, p.matched
         FROM account_move_line l JOIN account_account a ON a.id = l.account_id
         JOIN (SELECT line, sum(amount) AS matched
                 FROM (SELECT debit_move_id AS line, amount FROM account_partial_reconcile
                        UNION ALL SELECT credit_move_id, -amount FROM account_partial_reconcile) sides
                GROUP BY 1) p ON p.line = l.id
        WHERE a.reconcile AND abs(l.balance - p.matched - l.amount_residual) > 0.005""",
    "SELECT name, journal_id FROM account_move WHERE state = 'posted' GROUP BY 1, 2 HAVING count(*) > 1",
    """SELECT p.id FROM account_payment p JOIN account_move m ON m.id = p.move_id
        WHERE m.payment_id IS DISTINCT FROM p.id OR p.amount <> m.amount_total""",
)
ATTACHMENTS = """
    INSERT INTO ir_attachment (name, res_model, res_id, company_id, type, file_size, checksum, store_fname, mimetype,
                               create_uid, write_uid, create_date, write_date)
    SELECT v.name, 'account.payment', v.payment, v.company, 'binary', v.size, v.digest, v.path, 'application/pdf', 1, 1,
           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
      FROM (VALUES """


def fill(env, payments, files=0, size=0, filestore=''):
    """At least ``payments`` payments, and ``files`` attachments of ``size`` bytes on average on them."""
    count = env.cr.execute('SELECT count(*) FROM account_payment') or env.cr.fetchone()[0]
    first = _one_set(env)
    each = len(first['account_payment'])
    _copy(env, first, max(0, -(-(payments - count - each) // each)))
    env.cr.execute('ANALYZE')
    _check(env)
    _attach(env, files, size, pathlib.Path(filestore))
    env.cr.execute("UPDATE ir_cron SET nextcall = now() + interval '300 days'")
    env.cr.execute('ANALYZE')
    env.cr.commit()


def _one_set(env):
    """Ids by table of one payment of every kind, with the invoices that they pay."""
    highest = {table: _highest(env, table) for table in TABLES}
    journal = env['account.journal'].search([('type', '=', 'bank'), ('company_id', '=', env.company.id)], limit=1)
    partner = env['res.partner'].create([
        {'name': f'Customer and Vendor {number}', 'customer_rank': 1, 'supplier_rank': 1}
        for number in range(PARTNERS)])[0]
    env.cr.execute('CREATE TEMP TABLE map_partners AS SELECT %s AS id', [partner.id])
    foreign = env.ref('base.EUR') if env.company.currency_id != env.ref('base.EUR') else env.ref('base.USD')
    foreign.active = True
    make = env['account.payment'].create

    def pay(kind, amount, **more):
        side = 'supplier' if kind == 'outbound' else 'customer'
        return make({'payment_type': kind, 'partner_type': side, 'amount': amount, 'journal_id': journal.id,
                     'partner_id': partner.id, 'ref': 'books', **more})
    posted = [pay('outbound', 1200.5), pay('outbound', 35.07), pay('inbound', 410), pay('inbound', 99.99),
              pay('outbound', 77.7, currency_id=foreign.id), pay('inbound', 12.34), pay('outbound', 15000)]
    drafts = pay('outbound', 61) + pay('inbound', 16)
    for payment in posted:
        payment.action_post()
    pay('outbound', 5).action_cancel()
    _invoice(env, partner, 'out_invoice', 410, posted[2])
    _invoice(env, partner, 'in_invoice', 2000, posted[0])
    assert set(drafts.mapped('state')) == {'draft'}
    env.flush_all()
    return {table: _newer(env, table, highest[table]) for table in TABLES}


def _invoice(env, partner, kind, amount, payment):
    """A posted document of some lines, paid (the smaller amount leaves a rest open) by a payment."""
    move = env['account.move'].create({
        'move_type': kind, 'partner_id': partner.id, 'invoice_date': payment.date,
        'invoice_line_ids': [(0, 0, {'name': f'Work {number}', 'quantity': 1, 'price_unit': part, 'tax_ids': []})
                             for number, part in enumerate(_parts(amount))]})
    move.action_post()
    lines = (move.line_ids + payment.move_id.line_ids).filtered(
        lambda line: line.account_id.account_type in ('asset_receivable', 'liability_payable'))
    lines.reconcile()


def _parts(amount):
    """The amount as the prices of some lines."""
    return [amount / 8] * 4 + [amount / (2 * (LINES - 4))] * (LINES - 4)


def _highest(env, table):
    env.cr.execute(f'SELECT coalesce(max(id), 0) FROM {table}')
    return env.cr.fetchone()[0]


def _newer(env, table, highest):
    env.cr.execute(f'SELECT id FROM {table} WHERE id > %s ORDER BY id', [highest])
    return [row[0] for row in env.cr.fetchall()]


def _copy(env, first, times):
    """``times`` copies of the rows of ``first``, each with new ids, its links led to the copies of their targets."""
    for table in TABLES:
        env.cr.execute(f"""CREATE TEMP TABLE map_{table} AS
            SELECT k, old, nextval('{table}_id_seq')::int AS new
              FROM generate_series(1, %s) k, unnest(%s::int[]) old ORDER BY k, old""", [times, first[table]])
        env.cr.execute(f'CREATE UNIQUE INDEX ON map_{table} (k, old); ANALYZE map_{table}')
    env.cr.execute(NUMBERS, [first['account_move']])
    for table in ('account_full_reconcile', 'account_move', 'account_payment', 'account_move_line',
                  'account_partial_reconcile'):
        _copy_table(env, table, {'account_move': {'payment_id'}}.get(table, set()))
    env.cr.execute("""UPDATE account_move m SET payment_id = p.id FROM account_payment p
                       WHERE p.move_id = m.id AND m.payment_id IS NULL""")
    env.cr.execute(MATCHING)
    _copy_messages(env)


def _check(env):
    """The copies are books that Odoo could have written: balanced, and what is open is what was not matched."""
    for query in UNSOUND:
        env.cr.execute(query)
        wrong = env.cr.fetchall()
        assert not wrong, (query, wrong[:5])


def _copy_messages(env):
    """What the chatter says of each payment and entry, once more for every copy."""
    env.cr.execute(COLUMNS, ['mail_message'])
    names = [name for name, _number in env.cr.fetchall() if name not in ('res_id', 'message_id', 'parent_id', 'body')]
    listed = ', '.join(f't."{name}"' for name in names)
    for model in ('account.payment', 'account.move'):
        env.cr.execute(f"""INSERT INTO mail_message (res_id, message_id, body, {listed.replace('t.', '')})
            SELECT i.new, t.message_id || '.' || i.k, t.body || '<p>' || {LONG} || '</p>', {listed}
              FROM map_{model.replace('.', '_')} i
              JOIN mail_message t ON t.model = %s AND t.res_id = i.old ORDER BY i.new, t.id""", [model])


def _copy_table(env, table, empty):
    """Copies one table; columns in ``empty`` stay empty, because their targets are not there yet."""
    env.cr.execute(COLUMNS, [table])
    joins = ['LEFT JOIN map_numbers n ON n.id = t.id'] if table == 'account_move' else []
    values = {'id': 'i.new'}
    for name, number in env.cr.fetchall():
        values[name] = 'NULL' if name in empty else _value(table, name, number)
        target = LINKS[table].get(name)
        if target and name not in empty:
            joins.append(f'LEFT JOIN map_{target} m_{name} ON m_{name}.k = i.k AND m_{name}.old = t."{name}"')
    names = ', '.join(f'"{name}"' for name in values)
    env.cr.execute(f"""INSERT INTO {table} ({names}) SELECT {', '.join(values.values())}
          FROM map_{table} i JOIN {table} t ON t.id = i.old {' '.join(joins)}
         ORDER BY i.new""")
    env.cr.execute(f'ANALYZE {table}')  # else foreign keys are looked up as when the table was small


def _value(table, name, number):
    """What the copy of a row holds in one column."""
    if name in LINKS[table]:
        return f'm_{name}.new'
    if table == 'account_move' and name in OWN_NUMBER:
        return OWN_NUMBER[name]
    if number and name not in NOT_MONEY:
        return f't."{name}" * (1 + i.k % {FACTORS})'
    if table == 'account_move_line' and name == 'name':
        return f't.name || {TEXT}'
    return VARIED.get(name, f't."{name}"')


def _attach(env, count, size, filestore):
    """Files on payments: different ones, the same in every run."""
    env.cr.execute('SELECT id FROM account_payment ORDER BY id')
    payments = [row[0] for row in env.cr.fetchall()]
    chance = random.Random(6)
    rows = []
    for number in range(count):
        content = b'%%PDF-1.4 %d\n' % number + chance.randbytes(chance.randint(size // 10, 2 * size - size // 10))
        digest = hashlib.sha1(content).hexdigest()
        path = filestore / digest[:2] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        rows.append((f'document-{number}.pdf', payments[number % len(payments)], env.company.id, len(content), digest,
                     f'{digest[:2]}/{digest}'))
    for begin in range(0, count, 1000):
        part = rows[begin:begin + 1000]
        env.cr.execute(ATTACHMENTS + ', '.join(['%s'] * len(part)) + """)
            v(name, payment, company, size, digest, path)""", part)
