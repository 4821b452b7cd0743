from . import test_voucher_number
from . import test_voucher_digest
