from . import test_guard_matrix
from . import test_voucher_number
from . import test_voucher_digest
from . import test_approval_matrix
from . import test_approval_stories
from . import test_approval_gate
from . import test_approval_batch
