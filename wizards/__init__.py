from . import payment_reset
