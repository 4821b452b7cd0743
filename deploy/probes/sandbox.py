"""A transaction that leaves nothing behind. Runs inside the service's Odoo, on the live database.

No commit on any cursor, no voucher or entry number used up, no mail, no bus message, no web push, no call to the
network, no file in the filestore. Locks are short: who works at the same time goes first, and the check begins anew.
"""
import contextlib
import logging
import re
import time

import psycopg2
import requests

import odoo

TRIES = 3
LIMITS = "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '60s'"
NEXTVAL = re.compile(r'\bnextval\s*\(((?:[^()]|\([^()]*\))*)\)', re.IGNORECASE)  # with a call inside, too
PROBE_NUMBER = r'(length((\1)::text) * 0 + 900000000 + (random() * 90000000)::int)'


class Undone(Exception):
    """Carries a result out of a savepoint that is rolled back."""

    def __init__(self, result):
        super().__init__()
        self.result = result


def run(env, work):
    """Result of ``work(env)`` in a transaction that is rolled back; begun anew when somebody else was in the way."""
    for left in reversed(range(TRIES)):
        try:
            with closed(env):
                env.cr.execute(LIMITS)
                return work(env)
        except psycopg2.OperationalError:
            if not left:
                raise
            time.sleep(1)
    return None


def attempt(env, work):
    """(result, error) of ``work()``, undone at once whatever came of it.

    :raises psycopg2.OperationalError: somebody else holds or has changed a row: no verdict on the code
    """
    try:
        with env.cr.savepoint():
            result = work()
            env.flush_all()
            raise Undone(result)
    except Undone as undone:
        return undone.result, None
    except psycopg2.OperationalError:
        raise
    except Exception as error:
        return None, error
    finally:
        env.invalidate_all()


@contextlib.contextmanager
def closed(env):
    """Everything in the block is rolled back, and nothing leaves the process."""
    with contextlib.ExitStack() as stack:
        stack.callback(env.cr.rollback)
        for owner, name, substitute in _substitutes(env):
            stack.enter_context(_replaced(owner, name, substitute))
        stack.enter_context(_quiet('odoo.sql_db'))  # what is refused is reported as a finding, not as a bad query
        yield


def _substitutes(env):
    """(class, attribute, what stands there meanwhile)."""
    cursor, execute = odoo.sql_db.Cursor, odoo.sql_db.Cursor.execute

    def execute_without_numbers(self, query, params=None, log_exceptions=True):
        if isinstance(query, odoo.tools.SQL):
            query, params = query.code, query.params
        if isinstance(query, str) and 'nextval' in query:
            query = NEXTVAL.sub(PROBE_NUMBER, query)
        return execute(self, query, params, log_exceptions)

    yield cursor, 'commit', _refuse('a commit')
    yield cursor, 'execute', execute_without_numbers
    yield requests.Session, 'send', _refuse('a call to the network')
    for model, name, substitute in (
            ('ir.mail_server', 'connect', _refuse('a connection to a mail server')),
            ('ir.mail_server', 'send_email', _refuse('a mail')),
            ('ir.attachment', '_storage', lambda self: 'db'),
            ('ir.attachment', '_mark_for_gc', lambda self, *_names: None),
            ('bus.bus', '_sendmany', lambda self, *_notifications: None),
            ('bus.bus', '_sendone', lambda self, *_notification: None),
            ('mail.thread', '_notify_thread', lambda self, *_message, **_options: [])):
        if model in env.registry:
            yield env.registry[model], name, substitute


def _refuse(what):
    def refuse(*_arguments, **_options):
        raise RuntimeError(f'the check would have made {what}')
    return refuse


@contextlib.contextmanager
def _replaced(owner, name, substitute):
    own = vars(owner).get(name)
    setattr(owner, name, substitute)
    try:
        yield
    finally:
        if own is None:
            delattr(owner, name)
        else:
            setattr(owner, name, own)


@contextlib.contextmanager
def _quiet(name):
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
