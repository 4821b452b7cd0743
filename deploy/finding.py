"""What a check found: one line each, ok, warning or stop, with its remedy."""
import dataclasses

from deploy.report import Exit, say

OK, WARNING, STOP = 'ok', 'warning', 'stop'


@dataclasses.dataclass(frozen=True)
class Finding:
    """``subject`` is what was looked at, ``text`` what was found, ``remedy`` what to do about it."""
    level: str
    subject: str
    text: str
    remedy: str = ''

    def line(self):
        remedy = f'\n{"":10}remedy: {self.remedy}' if self.remedy and self.level != OK else ''
        return f'{self.level:8}  {self.subject}: {self.text}{remedy}'


def ok(subject, text):
    return Finding(OK, subject, text)


def warning(subject, text, remedy=''):
    return Finding(WARNING, subject, text, remedy)


def stop(subject, text, remedy=''):
    return Finding(STOP, subject, text, remedy)


def stops(findings):
    """Those that forbid going on."""
    return [one for one in findings if one.level == STOP]


def show(findings):
    """Prints all findings and their count; returns REFUSED when one of them is a stop, else DONE."""
    for one in findings:
        say(one.line())
    count = {level: sum(one.level == level for one in findings) for level in (OK, WARNING, STOP)}
    say(f'\n{count[OK]} ok, {count[WARNING]} warnings, {count[STOP]} stops')
    return Exit.REFUSED if count[STOP] else Exit.DONE
