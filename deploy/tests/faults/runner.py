"""Runs one fault in a world of its own and proves how it ended."""
import contextlib
import dataclasses
import os
import re
import shlex
import shutil
import signal
import subprocess
import time

from deploy.tests.faults.fault import NEW, OLD
from deploy.tests.world import proof, release, world
from deploy.tests.world.gates import Gate
from dev import house
from dev.process import tail
from dev.report import Stop

LIMIT = 900  # seconds for one run of the tool
LATER = 0.4  # seconds after the gate
AGAIN = 4    # login pages in a row
ROW_NUMBER = re.compile(r'sequences\.\w+_id_seq: ')
NEXT = re.compile(r'next: (python3 -m deploy .*)')


@dataclasses.dataclass
class Run:
    """What happened: exit code, output, and the pictures taken before."""
    code: int = None
    output: str = ''
    picture: dict = None
    books: dict = None
    code_before: tuple = ()
    tree_new: str = ''
    version: str = ''
    codes: list = dataclasses.field(default_factory=list)
    wrong: list = dataclasses.field(default_factory=list)
    seconds: float = 0
    draws: bool = False


def run(worlds, fault):
    """A Run; ``wrong`` is empty when the fault ended as declared and everything was proven."""
    done = Run()
    begin = time.monotonic()
    try:
        worlds.wake()
        worlds.settle()
        with world.made(worlds, **fault.options) as one:
            _run(one, fault, done)
            if done.wrong:
                _keep(one, fault, done)
    except (Stop, OSError) as error:
        done.wrong.append(f'the world broke: {error}')
        with contextlib.suppress(Stop):
            worlds.wake()
            worlds.clear()
    done.seconds = time.monotonic() - begin
    return done


def _run(one, fault, done):
    try:
        _prepare(one, fault, done)
        _act(one, fault, done)
        _judge(one, fault, done)
    except Stop as stop:
        done.wrong.append(stop.line())
    except (OSError, AssertionError, ValueError, subprocess.SubprocessError) as error:
        done.wrong.append(f'{type(error).__name__}: {error}')


def _prepare(one, fault, done):
    done.version = release.make(one, *fault.release, raised=fault.raised)
    done.tree_new = release.tree_hash(one.tree)
    if fault.deployed:
        done.code_before = proof.code(one)
        _take(one, done)
        done.codes.append(one.run('deploy', limit=LIMIT)[0])
        assert done.codes == [0], f'the deployment before ended with {done.codes}'
    if fault.before:
        fault.before(one)
    if not fault.deployed:
        done.code_before = proof.code(one)
        _take(one, done)
    elif fault.retake:
        done.books = proof.books(one)


def _take(one, done):
    done.picture, done.books = proof.picture(one), proof.books(one)


def _act(one, fault, done):
    """The tool from start to end, killed, resumed and helped as the fault says."""
    gate = Gate(fault.gate, fault.kill) if fault.gate else None
    begin = one.output_size()
    process = one.tool(*fault.words, *one.extra_words, gate=gate)
    try:
        if gate:
            _at_gate(one, fault, done, gate, process)
        done.codes.append(_ended(process))
    finally:
        if gate:
            gate.remove()
    if done.codes[-1] == -signal.SIGKILL:
        if fault.between:
            fault.between(one)
        done.codes.append(one.run(*fault.resume, limit=LIMIT)[0])
    _next_commands(one, fault, done, begin)
    if fault.mend:
        fault.mend(one)
    done.output = one.output(begin)


def _at_gate(one, fault, done, gate, process):
    if not gate.wait(process, LIMIT):
        done.wrong.append(f'the tool never came to "{fault.gate}"')
        return
    if fault.at:
        fault.at(one, process)
    if fault.retake and not fault.deployed:
        _take(one, done)
    gate.open()
    if fault.later:
        time.sleep(LATER)
        fault.later(one, process)


def _ended(process):
    try:
        return process.wait(LIMIT)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return 'time limit'


def _next_commands(one, fault, done, begin):
    """After exit code 3 the exact next command, twice at most."""
    done.code = done.codes[-1]
    if done.code == 3 and fault.between and not fault.kill:
        fault.between(one)
    for _attempt in range(2):
        if done.codes[-1] != 3:
            return
        commands = NEXT.findall(one.output(begin))
        if not commands:
            done.wrong.append('exit code 3 without a next command')
            return
        done.codes.append(one.run(*shlex.split(commands[-1].split(' (')[0])[3:], limit=LIMIT)[0])


def _judge(one, fault, done):
    """Everything that must be true at the end."""
    done.draws = fault.draws
    state = fault.expected.get(done.code)
    if state is None:
        done.wrong.append(f'exit code {done.code}, expected {fault.shown()}')
        state = NEW if done.code == 0 else OLD
    if fault.says and fault.says not in done.output:
        done.wrong.append(f'the output does not say {fault.says!r}')
    if 'Traceback' in done.output:
        done.wrong.append('the output shows a traceback')
    done.wrong += _old(one, done) if state == OLD else _new(one, done) if state == NEW else []
    lost = proof.lost_files(one)
    done.wrong += lost if len(lost) != fault.lost else []
    done.wrong += _service(one, fault) + _leftovers(one, state)
    if fault.after:
        done.wrong += fault.after(one, done)


def _old(one, done):
    """Database, files and code are as before, to the last row."""
    wrong = [f'not as before: {text}' for text in proof.different(done.picture, proof.picture(one))
             if not (done.draws and ROW_NUMBER.match(text))]
    code = proof.code(one)
    return wrong if code == done.code_before else [*wrong, f'the code is {code}, not {done.code_before}']


def _new(one, done):
    """The new version is installed, and the books and what surrounds them are as before."""
    wrong = [f'not as before: {text}' for text in proof.different(done.books, proof.books(one))]
    about = proof.about(one)
    if about != done.picture['about']:
        wrong.append(f'owner, rights, settings, comment: {done.picture["about"]} -> {about}')
    if proof.module(one) != ('installed', done.version):
        wrong.append(f'the module is {proof.module(one)}, not installed {done.version}')
    if release.tree_hash(one.addon) != done.tree_new:
        wrong.append('the code is not that of the release')
    return wrong


def _service(one, fault):
    """It runs, answers, and somebody can log in and read payments."""
    if fault.closed:
        return []
    if one.service('status') or not _answers(one):
        return [f'the service: status {one.service("status")}, login page {one.login_page()}']
    kind, count = one.client('accountant').call('account.payment', 'search_count', [])
    return [] if kind == 'done' and count > 1000 else [f'the accountant reads payments: {kind} {count}']


def _answers(one):
    """Every worker shows the login page: one whose sessions went with PostgreSQL fails once, and then has new ones."""
    good = 0
    for _try in range(3 * AGAIN):
        good = good + 1 if one.login_page() == 200 else 0
        if good == AGAIN:
            return True
        if not good:
            time.sleep(0.5)
    return False


def _leftovers(one, state):
    """Nothing stays behind but the documented rollback point."""
    wrong = []
    allowed = ('_rollback',) if state != OLD else ()
    names = [name for name in one.made_databases() if not name.endswith(allowed)] if allowed else one.made_databases()
    wrong += [f'left over: database {name}' for name in names]
    places = [*(one.data / 'filestore').iterdir()]
    wrong += [f'left over: {path.name} beside the filestore' for path in places
              if path.name != one.database and not (allowed and path.name.endswith(allowed))]
    beside = {path.name for path in one.code_place.iterdir()} - {house.MODULE}
    wrong += [f'left over: {name} beside the code' for name in sorted(beside) if state == OLD]
    wrong += [f'left over: {path}' for path in one.backups.rglob('*.part')]
    sessions = one.admin("SELECT datname, state, query FROM pg_stat_activity "
                         "WHERE application_name = 'payment deploy tool'")
    wrong += [f'left over: session {row}' for row in sessions]
    helpers = {helper.pid for helper in one.helpers}
    strangers = [words for number, words in one.processes()
                 if number not in helpers and (str(one.conf) not in words or '-d ' in words)]
    return wrong + [f'left over: process {words}' for words in strangers]


def _keep(one, fault, done):
    """What somebody needs to find out why: the tool's output, its journals and the service's log."""
    place = house.logs() / 'faults' / re.sub(r'\W+', '-', fault.name)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for path in (one.folder / 'tool.log', one.log, one.folder / 'console.log'):
        if path.exists():
            shutil.copy(path, place)
    journals = one.backups / 'deployments'
    if journals.is_dir():
        shutil.copytree(journals, place / 'deployments', ignore=shutil.ignore_patterns('tool', '*.json'))
    done.wrong.append(f'kept in {place}; the tool said at last:\n{tail(one.folder / "tool.log", 6)}')
