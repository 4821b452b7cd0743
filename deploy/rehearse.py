"""The rehearsal: the whole upgrade with all its checks on a copy, while the service is up and production untouched."""
import dataclasses
import shutil
import time

from deploy import backup as backups
from deploy import (
    before,
    declared,
    digest,
    filestore,
    lock,
    process,
    release,
    restore,
    switch,
    window,
)
from deploy import compare as comparing
from deploy.deployment import Deployment
from deploy.journal import Journal, journals_of
from deploy.names import REHEARSAL, beside
from deploy.odoo import Odoo
from deploy.postgres import WAIT, Server
from deploy.progress import progress
from deploy.report import Exit, Failed, Stop, duration, say
from deploy.steps import Step, carry_out

ALLOWANCE = 20  # seconds for stop and start of the service, which a rehearsal does not do
# Beyond Odoo's own neutralization: what would reach the outside or the users from a copy.
SILENCE = (
    'UPDATE ir_cron SET active = false WHERE active',
    "UPDATE ir_config_parameter SET value = 'http://rehearsal.invalid' WHERE key = 'web.base.url'",
    "DELETE FROM ir_config_parameter WHERE key = 'web.base.url.freeze'",
)
SILENCE_IF_THERE = {
    'ir_mail_server': 'UPDATE ir_mail_server SET active = false WHERE active',
    'fetchmail_server': 'UPDATE fetchmail_server SET active = false WHERE active',
    'mail_mail': "UPDATE mail_mail SET state = 'cancel' WHERE state = 'outgoing'",
}


@dataclasses.dataclass
class Rehearsal(Deployment):
    """A deployment onto a copy; ``name`` is the copy's."""

    def __post_init__(self):
        super().__post_init__()
        self.name = beside(self.journal.id, REHEARSAL)
        self.copied_files = self.files.parent / self.name

    @property
    def copied(self):
        """Settings in which Odoo finds the new code first and works on the copy."""
        return dataclasses.replace(self.settings, database=self.name,
                                   addons_path=(str(self.release.addon.parent), *self.settings.addons_path))

    def steps(self):
        return [Step('preflight', 'look at the server', lambda: before.preflight(self)),
                Step('code', 'fetch and check the new code', lambda: before.code(self)),
                Step('copy', 'copy of database and filestore, from a dump taken online', lambda: copy(self)),
                Step('silence', 'no mail, no crons, no outgoing connections', lambda: silence(self)),
                Step('baseline', 'picture of the copy', lambda: baseline(self)),
                Step('upgrade', 'upgrade the copy', lambda: upgrade(self)),
                Step('compare', 'compare old and new', lambda: compare(self)),
                Step('checks', 'rights of people, a server on another port', lambda: checks(self))]


def rehearse(settings, keep=False):
    """Runs a rehearsal; returns the exit code. Nothing of production is changed, whatever happens."""
    server = Server(settings)
    with lock.alone(settings, server):
        clear_broken_off(settings)
        journal = Journal.create(settings.state_dir, kind='rehearsal', database=settings.database,
                                 module=settings.module)
        process.own(journal.id)
        one = Rehearsal(settings, journal)
        try:
            for step in one.steps():
                carry_out(step, journal)
        except Stop as error:
            journal.write('refused', error=error.what)
            say(f'\n{error.line()}\nThe rehearsal failed; production is untouched. '
                f'Logs: {journal.folder}. Next: mend the release, then python3 -m deploy rehearse')
            return Exit.REFUSED
        finally:
            if not keep:
                clear_away(one)
        journal.write('rehearsed')
        say(forecast(journal))
        return Exit.DONE


def clear_broken_off(settings):
    """Removes what rehearsals of this database left that were killed."""
    for journal in journals_of(settings):
        if journal.facts().get('kind') == 'rehearsal' and not journal.last('rehearsed', 'refused'):
            clear_away(Rehearsal(settings, journal))
            journal.write('refused', error='It was broken off.')


def copy(one):
    """Dump and restore: nobody is blocked, as CREATE DATABASE … TEMPLATE of a database in use would."""
    folder = one.journal.folder / 'copy'
    with progress('dump and restore') as shown:
        backups.make(one.settings, one.server, folder, one.settings.code_dir, shown, fingerprint=False)
        restore.restore(one.settings, one.server, folder, one.name, one.copied_files, shown, hidden=True,
                        analyze=True)
    shutil.rmtree(folder, ignore_errors=True)


def silence(one):
    """The copy reaches nobody, and the crons of other servers pass it over."""
    Odoo(one.copied).run(one.name, one.log('neutralize'), first=('neutralize',), offline=True)
    with one.server.session(one.name, wait=WAIT) as connection, connection.cursor() as cursor:
        for statement in SILENCE:
            cursor.execute(statement)
        for table, statement in SILENCE_IF_THERE.items():
            cursor.execute('SELECT to_regclass(%s)', [table])
            if cursor.fetchone()[0]:
                cursor.execute(statement)
        cursor.execute('SELECT count(*) FROM ir_cron WHERE active')
        if cursor.fetchone()[0]:
            raise Failed('Scheduled actions of the copy could not be switched off.')


def baseline(one):
    window.keep(one.picture('before'), digest.take(one.server, one.name, modules=[one.settings.module]))


def upgrade(one):
    begin = time.monotonic()
    Odoo(one.copied).upgrade(one.name, [one.settings.module], one.log('upgrade'), offline=True)
    one.journal.note(seconds_upgrade=round(time.monotonic() - begin, 1))


def compare(one):
    """There is no second database to compare row by row: a difference names table and column."""
    begin = time.monotonic()
    old = window.load(one.picture('before'))
    after = digest.take(one.server, one.name, columns=old)
    window.keep(one.picture('after'), after)
    window.refuse_differences([*comparing.compare(old, after, modules=[one.settings.module],
                                                  allowed=declared.changes(one.settings, one.release, old)),
                               *filestore.check(one.server, one.name, one.copied_files)])
    one.journal.note(seconds_compare=round(time.monotonic() - begin, 1))


def checks(one):
    window.demand(window.tried(one, one.copied, Odoo(one.copied), one.name), window.UNFIT)


def forecast(journal):
    """What the real deployment will take, from the times of this one."""
    facts = journal.facts()
    closed = sum(facts[name] for name in ('seconds_upgrade', 'seconds_compare')) + ALLOWANCE
    journal.note(seconds_closed=round(closed))
    return (f'\nThe rehearsal went well. The upgrade took {duration(facts["seconds_upgrade"])}; users will be kept out '
            f'for about {duration(closed)}.\nNext: python3 -m deploy deploy')


def clear_away(one):
    """Removes the copy, its files and the staged code."""
    process.end_left_over(one.journal.id)
    one.databases.drop(one.name)
    for path in (one.copied_files, one.journal.folder / 'copy'):
        shutil.rmtree(path, ignore_errors=True)
    switch.discard(release.place(one.settings, one.journal.folder), one.settings.code_dir)
