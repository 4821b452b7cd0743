"""What differs between two pictures beside the rows: columns, constraints, sequences, modules and more."""
import re

from deploy.difference import Difference

# New things are fine everywhere; so is another definition of these. Views hold no data, and upgrades make them anew.
FREE_TO_CHANGE = {'view'}
FREE_TO_GO = {'rights'}  # they go with the table, which is reported
OF_TABLES = {'constraint', 'index', 'trigger', 'policy'}
DRAWN = re.compile(r'ir_sequence_\d+(_\d+)?')  # numbers of documents, such as vouchers: an upgrade draws none
PENDING = ('to install', 'to upgrade', 'to remove')


def differences(before, after, growth=False, strict=False):
    """Differences that are not rows of tables. ``strict``: sequences stand where they stood."""
    gone = set(before['tables']) - set(after['tables'])
    for key in sorted(gone):
        if not before['tables'][key]['rule']['whole']:
            yield Difference(key, before=before['tables'][key]['rows'],
                             text=f'{key}: the table is gone, it had {before["tables"][key]["rows"]} rows')
    for key, old in before['tables'].items():
        if key not in gone and not old['rule']['whole']:
            yield from _columns(key, old, after['tables'][key])
    yield from _definitions(before['schema'], after['schema'], gone | _wizards(before))
    yield from _disabled(before['disabled'], after['disabled'])
    yield from _sequences(before['sequences'], after['sequences'], gone,
                          re.compile('.*') if strict else None if growth else DRAWN)
    yield from _modules(before['modules'], after['modules'])
    yield from _large_objects(before['large_objects'], after['large_objects'], growth)
    if not growth:
        yield from _members(before['members'], after['members'])


def _wizards(picture):
    return {key for key, table in picture['tables'].items() if table['rule']['whole']}


def _columns(key, old, new):
    for name, kind in old['columns'].items():
        other = new['columns'].get(name)
        if other is None:
            yield Difference(key, name, before=kind, text=f'{key}.{name}: the column is gone')
        elif other != kind:
            yield Difference(key, name, before=kind, after=other, text=f'{key}.{name}: the type was {kind}, is {other}')
        elif name in old['required'] and name not in new['required']:
            yield Difference(key, name, before='NOT NULL', text=f'{key}.{name}: may be empty now (NOT NULL is gone)')


def _definitions(before, after, gone):
    for kind, things in before.items():
        for name, definition in things.items():
            table, own = (name.rpartition('.')[::2] if kind in OF_TABLES else (name, ''))
            now = after[kind].get(name)
            if table in gone or now == definition or kind in (FREE_TO_GO if now is None else FREE_TO_CHANGE):
                continue
            text = f'is gone: {definition}' if now is None else f'was {definition}, is {now}'
            yield Difference(table, own, before=definition, after=now, text=f'{name}: the {kind} {text}')


def _members(before, after):
    """People in groups that were there before; a new group may come with its members."""
    for group, logins in before.items():
        for word, names in (('gained', set(after.get(group, logins)) - set(logins)),
                            ('lost', set(logins) - set(after.get(group, logins)))):
            if names:
                yield Difference('res_groups_users_rel', group, before=logins, after=after[group], count=len(names),
                                 text=f'{group}: {word} {", ".join(sorted(names))}')


def _disabled(before, after):
    for table, names in after.items():
        news = sorted(set(names) - set(before.get(table, ())))
        if news:
            yield Difference(table, 'triggers', before='enabled', after=news, count=len(news),
                             text=f'{table}: {len(news)} triggers are disabled: {", ".join(news[:3])}')


def _sequences(before, after, gone, still):
    """``still``: a pattern of names; such sequences must not move forward either."""
    for name, old in before.items():
        if any(name.startswith(f'{table}_') for table in gone):
            continue
        new = after.get(name)
        if new is None:
            yield Difference(name, before=old[0], text=f'{name}: the sequence is gone')
        elif new[1:] != old[1:]:
            yield Difference(name, before=old[1:], after=new[1:],
                             text=f'{name}: step, limits or cycle of the sequence were {old[1:]}, are {new[1:]}')
        elif (new[0] - old[0]) * old[1] < 0:
            yield Difference(name, 'next', before=old[0], after=new[0],
                             text=f'{name}: the sequence moved back, its next number was {old[0]}, is {new[0]}')
        elif new[0] != old[0] and still and still.fullmatch(name):
            yield Difference(name, 'next', before=old[0], after=new[0],
                             text=f'{name}: numbers were drawn, the next was {old[0]}, is {new[0]}')


def _modules(before, after):
    for name, (state, version) in before.items():
        new = after.get(name)
        if state == 'installed' and (new is None or new[0] != 'installed'):
            yield Difference('ir_module_module', name, before=state, after=new and new[0],
                             text=f'module {name} {version}: was installed, is {new[0] if new else "gone"}')
    for name, (state, _version) in after.items():
        if state in PENDING:
            yield Difference('ir_module_module', name, before=before.get(name, [None])[0], after=state,
                             text=f'module {name}: left in the state {state!r}')


def _large_objects(before, after, growth):
    for number in sorted(set(before) | set(after)):
        old, new = before.get(number), after.get(number)
        if old != new and not (growth and old is None):
            what = 'gone' if new is None else 'new' if old is None else f'other content ({old[0]} → {new[0]} bytes)'
            yield Difference('pg_largeobject', ids=(int(number),), before=old, after=new,
                             text=f'large object {number}: {what}')
