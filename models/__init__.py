from . import payment_digest
from . import account_payment_voucher
from . import account_move_voucher
