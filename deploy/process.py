"""Starting programs: lists instead of shells, a time limit, output to a file or a string, another account if asked."""
import contextlib
import os
import pwd
import signal
import subprocess

from deploy.report import Failed, masked

GRACE = 10  # seconds between asking a program to end and ending it


def account(user):
    """Arguments of Popen that make a program run as ``user``; {} for the present one."""
    if not user or os.geteuid() != 0 or user == 'root':
        return {}
    entry = pwd.getpwnam(user)
    return {'user': entry.pw_uid, 'group': entry.pw_gid, 'extra_groups': os.getgrouplist(user, entry.pw_gid)}


def run(command, limit=600, log=None, text=None, user='', cwd='/', **environment):
    """(exit code, output) of a program run to its end; with ``log`` (a path) the output goes there and '' is returned.

    :param limit: seconds; beyond them the whole process group is ended and Failed is raised
    :param text: what the program reads from its standard input
    """
    out = open(log, 'ab') if log else subprocess.PIPE  # noqa: SIM115
    try:
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=out, stderr=subprocess.STDOUT, cwd=cwd, env={**os.environ, **environment}, start_new_session=True,
            **account(user))
    except OSError as error:
        raise Failed(f'{command[0]} cannot be started: {error.strerror}.') from None
    finally:
        if log:
            out.close()
    try:
        output, _none = process.communicate(text.encode() if text is not None else None, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failed(f'{command[0]} was still running after {limit} s and was ended.') from None
    finally:
        end(process)
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
