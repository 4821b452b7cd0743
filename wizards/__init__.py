from . import payment_reset
from . import payment_reject
