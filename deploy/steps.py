"""Steps of a deployment, carried out one by one with the journal written before and after each."""
import dataclasses
import signal
import time
from collections.abc import Callable

import psycopg2

from deploy.postgres import is_passing
from deploy.report import Failed, Stop, duration, say

AGAIN, BACK = 'again', 'back'
TRIES = 3  # of a step that may be done again, when PostgreSQL was restarted under it


@dataclasses.dataclass(frozen=True)
class Step:
    """One step. ``resumed`` says what follows when it was begun and its end is not in the journal.

    ``do()`` may return a short text for the log. A step that may be done ``AGAIN`` finds what an earlier try left.
    """
    name: str
    title: str
    do: Callable
    resumed: str = AGAIN


def carry_out(step, journal):
    """Does one step. Raises what the step raises, errors of PostgreSQL as Failed; the journal has the error."""
    begin = time.monotonic()
    journal.write('begin', step.name)
    say(f'-- {step.title} ...')
    try:
        note = _tried(step)
    except (Exception, KeyboardInterrupt) as error:
        stop = as_stop(error, step)
        journal.write('failed', step.name, seconds=round(time.monotonic() - begin, 3), error=stop.what)
        say(f'!! {step.title}: failed after {duration(time.monotonic() - begin)}')
        if stop is error:
            raise
        raise stop from error
    journal.write('end', step.name, seconds=round(time.monotonic() - begin, 3), note=note or '')
    say(f'-- {step.title}: done in {duration(time.monotonic() - begin)}{f"; {note}" if note else ""}')


def _tried(step):
    left = TRIES
    while True:
        left -= 1
        try:
            return step.do()
        except (psycopg2.Error, Failed) as error:
            passing = is_passing(error) or is_passing(error.__cause__ or error.__context__)
            if not passing or step.resumed == BACK or not left:
                raise
            say(f'   PostgreSQL went away under this step; once more ({error})')
            time.sleep(1)


def as_stop(error, step):
    """Any error as one that says what happened, for the journal and the administrator."""
    if isinstance(error, Stop):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Failed(f'Interrupted in step {step.name}.')
    text = str(error).strip() or repr(error)
    return Failed(f'{step.title}: {text.splitlines()[0]} ({type(error).__name__}).')


class Unbroken:
    """While the block lasts, Ctrl-C and a request to end are answered, not obeyed: the way back reaches its end."""

    def __enter__(self):
        self.before = {number: signal.signal(number, self._answer)
                       for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

    def __exit__(self, *_error):
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def _answer(self, _number, _frame):
        say('   Going back to the old state; it will not be broken off. Please wait.')
