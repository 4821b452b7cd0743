from . import test_guard_delete
from . import test_guard_entries
from . import test_guard_matrix
from . import test_guard_x2many
from . import test_voucher_number
from . import test_voucher_digest
