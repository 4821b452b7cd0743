from . import test_guard_delete
from . import test_guard_doors
from . import test_guard_entries
from . import test_guard_matrix
from . import test_guard_wizards
from . import test_guard_x2many
