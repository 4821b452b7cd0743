from . import test_guard_matrix
from . import test_voucher_number
from . import test_voucher_digest
from . import test_voucher_report
from . import test_voucher_print
from . import test_voucher_verify
from . import test_voucher_mail
