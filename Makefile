# The tools live in dev/ and need Python 3.10 or later, nothing else. `make help` lists the commands.
PYTHON ?= python3
ONLY ?=
export ONLY PORT HOST WORKERS

help:
	@echo 'make run               Odoo 17 with the addon and demo data at http://localhost:8069 (PORT=, HOST=)'
	@echo 'make test              every test; ends with "N passed, N failed, N skipped"'
	@echo 'make test ONLY=WHAT    one part: TestClass, TestClass.test_method, tests/test_x.py, dev/tests/test_y.py, lifecycle'
	@echo 'make lint              ruff, pylint-odoo, OCA checks, XML checks'
	@echo 'make clean             removes databases, virtual environments and the private PostgreSQL'

run test lint clean:
	@$(PYTHON) -m dev $@

.PHONY: help run test lint clean
