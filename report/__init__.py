from . import payment_voucher_report
