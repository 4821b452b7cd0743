"""Safe deployment of an Odoo addon: reversible, with proof that nothing was lost.

Standalone: the standard library, psycopg2 and lxml; imports no Odoo. ``python3 -m deploy --help`` lists the commands.
"""
