"""Stories told in Odoo's shell while another addon stands beside ours and approval is on.

One file for each addon; each function without an underscore is a story. The first paragraph of its docstring is the
outcome that docs/beside_others.md promises.
"""
