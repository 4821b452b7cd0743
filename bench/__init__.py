"""What the addon costs: stock Odoo and Odoo with the addon, measured in turns by one program."""
