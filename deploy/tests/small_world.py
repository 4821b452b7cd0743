"""A production server in small: a database with a large object, a filestore with attachments, code."""
import hashlib

import pytest

TABLES = (
    'CREATE EXTENSION pg_trgm',
    'CREATE TABLE account_move (id serial PRIMARY KEY, name text, amount numeric)',
    "INSERT INTO account_move (name, amount) SELECT 'BNK/' || n, n FROM generate_series(1, 2000) n",
    "SELECT setval('account_move_id_seq', 5000)",
    'CREATE TABLE ir_attachment (id serial PRIMARY KEY, store_fname text, checksum text)',
    'CREATE VIEW big AS SELECT * FROM account_move WHERE amount > 100',
    "SELECT lo_from_bytea(424242, 'a large object'::bytea)",
    "COMMENT ON TABLE account_move IS 'Journal entries'",
)


def attach(server, settings, content):
    """An attachment with its file, as Odoo stores it; returns its name."""
    total = hashlib.sha1(content).hexdigest()
    name = f'{total[:2]}/{total}'
    path = settings.filestore / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    server.rows('INSERT INTO ir_attachment (store_fname, checksum) VALUES (%s, %s)', [name, total], settings.database)
    return name


@pytest.fixture
def live(server, settings):
    """A production server in small: database, filestore, code and configuration; yields the code's folder."""
    from conftest import create
    create(server, settings.database, *TABLES)
    for number in range(30):
        attach(server, settings, f'content {number}'.encode() * (number * 50 + 1))
    code = settings.filestores.parent / 'code'
    (code / 'models').mkdir(parents=True)
    (code / 'models/a.py').write_text('A = 1\n')
    (code / 'link').symlink_to('models/a.py')
    return code
