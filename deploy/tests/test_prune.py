"""What goes and what stays: never the last good backup, never what an unfinished deployment needs."""
import argparse
import dataclasses
import datetime
import json
import os

import pytest
from conftest import create
from psycopg2 import sql
from test_restore_faults import cut, flip

from deploy import backup, cli, half, manifest, names, prune, release, restore
from deploy.journal import Journal
from deploy.report import Refused, Stop, say

DATABASES = (names.ROLLBACK, names.WORK, names.DISCARDED, names.REHEARSAL)


def later(hours):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)


def make(settings, server, name, hours=0):
    """A backup that was made some hours ago."""
    folder = backup.place(settings, name)
    backup.make(settings, server, folder, fingerprint=False)
    facts = {key: value for key, value in manifest.load(folder).items() if key not in ('files', 'seal')}
    manifest.write(folder, {**facts, 'created': later(-hours).isoformat()})
    return folder


def deployment(settings, server, identity, *events, kind='deployment', copies=(names.ROLLBACK,), **facts):
    """A deployment with its journal and copies."""
    journal = Journal(settings.state_dir / identity)
    journal.folder.mkdir(parents=True)
    journal.write('created', database=settings.database, module=settings.module, kind=kind, **facts)
    for event in events:
        journal.write(event)
    for copy in copies:
        name = names.beside(identity, copy)
        server.rows(sql.SQL('CREATE DATABASE {} IS_TEMPLATE true ALLOW_CONNECTIONS false').format(sql.Identifier(name)))
        (settings.filestores / name).mkdir(parents=True)
        (settings.filestores / name / 'file').write_bytes(b'x' * 10_000)
    return journal


def removed(plan):
    return {item.name.rpartition('/')[2] for item in plan.items}


@pytest.fixture
def database(server, settings):
    create(server, settings.database, 'CREATE TABLE account_move AS SELECT 1 AS id')


def test_backups_beyond_their_time_go_but_the_last(server, settings, database):
    for name, hours in (('a', 100), ('b', 60), ('c', 49)):
        make(settings, server, name, hours)
    plan = prune.plan(settings, server)
    assert removed(plan) == {'a', 'b'}
    assert any('backup c: there is no newer good one' in text for text in plan.kept)
    make(settings, server, 'd', 1)
    assert removed(prune.plan(settings, server)) == {'a', 'b', 'c'}


def test_keep_hours(server, settings, database):
    for name, hours in (('a', 10), ('b', 5), ('c', 0)):
        make(settings, server, name, hours)
    assert removed(prune.plan(settings, server)) == set()
    assert removed(prune.plan(dataclasses.replace(settings, keep_hours=7), server)) == {'a'}
    assert removed(prune.plan(dataclasses.replace(settings, keep_hours=4), server)) == {'a', 'b'}


@pytest.mark.parametrize('fault', [flip, cut, os.unlink])
def test_a_damaged_newer_backup_does_not_count(server, settings, database, fault):
    make(settings, server, 'a', 100)
    make(settings, server, 'b', 90)
    fault(make(settings, server, 'c', 80) / 'database/toc.dat')
    plan = prune.plan(settings, server)
    assert removed(plan) == {'a'}, 'b is the last good one; a person looks at c'
    assert any('backup c' in text and 'is damaged' in text for text in plan.kept)


def test_of_an_unfinished_deployment_nothing_goes(server, settings, database):
    make(settings, server, '20250101_000000', 100)
    make(settings, server, 'newer', 50)
    deployment(settings, server, '20250101_000000', 'begin', copies=DATABASES)
    plan = prune.plan(settings, server, later(1000))
    assert removed(plan) == set()
    assert any('deployment 20250101_000000: it is not finished' in text for text in plan.kept)
    Journal(settings.state_dir / '20250101_000000').write('accepted')
    Journal(settings.state_dir / '20250101_000000').write('back-begin')
    assert removed(prune.plan(settings, server, later(1000))) == set(), 'on its way back'


def test_after_the_way_back_nothing_is_of_use(server, settings, database):
    """The way back removes them itself; killed at its very end it could not."""
    deployment(settings, server, '20250101_000000', 'back-end', copies=DATABASES)
    assert removed(prune.plan(settings, server, later(1))) == {
        names.beside('20250101_000000', kind) for kind in DATABASES if kind != names.WORK}


def test_a_finished_deployment_keeps_its_copies_for_a_while(server, settings, database):
    deployment(settings, server, '20250101_000000', 'accepted', copies=DATABASES)
    assert removed(prune.plan(settings, server, later(47))) == set()
    plan = prune.plan(settings, server, later(49))
    assert removed(plan) == {names.beside('20250101_000000', kind) for kind in DATABASES if kind != names.WORK}
    sizes = [item.freed for item in plan.items if item.kind == 'filestore']
    assert all(size >= 10_000 for size in sizes)
    assert {item.kind for item in plan.items} == {'database', 'filestore'}
    assert prune.carry_out(plan.items, lambda item: None) == sum(item.freed for item in plan.items)
    assert server.names('deploy_') == ['deploy_20250101_000000_work']
    assert [path.name for path in settings.filestores.iterdir()] == ['deploy_20250101_000000_work']


def test_hard_links_give_back_nothing(server, settings, database):
    deployment(settings, server, '20250101_000000', 'accepted')
    folder = settings.filestores / 'deploy_20250101_000000_rollback'
    os.link(folder / 'file', settings.filestores / 'kept')
    plan = prune.plan(settings, server, later(49))
    assert [item.freed for item in plan.items if item.kind == 'filestore'] == [0]


def test_a_rehearsal_that_broke_off(server, settings, database):
    deployment(settings, server, '20250101_000000', 'begin', kind='rehearsal', copies=(names.REHEARSAL,))
    assert removed(prune.plan(settings, server, later(49))) == {'deploy_20250101_000000_rehearsal'}


def test_the_old_code_goes_and_the_code_in_use_stays(server, settings, database, tmp_path):
    settings = dataclasses.replace(settings, target=str(tmp_path / 'addons/code'))
    journal = deployment(settings, server, '20250101_000000', 'accepted', copies=())
    staged = release.place(settings, journal.folder)
    for path in (settings.code_dir, staged):
        path.mkdir(parents=True)
        (path / 'a.py').write_text('A = 1\n')
    assert removed(prune.plan(settings, server, later(47))) == set()
    plan = prune.plan(settings, server, later(49))
    assert [item.kind for item in plan.items] == ['old code'] and plan.items[0].freed > 0
    prune.carry_out(plan.items, lambda item: None)
    assert (settings.code_dir / 'a.py').exists() and not staged.exists()


def test_what_is_not_ours_stays(server, settings, database):
    create(server, 'deploy_20240101_000000_rollback')  # no journal knows it
    other = dataclasses.replace(settings, database='other')
    create(server, 'other')
    deployment(other, server, '20240202_000000', 'accepted')
    make(other, server, 'x', 100)
    make(other, server, 'y', 90)
    assert removed(prune.plan(settings, server, later(1000))) == set()
    assert removed(prune.plan(other, server, later(1))) == {'x'}


def test_somebody_is_in_the_copy(server, settings, database):
    deployment(settings, server, '20250101_000000', 'accepted')
    name = 'deploy_20250101_000000_rollback'
    server.rows(f'ALTER DATABASE {name} ALLOW_CONNECTIONS true')
    with server.session(name):
        plan = prune.plan(settings, server, later(49))
        assert f'database {name}: somebody is in it' in plan.kept
        assert [item.kind for item in plan.items] == ['filestore']


def test_without_the_database_nothing_goes(server, settings, database):
    deployment(settings, server, '20250101_000000', 'accepted')
    with pytest.raises(Refused, match='one of its copies may be needed'):
        prune.plan(dataclasses.replace(settings, database='renamed away'), server, later(49))


def test_leftovers_of_interrupted_work(server, settings, database):
    make(settings, server, '20250101_000000', 1)
    (backup.home(settings) / 'broken.part').mkdir()
    (backup.home(settings) / 'broken.part/file').write_bytes(b'x' * 5000)
    create(server, 'deploy_20250101_000000_scratch')
    create(server, restore.HALF + '12345678')
    assert removed(prune.plan(settings, server)) == {
        'broken.part', 'deploy_20250101_000000_scratch', 'deploy_half_12345678'}
    with restore.working_on(server, 'deploy_half_12345678'):
        assert 'deploy_half_12345678' not in removed(prune.plan(settings, server))
    with half.making(backup.home(settings) / 'broken', keep=True):
        assert 'broken.part' not in removed(prune.plan(settings, server))


def call(settings, name, *words):
    """Exit code of a command with the settings of the test."""
    module, parser = cli.command_module(name), argparse.ArgumentParser()
    module.arguments(parser)
    try:
        return module.run(settings, parser.parse_args(words))
    except Stop as stop:
        say(stop.line())
        return stop.code


def test_the_command_says_what_and_how_much(server, settings, database, capsys):
    for name, hours in (('a', 100), ('b', 1)):
        make(settings, server, name, hours)
    assert call(settings, 'prune', '--dry-run') == 0
    text = capsys.readouterr().out
    assert '/backups/a' in text and '100 hours old' in text and '1 would be removed' in text
    assert (backup.home(settings) / 'a').exists()
    assert call(settings, 'prune') == 0
    text = capsys.readouterr().out
    assert 'removed: backup' in text and 'given back' in text
    assert [path.name for path in backup.home(settings).iterdir()] == ['b']


def test_the_commands_backup_and_archive(server, settings, live, tmp_path, capsys):
    settings = dataclasses.replace(settings, target=str(live))
    assert call(settings, 'backup', '--verify') == 0
    text = capsys.readouterr().out
    assert 'filestore:' in text and 'Proven in' in text
    folder, facts = backup.all_backups(settings)[0]
    assert json.loads((folder / 'verified.json').read_text())['differences'] == []
    assert call(settings, 'backup', '--verify', folder.name) == 0
    assert call(settings, 'backup', folder.name) == 1
    assert call(settings, 'backup', '--restore-as', 'back again') == 0
    assert 'back again is ready' in capsys.readouterr().out
    assert backup.sizes.of_tree(settings.filestores / 'back again') == backup.sizes.of_tree(settings.filestore)
    assert call(settings, 'backup', '--restore-as', 'back again') == 1
    assert call(settings, 'archive', '--to', str(tmp_path / 'far')) == 0
    assert manifest.load(tmp_path / 'far' / folder.name) == facts
    flip(folder / 'database/toc.dat')
    assert call(settings, 'backup', '--verify', folder.name) == 1
    assert 'toc.dat was altered' in capsys.readouterr().out
    assert call(settings, 'archive', 'nothing', '--to', str(tmp_path / 'far')) == 1
