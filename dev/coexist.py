"""``make coexist``: the addon beside each of the others that people have, and in databases unlike the usual one."""
import contextlib
import functools
import os

from dev import house, run_tests
from dev.coexist_pairs import CONDITIONS, OCA, PAIRS
from dev.coexist_steps import condition, pair
from dev.outcome import Outcome
from dev.report import Exit, Stop, step


def coexist():
    """Tries the pairs and conditions that ``ONLY`` names (between semicolons), or all; returns the exit code."""
    with house.opened() as home:
        return run_tests.summary(tried(home, *chosen(os.environ.get('ONLY', ''))))


def tried(home, pairs, conditions):
    """Outcomes of pairs and conditions."""
    with contextlib.ExitStack() as stack:
        template = home.template()
        # All that is made once, with the addons of others on the path; the template's name goes by Odoo's own folders.
        beside = home.with_addons() if any(one.source == OCA for one in pairs) else home
        ours = stack.enter_context(_ours(home, template)) if pairs else None
        mail = stack.enter_context(_mail(home)) if conditions else None
        parts = [(one.name, functools.partial(_pair, beside, template, ours, one)) for one in pairs]
        parts += [(one.name, functools.partial(condition, home, mail, one)) for one in conditions]
        return run_tests.together(parts)


def chosen(only):
    """(pairs, conditions) that somebody asked for; Stop where a name is unknown."""
    names = {name.strip() for name in only.split(';') if name.strip()}
    every = {one.name for one in (*PAIRS, *CONDITIONS)}
    if unknown := names - every:
        raise Stop(Exit.USAGE, f'Nothing is called {", ".join(sorted(unknown))}.',
                   f'one of: {", ".join(sorted(every))}')
    return ([one for one in PAIRS if not names or one.name in names],
            [one for one in CONDITIONS if not names or one.name in names])


def _pair(home, template, ours, one):
    """Outcome of a pair; skipped where this Odoo has no such addon."""
    missing = [name for name in one.modules if not any((place / name).is_dir() for place in home.odoo.addons)]
    if missing:
        outcome = Outcome(one.name, skipped=1)
        outcome.details.append(f'skipped: {one.name}: this Odoo has no {", ".join(missing)}')
        return outcome
    return pair(home, template, ours, one)


@contextlib.contextmanager
def _ours(home, template):
    """The database from which each pair begins the second time: ours with demo data, and nothing of the other."""
    with home.databases.scratch('co_ours', template) as database:
        with step('database with the addon and its demo data'):
            home.need(database, house.logs() / 'coexist-ours.log', '-i', house.MODULE)
        yield database


@contextlib.contextmanager
def _mail(home):
    """A database with ``mail`` alone and no demo data."""
    name = home.databases.passing('co_mail')
    try:
        with step('database with mail alone and no demo data'):
            home.databases.create(name)
            home.need(name, house.logs() / 'coexist-mail.log', '-i', 'mail', '--without-demo=all')
        yield name
    finally:
        home.databases.drop(name)
