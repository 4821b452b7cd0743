"""Numbers of a sequence for a whole batch of records, in one query."""
from odoo import models
from odoo.tools import SQL

FORMAT = ('prefix', 'suffix', 'padding')


class IrSequence(models.Model):
    _inherit = 'ir.sequence'

    def _draw_standard_numbers(self, count):
        """Draw numbers, and read with them how they are written, for ``get_next_char``.

        :return: list of ``count`` numbers in ascending order; empty where the sequence counts without gaps or by
            date, which Odoo does one by one
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(SQL(
            """
            SELECT nextval(to_regclass(%s)), %s
              FROM ir_sequence sequence, generate_series(1, %s)
             WHERE sequence.id = %s AND sequence.implementation = 'standard' AND sequence.use_date_range IS NOT TRUE
            """,
            f'ir_sequence_{self.id:03d}', SQL(', ').join(SQL.identifier('sequence', name) for name in FORMAT),
            count, self.id,
        ))
        rows = self.env.cr.fetchall()
        for name, value in zip(FORMAT, rows[0][1:]) if rows else ():
            self.env.cache.insert_missing(self, self._fields[name], [value])
        return sorted(row[0] for row in rows)
