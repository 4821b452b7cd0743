"""Read-only sessions that all see one state of a database, with settings of their own, and work shared out to them."""
import concurrent.futures
import contextlib
import queue

import psycopg2
from psycopg2 import extensions

from deploy.postgres import as_failure, rows
from deploy.report import Failed

# A digest must not depend on what the server, the database or the role has set.
SETTINGS = {
    'search_path': 'pg_catalog', 'TimeZone': 'UTC', 'DateStyle': 'ISO, YMD', 'IntervalStyle': 'postgres',
    'extra_float_digits': '3', 'bytea_output': 'hex', 'lc_monetary': 'C', 'xmloption': 'content',
    'row_security': 'off',  # an error instead of rows that are silently left out
    'quote_all_identifiers': 'off', 'statement_timeout': '0', 'idle_in_transaction_session_timeout': '0',
    'lock_timeout': '10min', 'jit': 'off', 'max_parallel_workers_per_gather': '0',
}


@contextlib.contextmanager
def snapshot(server, database, workers=2, name=None):
    """``workers`` sessions on one snapshot while the block lasts, the first of which exported it.

    :param name: a snapshot that another session has exported, as pg_dump --snapshot takes it
    :raises Failed: the database cannot be reached or read
    """
    with contextlib.ExitStack() as stack, as_failure(f'Reading the database {database}'):
        first = stack.enter_context(server.session(database))
        _begin(first, name)
        name = name or rows(first, 'SELECT pg_export_snapshot()')[0][0]
        sessions = [first]
        for _number in range(workers - 1):
            sessions.append(stack.enter_context(server.session(database)))
            _begin(sessions[-1], name)
        yield sessions


def _begin(connection, name):
    rows(connection, 'SELECT ' + ', '.join(['set_config(%s, %s, false)'] * len(SETTINGS)),
         [part for pair in SETTINGS.items() for part in pair])
    connection.set_session(isolation_level=extensions.ISOLATION_LEVEL_REPEATABLE_READ, readonly=True,
                           autocommit=False)
    if name:
        rows(connection, 'SET TRANSACTION SNAPSHOT %s', [name])


def share_out(sessions, tasks, work):
    """Calls ``work(session, task)`` for each task, one at a time in each session; yields (task, result) as they end.

    An error or an interruption cancels what is still running.
    """
    free = queue.SimpleQueue()
    for session in sessions:
        free.put(session)

    def one(task):
        session = free.get()
        try:
            return task, work(session, task)
        except psycopg2.Error as error:
            said = str(error).strip().splitlines()
            raise Failed(f'{task} cannot be read: {said[0] if said else error!r}.') from error
        finally:
            free.put(session)

    pool = concurrent.futures.ThreadPoolExecutor(len(sessions))
    try:
        futures = [pool.submit(one, task) for task in tasks]
        for future in concurrent.futures.as_completed(futures):
            yield future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for session in sessions:
            with contextlib.suppress(psycopg2.Error):
                session.cancel()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
