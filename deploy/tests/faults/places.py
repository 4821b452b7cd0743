"""What is wrong around the release: volumes, files, the service, the folder of the code, names and settings."""
import os
import shutil
import socket

from deploy.tests.faults.fault import NEW, OLD, add
from deploy.tests.world import mutations as m
from deploy.tests.world import proof, trouble, world
from deploy.tests.world.template import git

GOOD, REFUSED, BACK = {0: NEW}, {1: OLD}, {2: OLD}
FAILING = m.migration("raise ValueError('no')")
MB = 1 << 20

add('backup volume too small', REFUSED, before=lambda w: trouble.volume(w, w.backups, 2 * MB))
add('backup volume full in the backup', REFUSED, before=lambda w: trouble.volume(w, w.backups, 400 * MB),
    gate='begin backup', at=lambda w, process: trouble.fill(w.backups, MB), mend=lambda w: trouble.empty(w.backups))
add('backup volume full in the window', {0: NEW, 2: OLD, 3: OLD},
    before=lambda w: trouble.volume(w, w.backups, 400 * MB), gate='begin point',
    at=lambda w, process: trouble.fill(w.backups), between=lambda w: trouble.empty(w.backups),
    mend=lambda w: trouble.empty(w.backups))
add('database volume too small for a copy', REFUSED, before=lambda w: trouble.move_to_volume(w, 110 * MB))
# PostgreSQL 15 copies a small database into sparse files: that the volume is full shows at the next checkpoint, and no
# database can be dropped or renamed until somebody makes room.
add('database volume full in the copy', {2: OLD, 3: OLD}, before=lambda w: w.notes.update(
    place=trouble.move_to_volume(w, 900 * MB)), gate='begin point',
    at=lambda w, process: trouble.fill(w.notes['place'], 20 * MB), between=lambda w: trouble.empty(w.notes['place']),
    mend=lambda w: trouble.empty(w.notes['place']))
add('database volume full in the upgrade', {2: OLD, 3: OLD}, m.model(m.COLUMN), m.sql(
    "CREATE TABLE late_table AS SELECT g AS id, repeat('x', 900) AS filler FROM generate_series(1, 300000) g"),
    before=lambda w: w.notes.update(place=trouble.move_to_volume(w, 900 * MB)), gate='begin upgrade',
    at=lambda w, process: trouble.fill(w.notes['place'], 30 * MB), between=lambda w: trouble.empty(w.notes['place']),
    mend=lambda w: trouble.empty(w.notes['place']))
add('code volume read-only', REFUSED, before=lambda w: (
    trouble.volume(w, w.addons, 100 * MB), git('clone', '-q', w.upstream, w.addon, folder='/'),
    git('reset', '-q', '--hard', 'HEAD~1', folder=w.addon), trouble.read_only(w.addons)), says='')
add('filestore behind a symlink', GOOD, before=lambda w: _link_files(w),
    after=lambda w, run: [] if w.filestore.is_symlink() else ['the symlink is gone'])
add('filestore behind a symlink, failing', BACK, FAILING, before=lambda w: _link_files(w),
    after=lambda w, run: [] if w.filestore.is_symlink() else ['the symlink is gone'])
add('an attachment was lost long ago', {0: NEW, 1: OLD}, before=lambda w: _lose(w), lost=1)


def _link_files(world):
    place = world.folder / 'files'
    place.mkdir()
    world.filestore.rename(place / 'store')
    world.filestore.symlink_to(place / 'store')


def _lose(world):
    name = world.sql("SELECT store_fname FROM ir_attachment WHERE res_model = 'account.payment' "
                     'AND store_fname IS NOT NULL ORDER BY id LIMIT 1')[0][0]
    (world.filestore / name).unlink()


def _script(old, new):
    """Changes the script of the service; the text must be there."""
    def change(one, *_process):
        path = one.folder / 'service.sh'
        text = path.read_text()
        assert old in text, f'{path} holds no {old!r}'
        path.write_text(text.replace(old, new, 1))
    return change


def _whole(one):
    shutil.copy(world.SERVICE, one.folder / 'service.sh')


add('service that does not stop', {2: OLD, 3: OLD}, before=_script('    kill -TERM "$pid"', '    exit 1'),
    between=_whole, mend=_whole)
add('service that comes back by itself', BACK, gate='begin close', at=lambda w, process: w.service('start'))
add('service that comes back in the window', {0: NEW, 2: OLD}, gate='begin upgrade',
    at=lambda w, process: w.service('start'))
add('service that does not start once', BACK, before=_script(
    '    alive && exit 0\n', '    alive && exit 0\n    [ -e "$here/tried" ] || { touch "$here/tried"; exit 1; }\n'))
add('service that does not start at all', {3: OLD}, gate='begin start', at=_script(
    '    alive && exit 0\n', '    exit 1\n'), between=_whole, mend=_whole)
add('port taken when the service starts', {0: NEW, 2: OLD, 3: OLD}, gate='begin start',
    at=lambda w, process: _take_port(w),
    between=lambda w: w.notes['port'].close(), mend=lambda w: w.notes['port'].close())
add('log rotated in the window', GOOD, gate='begin upgrade', at=lambda w, process: os.rename(w.log, f'{w.log}.1'))
add('log cut in the window', GOOD, gate='begin check', at=lambda w, process: w.log.write_text(''))
add('log with an error from long ago', GOOD, before=lambda w: _old_error(w))


def _take_port(world):
    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(('127.0.0.1', world.port))
    taken.listen()
    world.notes['port'] = taken


def _old_error(world):
    with world.log.open('a') as log:
        log.write('2026-01-01 10:00:00,000 1 ERROR books odoo.http: something that was seen and mended\n')


def _commit_here(world):
    """A commit in the addon's folder that its repository does not have."""
    (world.addon / 'README.md').write_text('changed here\n')
    git('commit', '-q', '-am', 'a change on the server', folder=world.addon)


add('database name with quotes, hyphens and spaces', GOOD, options={'database': world.ODD_NAME})
add('database name with quotes, failing', BACK, FAILING, options={'database': world.ODD_NAME})
add('dirty code folder', REFUSED, before=lambda w: (w.addon / 'hooks.py').write_text('# changed on the server\n'))
add('diverged code folder', REFUSED, before=_commit_here)
add('code folder not on the addons path', REFUSED, before=lambda w: w.write_conf(
    addons_path=','.join(map(str, w.worlds.home.odoo.addons))), mend=lambda w: w.write_conf(),
    says='No folder of the addons path holds')
add('git ref that is not there', REFUSED, before=lambda w: w.write_toml(ref='never-was'))
add('source that is not there', REFUSED, before=lambda w: w.write_toml(source=w.folder / 'never-was'))
add('source is cut off', REFUSED, before=lambda w: shutil.rmtree(w.upstream / '.git/objects'))
add('unknown setting', REFUSED, before=lambda w: w.write_toml(never_was='x'))
add('odoo.conf is gone', REFUSED, before=lambda w: w.conf.rename(f'{w.conf}.bak'),
    mend=lambda w: os.rename(f'{w.conf}.bak', w.conf))
add('a module is stuck', REFUSED, before=lambda w: w.sql(
    "UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'account'"))
add('database of a newer generation', REFUSED, before=lambda w: w.sql(
    "UPDATE ir_module_module SET latest_version = '17.0.1.2.3' WHERE name = 'payment_account_enhanced'"),
    says='docs/upgrade.md')
add('file that only its owner may read', {0: ''}, lambda folder, _version: (
    folder / 'models/account_move.py').chmod(0o600), options={'code': 'folder'}, after=lambda w, run: _readable(w, run))


def _readable(world, run):
    """The new version is in use, and its files are as readable as those of the old one."""
    found = proof.module(world)
    wrong = [] if found == ('installed', run.version) else [f'the module is {found}']
    return [*wrong, *proof.different(run.books, proof.books(world)), *(
        f'{path} is for its owner alone' for path in world.addon.rglob('*.py') if not path.stat().st_mode & 0o004)]


def _python_that_cannot_draw(world):
    """A Python as new ones are: all that Odoo imports is there, what draws its barcodes is not."""
    place = world.folder / 'python'
    place.mkdir()
    (place / 'sitecustomize.py').write_text("import sys\nsys.modules['reportlab.graphics.renderPM'] = None\n")
    program, *words = world.worlds.home.odoo.command(world.worlds.home.python)
    (place / 'python3').write_text(f'#!/bin/sh\nexport PYTHONPATH="{place}:$PYTHONPATH"\nexec "{program}" "$@"\n')
    (place / 'python3').chmod(0o755)
    world.write_toml(odoo=[place / 'python3', *words])


add('Python that cannot draw the code', REFUSED, before=_python_that_cannot_draw, mend=lambda w: w.write_toml(),
    says='python3-renderpm')
add('account that cannot read odoo.conf', REFUSED, before=lambda w: w.write_toml(user='nobody'),
    says='the account nobody cannot read')
