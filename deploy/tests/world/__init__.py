"""A world to deploy in, real in every part: PostgreSQL, Odoo with workers as a service, payments, files, releases."""
