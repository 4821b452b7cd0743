"""``make bench-deploy``: the figures of a deployment, in one run, as ratios to what the usual programs take.

100,000 payments and 20,000 files, made once. Machines are noisy, so each figure is divided by a yardstick measured in
the same run, and short ones are measured in turns with their yardstick; the middle one of three counts.
"""
import json
import os
import statistics
import subprocess
import threading
import time

from deploy.tests.faults.runner import LIMIT
from deploy.tests.world import measure_facts, release, template, world
from deploy.tests.world.template import quoted
from dev import house, process
from dev.process import ROOT
from dev.report import Exit, Stop, duration, say, step, table

PAYMENTS, FILES, SIZE = 100_000, 20_000, 25_000
ROUNDS = 3
COPY = 'deploy_bench_yardstick'
RESULT = ROOT / 'bench' / 'deploy.json'
PLAIN = """SELECT format('SELECT count(*), sum(hashint8extended(hash_record_extended(t, 0), 0)) FROM %I t;', relname)
  FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \\gexec
"""
LASTING = {'fsync': 'on', 'synchronous_commit': 'on', 'full_page_writes': 'on'}  # as on a server that people trust


def bench_deploy():
    """Prints the table, writes bench/deploy.json; returns the exit code."""
    with house.opened() as home, template.opened(home) as worlds, _lasting(worlds), world.made(
            worlds, service=False, payments=PAYMENTS, files=FILES, size=SIZE) as one:
        found = Bench(one).run()
    rows = measure_facts.rows(found)
    say('\n' + table(measure_facts.HEAD, [row.cells() for row in rows]))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({'measured': found, 'rows': [row.facts() for row in rows]}, indent=1) + '\n')
    missed = sum(not row.good for row in rows)
    say(f'\n{len(rows) - missed} of {len(rows)} goals reached; written to {RESULT.relative_to(ROOT)}')
    return Exit.TESTS_FAILED if missed else Exit.OK


class _lasting:
    """The server writes to disk as a production server does while the block lasts."""

    def __init__(self, worlds):
        self.worlds = worlds

    def __enter__(self):
        self.worlds.admin.sql(*(f'ALTER SYSTEM SET {name} = {value}' for name, value in LASTING.items()),
                              'SELECT pg_reload_conf()')

    def __exit__(self, *_error):
        self.worlds.admin.sql('ALTER SYSTEM RESET ALL', 'SELECT pg_reload_conf()')


class Bench:
    """One run; ``found`` holds seconds and bytes by name."""

    def __init__(self, one):
        self.one = one
        self.found = {}
        self.place = one.folder / 'bench'
        self.place.mkdir()
        self.most = 0

    def run(self):
        one = self.one
        self.found['database_bytes'] = int(one.admin(('SELECT pg_database_size(%s)', [one.database]))[0][0])
        self.found['files_bytes'] = sum(path.stat().st_size for path in one.filestore.rglob('*') if path.is_file())
        release.make(one)
        with step('yardsticks: dump, archive, restore, copy, upgrade'):
            self._yardsticks()
        with step('short ones, in turns with their yardsticks'):
            self._turns()
        with step('service, rehearsal, deployment, restore, rollback'):
            self._deployment()
        return self.found

    # What the usual programs take

    def _yardsticks(self):
        one, dump = self.one, self.place / 'whole.dump'
        self._dump(dump)
        self._timed('gzip', 'gzip', '-k', dump)
        self._timed('tar', 'tar', '-czf', self.place / 'files.tar.gz', '-C', one.filestore, '.')
        self._clear()
        self._file_copy()
        self._upgrade_alone()
        template.drop(one.worlds.admin, COPY)

    def _clear(self):
        for path in self.place.glob('*'):
            path.unlink()

    def _dump(self, dump):
        self._timed('dump', 'pg_dump', '-Fc', '-f', dump, self.one.database)

    def _file_copy(self):
        self._calm()
        begin = time.monotonic()
        self.one.admin(f'CREATE DATABASE {quoted(COPY)} TEMPLATE {quoted(self.one.database)} OWNER {template.ROLE} '
                       'STRATEGY FILE_COPY')
        self._note('file_copy', time.monotonic() - begin)

    def _upgrade_alone(self):
        """``-u`` of the addon as it is, on a copy."""
        one = self.one
        log = self.place / 'upgrade.log'
        command = [*one.worlds.home.odoo.command(one.worlds.home.python), '-c', one.conf, '-d', COPY,
                   '-u', house.MODULE, '--stop-after-init', '--no-http', '--workers=0', '--max-cron-threads=0',
                   '--logfile=']
        begin = time.monotonic()
        code = process.run(command, log, house.time_limit(), env={
            **os.environ, **one.worlds.home.extra, 'PYTHONDONTWRITEBYTECODE': '1'})
        self._note('upgrade', time.monotonic() - begin)
        if code:
            raise Stop(Exit.ODOO_FAILED, f'The upgrade alone failed:\n{process.tail(log)}', '')

    def _timed(self, name, program, *arguments):
        server = self.one.databases.server
        programs = template.programs()
        known = programs / program
        self._calm()
        begin = time.monotonic()
        done = subprocess.run([str(known if known.exists() else program), *map(str, arguments)], check=False,
                              capture_output=True, env={
            **os.environ, **server.variables(), 'PGOPTIONS': '-c max_parallel_workers_per_gather=0'})
        if done.returncode:
            raise Stop(Exit.POSTGRES_FAILED, f'{program}: {done.stderr.decode()[-300:]}', '')
        self._note(name, time.monotonic() - begin)

    def _calm(self):
        """What was written before is on disk: nobody pays for another's writing."""
        self.one.admin('CHECKPOINT')
        os.sync()

    def _note(self, name, seconds):
        """Keeps a time; of several the middle one counts."""
        self.found.setdefault('all', {}).setdefault(name, []).append(round(seconds, 3))
        self.found[name] = round(statistics.median(self.found['all'][name]), 3)
        say(f'   {name}: {duration(seconds)}')

    # In turns

    def _turns(self):
        files = self.place / 'files.txt'
        files.write_text('\n'.join(str(path) for path in sorted(self.one.filestore.rglob('*')) if path.is_file()))
        scripts = {'psql_digest': self._asked('script')['script'], 'psql_plain': PLAIN}
        for name, text in scripts.items():
            (self.place / f'{name}.sql').write_text(text)
        for number in range(ROUNDS):
            if number:  # the first time was among the yardsticks
                self._dump(self.place / 'whole.dump')
                (self.place / 'whole.dump').unlink()
                self._file_copy()
                template.drop(self.one.worlds.admin, COPY)
            for name in scripts:
                script = self.place / f'{name}.sql'
                self._timed(name, 'psql', '-qAt', '-o', '/dev/null', '-f', script, self.one.database)
            self._measured('digest', 'digest')
            self._timed('sha1sum', 'xargs', '-a', files, '-d', '\n', 'sha1sum')
            self._measured('files', 'files')
            self._measured('point', 'point')
            self._measured('code_check', 'code')

    def _measured(self, name, what):
        """A function of the tool, timed in a program of its own."""
        self._calm()
        said = self._asked(what)
        self._note(name, said.pop('seconds'))
        self.found.update({f'{name}_{key}': value for key, value in said.items()})

    def _asked(self, what):
        """What the program of its own says of a function."""
        done = subprocess.run([self.one.worlds.home.python, '-m', 'deploy.tests.world.measure', self.one.toml, what],
                              cwd=ROOT, env=self.one.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stop(Exit.USAGE, f'{what}: {done.stderr[-500:]}', '')
        return json.loads(done.stdout.splitlines()[-1])

    # The whole

    def _deployment(self):
        one = self.one
        begin = time.monotonic()
        one.start()
        self._note('service_start', time.monotonic() - begin)
        self._rehearse()
        over = threading.Event()
        watcher = threading.Thread(target=self._watch_disk, args=(over,))
        watcher.start()
        try:
            self._tool('deploy')
        finally:
            over.set()
            watcher.join()
        self.found['disk'] = self.most
        self.found.update(measure_facts.of_journal(one.backups / 'deployments', 'accepted'))
        self._restores()
        self._tool('rollback')
        self.found.update(measure_facts.of_journal(one.backups / 'deployments', 'back-end'))

    def _restores(self):
        """The tool's backup and a dump of the same database, in turns."""
        one, dump = self.one, self.place / 'whole.dump'
        self._dump(dump)
        for _number in range(ROUNDS):
            self._measured('from_dump', 'restore')
            one.admin(f'CREATE DATABASE {quoted(COPY)} TEMPLATE template0 OWNER {template.ROLE}')
            self._timed('restore', 'pg_restore', '-j2', '--no-owner', '-d', COPY, dump)
            template.drop(one.worlds.admin, COPY)
        self._clear()

    def _rehearse(self):
        """The rehearsal, while a user writes; once before, to know how long a write takes at worst in peace."""
        for name, work in (('blocked_in_peace', lambda: time.sleep(20)), ('blocked', lambda: self._tool('rehearse'))):
            stop = self.one.folder / 'stop'
            stop.unlink(missing_ok=True)
            probe = threading.Thread(target=self._measured, args=(name, 'blocked'))
            probe.start()
            try:
                work()
            finally:
                stop.touch()
                probe.join()

    def _tool(self, word):
        begin = time.monotonic()
        code, output = self.one.run(word, limit=LIMIT)
        if code:
            raise Stop(Exit.TESTS_FAILED, f'{word} ended with {code}:\n{output[-2000:]}', '')
        self._note(f'{word}_whole', time.monotonic() - begin)

    def _watch_disk(self, over):
        """The most that lay beside the database at once: copies and the dump. Files are hard links, and one archive."""
        query = ("SELECT coalesce(sum(pg_database_size(oid)), 0) FROM pg_database "
                 "WHERE starts_with(datname, 'deploy_') AND datname NOT LIKE '%\\_work'")
        while not over.wait(1):
            dumps = sum(path.stat().st_size for path in self.one.backups.rglob('database*/*') if path.is_file())
            self.most = max(self.most, int(self.one.admin(query)[0][0]) + dumps)
