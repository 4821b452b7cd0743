from . import payment_staffing
from . import payment_records
