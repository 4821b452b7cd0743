from . import base_partner_merge
from . import payment_reset
from . import payment_voucher_verify
from . import payment_reject
from . import account_payment_register
from . import payment_approval_dry_run
from . import payment_history_verify
from . import base_module_uninstall
