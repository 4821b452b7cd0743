"""``python3 -m deploy``: safe deployment of an Odoo addon, reversible, with proof that nothing was lost.

Standalone: the standard library, psycopg2 and lxml; imports no Odoo. Every command is a module of deploy/commands with
``HELP``, ``arguments(parser)`` and ``run(settings, options)``, which returns an exit code.
"""
import sys

from deploy.cli import main

if __name__ == '__main__':
    sys.exit(main())
