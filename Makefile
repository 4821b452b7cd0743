# The tools live in dev/ and need Python 3.10 or later, nothing else. `make help` lists the commands.
PYTHON ?= python3
ONLY ?=
export ONLY PORT HOST WORKERS

help:
	@echo 'make run               Odoo 17 with the addon and demo data at http://localhost:8069'
	@echo 'make test              every test; the last line is "N passed, N failed, N skipped"'
	@echo 'make test ONLY=WHAT    one part: TestClass, TestClass.test_method, tests/test_x.py, /module:Class,'
	@echo '                       dev/tests/test_y.py, lifecycle, legacy, parallel, proof, faults'
	@echo 'make coexist           the addon beside each of the others, both orders; ONLY="name; another"; half an hour'
	@echo 'make proof             10,000 random calls of people who are no Payment Managers; no posted payment may change'
	@echo 'make coverage          lines and branches of models/ and wizards/ that no test reaches'
	@echo 'make mutation          small faults in guard and approval, one at a time: a test must notice each'
	@echo 'make load              two servers, eight people, five minutes; workers and connections are killed meanwhile'
	@echo 'make faults            every fault that a deployment must survive, for real; ONLY="part of a name; another"'
	@echo 'make bench-deploy       figures of a deployment with 100,000 payments and 20,000 files, as ratios; half an hour'
	@echo 'make bench             what the addon costs beside stock Odoo with 100,000 payments: queries and times'
	@echo 'make regression        the tests of Odoo and of other addons, with the addon and without; ONLY="account; sale"'
	@echo 'make recording          a deployment and a rollback as the terminal shows them: docs/deployment-recording.md'
	@echo 'make lint              ruff, pylint-odoo, OCA checks, XML checks'
	@echo 'make translations       brings i18n/ up to date: the .pot by Odoo, new terms into the .po files'
	@echo 'make screenshots       takes the pictures of README and store page anew, from the running demo'
	@echo 'make volume            upgrade, installation and removal on 100,000 payments: time and memory'
	@echo 'make clean             removes databases, virtual environments and the private PostgreSQL'
	@echo
	@echo 'Variables: PORT=8069, HOST=127.0.0.1 (make run); ODOO_HOME, an Odoo 17; ODOO_GIT_URL, where to clone it from;'
	@echo 'PGHOST, PGPORT, PGUSER, PGPASSWORD, a PostgreSQL to use; PAE_PYTHON, a Python 3.10 to 3.12; PAE_CACHE, the'
	@echo 'cache folder; PAE_TIME_LIMIT, seconds for one run of Odoo; PAE_CALLS, PAE_MUTANTS, PAE_SEED,'
	@echo 'PAE_SECONDS and PAE_CLIENTS, how long proof, mutation and load go on.'
	@echo 'Exit codes: dev/report.py lists them (3: no Odoo 17). make shows them and itself ends with 2; `python3 -m dev test`'
	@echo 'ends with the code.'

COMMANDS = run test proof coverage mutation load coexist faults bench bench-deploy regression \
           lint translations screenshots volume recording clean

$(COMMANDS):
	@$(PYTHON) -m dev $@

.PHONY: help $(COMMANDS)
