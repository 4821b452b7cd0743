"""Programs end with all their children; folders and locks are where they should be."""
import os
import pathlib
import subprocess
import sys
import time

import pytest

from dev import cache, process
from dev.report import Exit, Stop, duration, table

FAMILY = 'sleep 300 & echo $! > {note}; sleep 300'


def alive(number):
    state = process.output(['ps', '-o', 'stat=', '-p', str(number)])
    return bool(state) and not state.startswith('Z')


def written(path):
    for _attempt in range(100):
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError(f'{path} was not written')


def test_run(tmp_path):
    assert process.run(['sh', '-c', 'cat; echo err >&2; exit 3'], tmp_path / 'log', 10, text='in') == 3
    assert (tmp_path / 'log').read_text() == 'inerr\n'


def test_time_limit_ends_the_children_too(tmp_path):
    with pytest.raises(Stop) as caught:
        process.run(['sh', '-c', FAMILY.format(note=tmp_path / 'child')], tmp_path / 'log', 0.5)
    assert caught.value.code == Exit.TIME_LIMIT
    assert not alive(written(tmp_path / 'child'))


def test_an_interruption_ends_the_children_too(tmp_path):
    with pytest.raises(KeyboardInterrupt), \
            process.started(['sh', '-c', FAMILY.format(note=tmp_path / 'child')], tmp_path / 'log'):
        assert alive(written(tmp_path / 'child'))
        raise KeyboardInterrupt
    assert not alive(written(tmp_path / 'child'))


def test_output_of_what_fails():
    assert process.output(['no-such-program']) is None
    assert process.output(['false']) is None
    assert process.output(['echo', 'a']) == 'a\n'
    assert process.output(['sleep', '5'], limit=0.1) is None


def test_the_checkout_has_the_addons_name_whatever_its_folder():
    link = cache.addons_folder() / 'payment_account_enhanced'
    assert link.resolve() == process.ROOT
    link.unlink()
    link.symlink_to('/')
    assert (cache.addons_folder() / 'payment_account_enhanced').resolve() == process.ROOT


def test_cache_that_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / 'file').touch()
    monkeypatch.setenv('PAE_CACHE', str(tmp_path / 'file/below'))
    with pytest.raises(Stop) as caught:
        cache.folder()
    assert caught.value.code == Exit.NO_CACHE


def test_cache_by_the_usual_variables(monkeypatch, tmp_path):
    monkeypatch.delenv('PAE_CACHE')
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    assert cache.folder() == tmp_path / 'payment_account_enhanced'
    monkeypatch.delenv('XDG_CACHE_HOME')
    monkeypatch.setenv('HOME', str(tmp_path))
    assert cache.folder() == tmp_path / '.cache/payment_account_enhanced'


@pytest.mark.skipif(os.geteuid() != 0, reason='only root works for another account')
def test_the_server_gets_a_folder_that_its_account_can_enter(own_cache):
    assert cache.server_folder() == own_cache
    own_cache.chmod(0o700)
    other = cache.server_folder()
    assert other.parent == pathlib.Path('/var/tmp')
    assert cache.reachable(other)
    other.rmdir()


def test_lock(tmp_path):
    busy = Stop(Exit.IN_USE, 'busy')
    with cache.lock(tmp_path / 'a.lock', busy):
        with pytest.raises(Stop), cache.lock(tmp_path / 'a.lock', busy):
            pass
    with cache.lock(tmp_path / 'a.lock', busy):
        pass


def test_words():
    assert [duration(value) for value in (0.44, 12.3, 185)] == ['0.4 s', '12 s', '3 min 05 s']
    assert table(('a', 'long'), [('xxx', 1)]) == 'a    long\n---  ----\nxxx  1'
    assert Stop(Exit.USAGE, 'No.', 'do').line() == 'No. Remedy: do'


def test_the_tool_needs_no_package():
    code = 'import sys; sys.path.insert(0, "."); import dev.run_tests, dev.serve, dev.lint, dev.clean'
    subprocess.run([sys.executable, '-I', '-S', '-c', code], cwd=process.ROOT, check=True)
