"""The other commands: rollback, rehearsal, backups, and those that only look."""
import shutil

from deploy.tests.faults.fault import NEW, OLD, add
from deploy.tests.world import mutations as m
from deploy.tests.world import proof, template

FAILING = m.migration("raise ValueError('no')")
LOOKS = {0: OLD}


def _rehearsed(world):
    code, output = world.run('rehearse')
    assert code == 0, output[-2000:]


def _works(world):
    """A user of the new version enters something."""
    kind, what = world.client('admin').call('res.partner', 'create', {'name': 'Entered since'})
    assert kind == 'done', what


def _entered(world):
    return world.sql("SELECT count(*) FROM res_partner WHERE name = 'Entered since'")[0][0]


add('rollback', LOOKS, deployed=True, words=('rollback',))
add('rollback, symlinked folder', LOOKS, deployed=True, words=('rollback',), options={'code': 'symlink'})
add('rollback, new columns', LOOKS, m.model(m.COLUMN), deployed=True, words=('rollback',))
add('rollback twice', {1: OLD}, deployed=True, words=('rollback',), before=lambda w: w.run('rollback'))
add('rollback after work in the new version', {1: NEW}, deployed=True, words=('rollback',), before=_works,
    says='res_partner', after=lambda w, run: [] if _entered(w) else ['what the user entered is gone'])
add('rollback after work, given up', LOOKS, deployed=True, words=('rollback', '--discard-since'), before=_works,
    after=lambda w, run: _kept_dump(w))
add('rollback of the code alone', {0: ''}, deployed=True, words=('rollback', '--code'), before=_works, retake=True,
    after=lambda w, run: _code_alone(w, run))
add('backup folder gone at rollback', {0: OLD, 1: NEW}, deployed=True, words=('rollback',),
    before=lambda w: shutil.rmtree(w.backups / 'deployments'))
add('rollback point gone at rollback', {0: OLD, 1: NEW}, deployed=True, words=('rollback',),
    before=lambda w: [template.drop(w.worlds.admin, name) for name in w.made_databases()])
add('filestore of the rollback point altered', {0: OLD}, deployed=True, words=('rollback',),
    before=lambda w: _alter_snapshot(w))
add('kill -9 in rollback', {0: OLD, 2: OLD}, deployed=True, words=('rollback',), gate='back-begin', kill=True,
    counted='kill')
add('rollback when nothing was deployed', {1: OLD}, words=('rollback',))


def _kept_dump(world):
    """What was given up is kept as a dump beside the journal."""
    kept = [path for path in (world.backups / 'deployments').rglob('*') if 'tool' not in path.parts
            and path.is_file() and b'Entered since' in path.read_bytes()]
    big = [path for path in (world.backups / 'deployments').rglob('*') if path.suffix in ('.dump', '.gz', '.dat')]
    wrong = [] if kept or big else ['no dump of what was given up']
    return [*wrong, 'it is still there'] if _entered(world) else wrong


def _code_alone(world, run):
    wrong = [] if _entered(world) else ['what the user entered is gone']
    wrong += proof.different(run.books, proof.books(world))
    if proof.code(world) != run.code_before:
        wrong.append('the code is not the old one')
    if proof.module(world)[0] != 'installed':
        wrong.append(f'the module is {proof.module(world)}')
    return wrong


def _alter_snapshot(world):
    snapshot = next(path for path in (world.data / 'filestore').iterdir() if path.name.endswith('_rollback'))
    path = next(path for path in sorted(snapshot.rglob('*')) if path.is_file() and path.stat().st_size > 1000)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-1] + b'?')


add('rehearsal', LOOKS, words=('rehearse',))
add('rehearsal of a failing release', {1: OLD}, FAILING, words=('rehearse',))
add('rehearsal finds a changed row', {1: OLD}, m.sql(f'UPDATE account_payment SET amount = amount + 1 '
                                                    f'WHERE id = {m.PAYMENT}'), words=('rehearse',))
add('rehearsal finds guards that are off', {1: OLD}, m.model(m.OPEN_GUARD), words=('rehearse',))
add('good release, rehearsed', {0: NEW}, before=lambda w: _rehearsed(w), says='was tried by rehearsal')
add('guards off in the service alone, rehearsed', {2: OLD}, m.model(m.OPEN_GUARD_IN_SERVICE),
    before=lambda w: _rehearsed(w), says='NOT refused')
add('failing release, rehearsal made light of it', {2: OLD}, m.migration(
    "if not cr.dbname.endswith('_rehearsal'):\n    raise ValueError('no')"), before=lambda w: _rehearsed(w))
add('kill -9 in the rehearsal', LOOKS, words=('rehearse',), gate='begin upgrade', kill=True, resume=('rehearse',),
    counted='kill')
add('Ctrl-C in the rehearsal', {1: OLD}, words=('rehearse',), gate='begin upgrade',
    later=lambda world, process: process.send_signal(2))
add('preflight', LOOKS, words=('preflight',))
add('check', LOOKS, words=('check',), draws=True)
add('baseline', LOOKS, words=('baseline',))
add('status', LOOKS, words=('status',))


def _newest(world):
    """The folder of the only backup."""
    return next(path.parent for path in sorted(world.backups.rglob('manifest.json')))


def _largest(world):
    files = [path for path in _newest(world).rglob('*') if path.is_file() and path.name != 'manifest.json']
    return max(files, key=lambda path: path.stat().st_size)


def _backup(world):
    code, output = world.run('backup')
    assert code == 0, output


def _truncated(world):
    _backup(world)
    path = _largest(world)
    path.write_bytes(path.read_bytes()[:-100])
    world.notes['file'] = path.name


def _flipped(world):
    _backup(world)
    path = _largest(world)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    world.notes['file'] = path.name


def _named(world, run):
    return [] if world.notes['file'] in run.output else [f'{world.notes["file"]} is not named']


def _verify(before):
    """Words that prove the backup made before; its folder is known only then."""
    def prepare(world):
        before(world)
        world.extra_words = (str(_newest(world)),)
    return prepare


add('backup', LOOKS, words=('backup',))
add('backup, proven', LOOKS, words=('backup', '--verify'))
add('backup truncated', {1: OLD}, words=('backup', '--verify'), before=_verify(_truncated), after=_named)
add('backup with one bit flipped', {1: OLD}, words=('backup', '--verify'), before=_verify(_flipped), after=_named)
add('an extension missing on restore', {1: OLD, 2: OLD, 3: OLD}, words=('backup', '--verify'),
    before=lambda w: w.sql('CREATE EXTENSION pageinspect'), says='pageinspect')
add('backup with a large object, proven', LOOKS, words=('backup', '--verify'),
    before=lambda w: w.sql('SET ROLE service', "SELECT lo_from_bytea(0, 'large')"))
