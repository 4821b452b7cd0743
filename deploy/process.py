"""Starting programs: lists instead of shells, a time limit, output to a file or a string, another account if asked."""
import contextlib
import os
import pathlib
import pwd
import signal
import subprocess
import tempfile

from deploy.report import Failed, masked

GRACE = 10  # seconds between asking a program to end and ending it
OWNER = 'DEPLOY_OWNER'  # a variable that every child carries, so that a resumed deployment finds what was left running
owner = ''              # id of the deployment that this process carries out


def own(identity):
    """From now on every child belongs to this deployment."""
    globals()['owner'] = identity


def left_over(identity):
    """Process ids of children that an earlier process of this deployment left running."""
    mark = f'{OWNER}={identity}'.encode()
    found = []
    for path in pathlib.Path('/proc').glob('[0-9]*/environ'):
        with contextlib.suppress(OSError):
            if int(path.parent.name) != os.getpid() and mark in path.read_bytes().split(b'\0'):
                found.append(int(path.parent.name))
    return found


def end_left_over(identity):
    """Ends them; returns how many there were."""
    found = left_over(identity)
    for number in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return len(found)


def account(user):
    """Arguments of Popen that make a program run as ``user``; {} for the present one."""
    if not user or os.geteuid() != 0 or user == 'root':
        return {}
    entry = pwd.getpwnam(user)
    return {'user': entry.pw_uid, 'group': entry.pw_gid, 'extra_groups': os.getgrouplist(user, entry.pw_gid)}


def run(command, limit=600, log=None, text=None, user='', cwd='/', stays=False, keep=(), **environment):
    """(exit code, output) of a program run to its end; with ``log`` (a path) the output goes there and '' is returned.

    :param limit: seconds; beyond them the whole process group is ended and Failed is raised
    :param text: what the program reads from its standard input
    :param keep: file descriptors that the program inherits
    :param stays: what it starts shall go on running: the service, which belongs to no deployment
    """
    marked = {OWNER: owner} if owner and not stays else {}
    # What stays may keep its output open for ever: a file takes it then, a pipe would be waited for.
    out = open(log, 'ab') if log else tempfile.TemporaryFile() if stays else subprocess.PIPE  # noqa: SIM115
    try:
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=out, stderr=subprocess.STDOUT, cwd=cwd, env={**os.environ, **marked, **environment},
            start_new_session=True, pass_fds=keep, **account(user))
    except OSError as error:
        raise Failed(f'{command[0]} cannot be started: {error.strerror}.') from None
    try:
        output, _none = process.communicate(text.encode() if text is not None else None, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failed(f'{command[0]} was still running after {limit} s and was ended.') from None
    finally:
        if not stays:
            end(process)
        if stays and not log:
            out.seek(0)
            output = out.read()
        if out is not subprocess.PIPE:
            out.close()
    return process.returncode, masked((output or b'').decode(errors='replace'))


def need(command, what, **options):
    """Output of a program that must succeed; Failed says ``what`` failed and its last lines."""
    code, output = run(command, **options)
    if code:
        raise Failed(f'{what} failed with code {code}: {last_lines(output)}')
    return output


def last_lines(text, count=3):
    return ' / '.join(line.strip() for line in text.strip().splitlines()[-count:])


def end(process):
    """Ends a program started in a session of its own, with all its children."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
            if not group_alive(process.pid):
                return


def group_alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
