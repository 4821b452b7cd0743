from . import payment_staffing
