"""The exchange of old and new code: atomic, restartable after a kill between any two system calls, exactly undone."""
import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest
from code_samples import MODULE, write

from deploy import switch
from deploy.report import Failed, NeedsPerson

ROOT = pathlib.Path(__file__).resolve().parents[2]
WAYS = ('exchange', 'link', 'renames')  # what the system offers: renameat2; nothing, with a link; nothing
KILLED = '''
import os, signal, sys
sys.path.insert(0, sys.argv[1])
import pathlib
from deploy import switch
step, way, action, staged, target = int(sys.argv[2]), *sys.argv[3:]
if way != 'exchange':
    switch._renameat2 = lambda one, two: False
count = 0
def watch(event, arguments):
    global count
    if event in ('open', 'os.rename', 'os.mkdir', 'os.rmdir', 'os.remove', 'os.symlink', 'ctypes.dlsym'):
        if event != 'open' or target.rpartition('/')[0] in str(arguments[0]):
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
getattr(switch, action)(pathlib.Path(staged), pathlib.Path(target))
'''


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    if request.param != 'exchange':
        monkeypatch.setattr(switch, '_renameat2', lambda one, two: False)
    return request.param


def place(tmp_path, way):
    """(staged, target, inode of the old folder): old code in use, new code beside it."""
    folder = tmp_path / 'real' / MODULE if way == 'link' else tmp_path / 'addons' / MODULE
    write(folder, '17.0.1.0.8', **{'only_old.py': 'kept whole\n'})
    target = tmp_path / 'addons' / MODULE
    if way == 'link':
        target.parent.mkdir()
        target.symlink_to(folder)
    return write(folder.parent / '.deploy_1_code' / MODULE, '17.0.1.0.9'), target, os.stat(folder).st_ino


def version(target):
    text = (target / '__manifest__.py').read_text()
    return '9' if '17.0.1.0.9' in text else '8'


def test_there_and_back(tmp_path, way):
    staged, target, inode = place(tmp_path, way)
    new = os.stat(staged).st_ino
    assert switch.state(staged, target) == switch.STAGED and switch.kept(staged, target) is None
    switch.exchange(staged, target)
    assert (switch.state(staged, target), version(target), os.stat(target).st_ino) == (switch.EXCHANGED, '9', new)
    old = switch.kept(staged, target)
    assert (old / 'only_old.py').read_text() == 'kept whole\n' and os.stat(old).st_ino == inode
    assert target.is_symlink() == (way == 'link')
    switch.exchange(staged, target)
    assert version(target) == '9', 'a second call changes nothing'
    switch.back(staged, target)
    switch.back(staged, target)
    assert (switch.state(staged, target), version(target), os.stat(target).st_ino) == (switch.STAGED, '8', inode)
    assert version(staged) == '9' and target.is_symlink() == (way == 'link')
    switch.exchange(staged, target)
    assert version(target) == '9', 'it can be tried again after a way back'


def test_a_link_stays_where_folders_can_be_exchanged(tmp_path):
    staged, target, inode = place(tmp_path, 'link')
    switch.exchange(staged, target)
    assert target.is_symlink() and os.readlink(target) == str(tmp_path / 'real' / MODULE) and version(target) == '9'
    switch.back(staged, target)
    assert os.stat(target).st_ino == inode


@pytest.mark.parametrize('way', ['exchange', 'link'])
def test_no_reader_ever_misses_the_manifest(tmp_path, way, monkeypatch):
    if way == 'link':
        monkeypatch.setattr(switch, '_renameat2', lambda one, two: False)
    staged, target, _inode = place(tmp_path, way)
    path, seen, missing, done = str(target / '__manifest__.py'), set(), [], threading.Event()

    def read():
        while not done.is_set():
            try:
                with open(path) as handle:
                    seen.add('9' if '17.0.1.0.9' in handle.read() else '8')
            except OSError as error:
                missing.append(error)

    readers = [threading.Thread(target=read) for _number in range(2)]
    for one in readers:
        one.start()
    for _time in range(200):
        switch.exchange(staged, target)
        switch.back(staged, target)
    done.set()
    for one in readers:
        one.join()
    assert not missing and seen == {'8', '9'}


def killed(step, way, action, staged, target):
    """True when the action was killed before its n-th step; False when it ended before."""
    code = subprocess.run([sys.executable, '-c', KILLED, ROOT, str(step), way, action, staged, target],
                          check=False).returncode
    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.mark.parametrize('action', ['exchange', 'back'])
@pytest.mark.parametrize('resume', ['exchange', 'back'])
@pytest.mark.parametrize('one_way', WAYS)
def test_killed_between_any_two_calls(tmp_path, one_way, action, resume, monkeypatch):
    """Whatever was done when it was killed, going on and going back both end exactly, and state() tells the truth."""
    if one_way != 'exchange':
        monkeypatch.setattr(switch, '_renameat2', lambda one, two: False)
    for step in range(1, 100):
        staged, target, inode = place(tmp_path / str(step), one_way)
        if action == 'back':
            switch.exchange(staged, target)
        was_killed = killed(step, one_way, action, staged, target)
        state = switch.state(staged, target)
        there = os.path.isdir(target)
        assert state == (switch.BETWEEN if not there else state)
        assert state != switch.EXCHANGED or version(target) == '9'
        assert state != switch.STAGED or version(target) == '8'
        getattr(switch, resume)(staged, target)
        wanted = '9' if resume == 'exchange' else '8'
        assert version(target) == wanted, f'killed at step {step}'
        assert switch.state(staged, target) == (switch.EXCHANGED if wanted == '9' else switch.STAGED)
        assert wanted == '9' or os.stat(target).st_ino == inode
        old = switch.kept(staged, target) if wanted == '9' else target
        assert (old / 'only_old.py').is_file() and os.stat(old).st_ino == inode
        if not was_killed:
            break
    assert step > (3 if one_way == 'exchange' else 4), 'it was killed at several places'


def test_somebody_else_moved_the_code(tmp_path, way):
    staged, target, _inode = place(tmp_path, way)
    switch.exchange(staged, target)
    target.rename(tmp_path / 'away')
    write(target, '17.0.9.9.9')
    with pytest.raises(NeedsPerson, match='neither the old code nor the new'):
        switch.back(staged, target)
    assert (target / '__manifest__.py').exists(), 'nothing was touched'
    assert switch.state(staged, target) == switch.BETWEEN


def test_nothing_to_exchange(tmp_path):
    staged, target, _inode = place(tmp_path, 'exchange')
    assert switch.state(tmp_path / 'none', target) == switch.NONE
    with pytest.raises(Failed, match='no staged code'):
        switch.exchange(tmp_path / 'none', target)
    with pytest.raises(Failed, match='no code to replace'):
        switch.exchange(staged, tmp_path / 'addons/other')
    assert version(target) == '8'


def test_another_volume_is_said_clearly(tmp_path):
    """A real one: /dev/shm and the temporary folder."""
    other = pathlib.Path('/dev/shm')
    if not other.is_dir() or os.stat(other).st_dev == os.stat(tmp_path).st_dev:
        pytest.fail('this test needs /dev/shm on a volume of its own')
    _staged, target, inode = place(tmp_path, 'exchange')
    staged = other / f'deploy-test-{os.getpid()}' / MODULE
    try:
        write(staged, '17.0.1.0.9')
        with pytest.raises(Failed, match='two volumes'):
            switch.exchange(staged, target)
        switch.back(staged, target)
        assert os.stat(target).st_ino == inode and version(target) == '8'
    finally:
        subprocess.run(['rm', '-rf', staged.parent], check=True)


def test_the_folder_is_in_use_as_a_working_directory(tmp_path):
    """A process that stands in the old folder does not hinder the exchange."""
    staged, target, inode = place(tmp_path, 'exchange')
    process = subprocess.Popen(['sleep', '60'], cwd=target)
    try:
        switch.exchange(staged, target)
        assert os.stat(f'/proc/{process.pid}/cwd').st_ino == inode and version(target) == '9'
    finally:
        process.kill()
        process.wait()


def test_discard(tmp_path, way):
    staged, target, _inode = place(tmp_path, way)
    switch.exchange(staged, target)
    if way == 'link':
        with pytest.raises(NeedsPerson, match='code in use'):
            switch.discard(staged, target)
        assert version(target) == '9'
        return
    switch.discard(staged, target)
    assert version(target) == '9' and not staged.parent.exists()
