"""A full volume: the journal gives up its room and is still written."""
import subprocess

import pytest

from deploy.journal import Journal


@pytest.fixture
def small(tmp_path):
    """A volume of one megabyte."""
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', tmp_path], check=False,
                      capture_output=True).returncode:
        pytest.skip('only root can mount a volume')
    yield tmp_path
    subprocess.run(['umount', '-l', tmp_path], check=False)


def test_the_way_back_is_written_down_on_a_full_volume(small):
    journal = Journal.create(small, kind='deployment')
    with pytest.raises(OSError), open(small / 'filler', 'wb', buffering=0) as filler:
        while filler.write(b'x' * 4096) == 4096:
            pass
        raise OSError
    for number in range(100):
        journal.write('begin', f'step {number}', text='x' * 200)
    assert [entry['step'] for entry in journal.entries()[1:]] == [f'step {number}' for number in range(100)]
    assert not journal.room.exists()
