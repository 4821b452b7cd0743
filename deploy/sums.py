"""Counts and sums of the accounting tables of a picture, as a person reads them."""
import decimal

from deploy.report import table


def text(picture):
    """One table for each accounting table that holds amounts: by company, account, currency and state."""
    blocks = []
    for key, entry in picture['tables'].items():
        if entry['sums'] and entry['groups']:
            head = [*(name.removesuffix('_id') for name in entry['by'][1:]), 'rows', *entry['sums']]
            blocks.append(f'\n{key}\n' + table(head, lines(entry, picture['names'])))
    return '\n'.join(blocks)


def lines(entry, names):
    """Lines of one table, posted and open entries together, ids replaced by names."""
    found = {}
    for group in entry['groups']:
        key = tuple(names.get(column, {}).get(str(value), '' if value is None else str(value))
                    for column, value in zip(entry['by'][1:], group['key'][1:]))
        line = found.setdefault(key, [0, *[decimal.Decimal()] * len(entry['sums'])])
        found[key] = [line[0] + group['rows'],
                      *(one + decimal.Decimal(other) for one, other in zip(line[1:], group['sums']))]
    return [(*key, *line) for key, line in sorted(found.items())]
