from . import test_guard_matrix
