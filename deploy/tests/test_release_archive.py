"""Archives as new code: any usual layout, and nothing that leads out of its folder."""
import dataclasses
import io
import os
import pathlib
import tarfile

import pytest
from code_samples import MANIFEST, MODULE, make_zip

from deploy import release, release_archive
from deploy.report import Refused


def stage(in_use, tmp_path, **more):
    return release.stage(dataclasses.replace(in_use, **more), tmp_path / 'deployment')


@pytest.mark.parametrize('outer', ['', f'{MODULE}/', f'{MODULE}-17.0.1.0.9/', f'export/{MODULE}/'])
@pytest.mark.parametrize('suffix', ['.zip', '.tar.gz'])
def test_an_archive(in_use, tmp_path, outer, suffix):
    files = {f'{outer}__manifest__.py': MANIFEST, f'{outer}__init__.py': ''}
    path = tmp_path / f'new{suffix}'
    if suffix == '.zip':
        make_zip(path, files)
    else:
        with tarfile.open(path, 'w:gz') as opened:
            for name, text in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(text)
                opened.addfile(info, io.BytesIO(text.encode()))
    found = stage(in_use, tmp_path, source=str(path))
    assert found.version == '17.0.1.0.9'
    assert os.listdir(tmp_path / 'addons/.deploy_deployment_code') == [MODULE], 'the unpacked tree is gone'


@pytest.mark.parametrize('name', ['../evil.py', '/tmp/evil.py', f'{MODULE}/../../evil.py', '..\\evil.py', 'C:/evil.py'])
def test_a_zip_that_climbs(in_use, tmp_path, name):
    path = make_zip(tmp_path / 'new.zip', {f'{MODULE}/__manifest__.py': MANIFEST, name: 'evil'})
    with pytest.raises(Refused, match='outside of its folder'):
        stage(in_use, tmp_path, source=path)
    assert not list(tmp_path.rglob('evil.py'))


def test_a_link_that_leads_out(in_use, tmp_path):
    path = make_zip(tmp_path / 'new.zip', {f'{MODULE}/secret': '/etc/passwd'}, mode=0o120777)
    with pytest.raises(Refused, match='outside of its folder'):
        stage(in_use, tmp_path, source=path)
    with tarfile.open(tmp_path / 'new.tar', 'w') as opened:
        for name, link in ((f'{MODULE}/out', '../..'), ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, link
            opened.addfile(info)
    with pytest.raises(Refused, match='outside of its folder'):
        stage(in_use, tmp_path, source=str(tmp_path / 'new.tar'))


def test_a_device(in_use, tmp_path):
    with tarfile.open(tmp_path / 'new.tar', 'w') as opened:
        info = tarfile.TarInfo(f'{MODULE}/pipe')
        info.type = tarfile.FIFOTYPE
        opened.addfile(info)
    with pytest.raises(Refused, match='device or a pipe'):
        stage(in_use, tmp_path, source=str(tmp_path / 'new.tar'))


def test_a_damaged_archive(in_use, tmp_path):
    path = make_zip(tmp_path / 'new.zip', {f'{MODULE}/__manifest__.py': MANIFEST * 50})
    content = bytearray(pathlib.Path(path).read_bytes())
    content[120] ^= 1
    pathlib.Path(path).write_bytes(content)
    with pytest.raises(Refused, match='cannot be unpacked'):
        stage(in_use, tmp_path, source=path)
    pathlib.Path(path).write_bytes(content[:200])
    with pytest.raises(Refused, match='cannot be unpacked'):
        stage(in_use, tmp_path, source=path)


def test_an_archive_too_large(in_use, tmp_path, monkeypatch):
    monkeypatch.setattr(release_archive, 'SIZE_LIMIT', 1000)
    path = make_zip(tmp_path / 'new.zip', {f'{MODULE}/__manifest__.py': MANIFEST, f'{MODULE}/big': 'x' * 1001})
    with pytest.raises(Refused, match='more than an addon can need'):
        stage(in_use, tmp_path, source=path)
