"""Runs SQL with the Python of Odoo's environment: statements in as JSON, rows of the last one out as JSON.

Called as a program, so that the tool itself needs no database driver. Connection values come from libpq's variables.
"""
import json
import sys

import psycopg2


def main():
    wish = json.load(sys.stdin)
    rows = []
    try:
        connection = psycopg2.connect(dbname=wish['database'])
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement, values in wish['statements']:
                cursor.execute(statement, values)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
    except psycopg2.Error as error:
        sys.exit(str(error).strip())
    json.dump(rows, sys.stdout, default=str)


if __name__ == '__main__':
    main()
