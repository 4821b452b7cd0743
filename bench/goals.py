"""The rows of the bench: what is measured, the goals, and how a result is judged. Needs no Odoo."""
import dataclasses

HEAD = ('measure', 'queries, stock', 'with addon', 'extra', 'goal', 'time ratio', 'of CPU', 'goal', '', 'peer, extra',
        'peer, ratio')


@dataclasses.dataclass(frozen=True)
class Goal:
    """One row. ``queries``: more than stock takes, at most (where ``absolute``: all of them); ``ratio``: our time over
    stock's, at most, as the median of all pairs. None: not asked for.

    ``why``: the reason, where a goal is not met.
    """
    key: str
    title: str
    queries: int = None
    ratio: float = None
    absolute: bool = False
    why: str = ''


IN_PYTHON = ('Of the calls of Python functions, one to three in a hundred are for the fields that we add to each '
             'record, and for what the guard asks before each write.')
GOALS = (
    Goal('create', 'create 200 drafts', 0, 1.02, why=IN_PYTHON),
    Goal('edit', 'edit 200 drafts', 0, 1.02, why=IN_PYTHON),
    Goal('post', 'post 200 payments, approval off', 2, 1.03),
    Goal('post_approved', 'post 200 approved payments, approval on', 10, 1.10),
    Goal('register', 'register payment on 100 bills, approval off', 2, 1.03, why=IN_PYTHON),
    Goal('post_bills', 'post 100 bills', 0, 1.02, why=IN_PYTHON),
    Goal('reconcile', 'reconcile 1,000 items', 0, 1.02, why=IN_PYTHON),
    Goal('edit_posted', 'edit 200 posted payments as manager, with the record', 8, 1.25,
         why='It writes a row of the record and a note in the chatter for each payment, which stock does not.'),
    Goal('refuse', 'refusal of 200 posted payments, against stock\'s write', 3, 1.0, absolute=True),
    Goal('form', 'open the form of a payment', 2, 1.05,
         why='Stock takes so few queries for it that two more weigh: the chain of approval; and why the payment is '
             'locked, since when and by whom. The rest are the fields of buttons and banners.'),
    Goal('list', 'list of 80 posted payments', 2, 1.05),
)
# What has no counterpart in stock Odoo: seconds, and what may not grow.
OWN_HEAD = ('measure', 'result', 'goal', '')
BATCHED = 3  # tables into which Odoo inserts rows by the hundred: mail_message, mail_activity, bus_bus
BY_THE_HUNDRED = ('Odoo inserts rows by the hundred: notes, to-dos and notifications take one statement more for each '
                  'hundred payments. All other statements are as many for 500 payments as for 50.')
LOADING = ('Most of it is the registry, which Odoo builds anew for an empty addon, too. Our own part is fields '
           'and views, whatever the database holds.')


def row_of(goal, sides):
    """Facts of one measure.

    :param sides: dict of 'stock', 'ours' and perhaps 'peer': dict with the lists 'pair' (its number), 'queries',
        'seconds' and 'cpu', one entry for each pair that the side took part in
    """
    middle = {side: {name: _median(values) for name, values in found.items()} for side, found in sides.items()}
    ratios = _ratios(sides, 'ours', 'seconds')
    stock, ours = middle['stock'], middle['ours']
    extra = ours['queries'] - (0 if goal.absolute else stock['queries'])
    row = {
        'key': goal.key, 'title': goal.title, 'absolute': goal.absolute, 'pairs': len(sides['ours']['queries']),
        'queries_stock': stock['queries'], 'queries_ours': ours['queries'], 'extra': extra,
        'steady': all(len(set(found['queries'])) == 1 for found in sides.values()),
        'goal_queries': goal.queries, 'goal_ratio': goal.ratio, 'why': goal.why,
        'seconds_stock': round(stock['seconds'], 4), 'seconds_ours': round(ours['seconds'], 4),
        'ratio': _median(ratios), 'ratio_half': _middle_half(ratios),
        'ratio_cpu': _median(_ratios(sides, 'ours', 'cpu')),
    }
    if peer := middle.get('peer'):
        row.update(extra_peer=peer['queries'] - stock['queries'],
                   ratio_peer=_median(_ratios(sides, 'peer', 'seconds')))
    return {**row, 'queries_good': extra <= goal.queries, 'ratio_good': row['ratio'] <= goal.ratio}


def cells(row):
    """The row as the terminal shows it."""
    missed = [name for name, good in (('queries', row['queries_good']), ('time', row['ratio_good'])) if not good]
    return (row['title'], row['queries_stock'], row['queries_ours'], row['extra'], f'<= {row["goal_queries"]}',
            shown(row['ratio']), f'{row["ratio_cpu"]:.2f}', f'<= {row["goal_ratio"]:.2f}',
            'missed: ' + ', '.join(missed) if missed else 'reached', row.get('extra_peer', ''),
            f'{row["ratio_peer"]:.2f}' if 'ratio_peer' in row else '')


def shown(ratio):
    """A ratio that is judged, with its thousandths: what misses its goal by less than a hundredth shows that."""
    return f'{ratio:.3f}'


def _ratios(sides, side, name):
    """For each pair, the value of a side over that of stock: how fast the machine is just then drops out."""
    stock = dict(zip(sides['stock']['pair'], sides['stock'][name], strict=True))
    return [round(value / stock[pair], 3) for pair, value in zip(sides[side]['pair'], sides[side][name], strict=True)]


def _middle_half(values):
    """The ends of what is left without the lowest and the highest quarter."""
    ordered, cut = sorted(values), len(values) // 4
    return [ordered[cut], ordered[-1 - cut]]


def _median(values):
    """The middle one; of an even number the lower, so that a count stays a count that was seen."""
    return sorted(values)[(len(values) - 1) // 2]


# What has no counterpart in stock Odoo


def of_stages(found):
    """Rows for each step of approval.

    :param found: dict of step: dict of number of payments: list of measured values
    """
    for name, by_size in found.items():
        sizes = sorted(by_size, key=int)
        counts = [_median([one['queries'] for one in by_size[size]]) for size in sizes]
        seconds = _median([one['seconds'] for one in by_size[sizes[-1]]])
        queries = ' and '.join(map(str, counts))
        allowed = BATCHED * (_hundreds(sizes[-1]) - _hundreds(sizes[0])) + 1
        yield _own(f'{name}: queries for {" and ".join(map(str, sizes))} payments', queries, 'constant',
                   counts[-1] <= counts[0], 'queries', BY_THE_HUNDRED if counts[-1] - counts[0] <= allowed else '')
        yield _own(f'{name}: {sizes[-1]} payments', f'{seconds:.1f} s', '<= 5 s', seconds <= 5)


def _hundreds(size):
    return -(-int(size) // 100)


def of_history(found):
    """Rows for the verification of histories.

    :param found: dict of wanted rows: dict of 'rows', 'seconds' and 'memory' (bytes)
    """
    small, large = (found[size] for size in sorted(found, key=int))
    yield _own(f'verify a history of {large["rows"]} rows', f'{large["seconds"]:.1f} s', '<= 10 s',
               large['seconds'] <= 10)
    yield _own(f'most memory of it, and for {small["rows"]} rows',
               f'{large["memory"] / 1e6:.1f} and {small["memory"] / 1e6:.1f} MB', 'constant',
               large['memory'] <= 1.5 * small['memory'])


def of_life(facts):
    """Rows for installation and upgrade."""
    times = facts['upgrade_ratio']
    yield _own(f'install on {facts["payments"]} payments', f'{facts["install"]} s', '<= 60 s', facts['install'] <= 60)
    yield _own('upgrade, against that of an empty addon', f'{facts["upgrade"]} s, {times:.2f} times', '<= 1.2 times',
               times <= 1.2, why=LOADING)


def _own(title, result, goal, good, kind='seconds', why=''):
    return {'title': title, 'result': result, 'goal': goal, 'good': good, 'kind': kind, 'why': why}


def is_reached(row):
    """Whether a row of either table reaches its goals."""
    return row.get('good', True) and row.get('queries_good', True) and row.get('ratio_good', True)


def own_cells(row):
    return row['title'], row['result'], row['goal'], 'reached' if row['good'] else 'missed'
