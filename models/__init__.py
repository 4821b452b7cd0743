from . import posting_guard
from . import payment_override
from . import account_payment
from . import account_move
from . import account_move_line
from . import account_partial_reconcile
from . import account_bank_statement_line
from . import account_payment_method_line
