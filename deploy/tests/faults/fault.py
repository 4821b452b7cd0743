"""What a fault is: how the world looks, what goes wrong and when, and how it has to end."""
import dataclasses
from collections.abc import Callable

OLD, NEW = 'old', 'new'
ALL = {}  # every fault by name, in the order of definition


@dataclasses.dataclass
class Fault:
    """One fault.

    ``expected`` maps exit codes that are right to the state that must be proven then. After exit code 3 the printed
    next command is carried out first. A tool that was killed is resumed; the exit code is that of the resumed one.
    """
    name: str
    expected: dict
    release: tuple = ()            # mutations of the new release
    options: dict = dataclasses.field(default_factory=dict)  # of the world
    before: Callable = None        # (world): makes the fault before the tool starts
    gate: str = ''                 # line of the journal, such as 'begin switch', at which the fault comes
    at: Callable = None            # (world, process): makes the fault there, while the tool is held
    later: Callable = None         # (world, process): the same, a moment after the tool goes on
    kill: bool = False             # SIGKILL at the gate
    between: Callable = None       # (world): after the kill, before the resume; or before the next command
    mend: Callable = None          # (world): afterwards, before the proof: what no tool could mend
    deployed: bool = False         # a good deployment comes first; ``before`` and ``words`` follow it
    words: tuple = ('deploy',)     # what the tool is asked for
    resume: tuple = ('deploy', '--resume')
    lost: int = 0                  # attachments whose files were lost before
    after: Callable = None         # (world, run): texts of what is wrong afterwards
    says: str = ''                 # what the tool's output must hold
    retake: bool = False           # the fault itself writes: the old state is what it left
    draws: bool = False            # numbers of rows are drawn by a transaction that is not committed: no loss
    closed: bool = False           # the service is not running at the end
    raised: bool = True            # the release has a new version
    group: str = ''
    counted: str = 'fault'         # 'kill' for those generated over the steps

    def shown(self):
        """The expectation as a text for the table."""
        return ', '.join(f'{code} {state}' for code, state in sorted(self.expected.items()))


def add(name, expected, *release, **more):
    """Defines a fault."""
    assert name not in ALL, name
    ALL[name] = Fault(name, expected, release, **more)
    return ALL[name]
