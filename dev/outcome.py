"""What a part of the tests came to, and the sum of all parts."""
import dataclasses


@dataclasses.dataclass
class Outcome:
    """Counts of one part; ``details`` explains failures and skips, one text each."""
    part: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    details: list = dataclasses.field(default_factory=list)

    def check(self, good, text):
        """Counts one check as a test of its own; ``text`` is shown when it failed."""
        self.passed += bool(good)
        self.failed += not good
        if not good:
            self.details.append(text)

    def line(self):
        """The plain closing line."""
        return f'{self.passed} passed, {self.failed} failed, {self.skipped} skipped'


def total(outcomes):
    """All parts together."""
    return Outcome('all', *(sum(getattr(one, name) for one in outcomes) for name in ('passed', 'failed', 'skipped')),
                   [text for one in outcomes for text in one.details])
