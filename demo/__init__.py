from . import account_payment_demo
