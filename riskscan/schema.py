"""Brings a database up to date: our migrations, then the task queue's own schema."""

from __future__ import annotations

from typing import LiteralString

import psycopg
from procrastinate.schema import SchemaManager

from store.migrate import migrate

#: The service role queues and works tasks, but owns none of the queue's tables.
GRANTS: LiteralString = """
grant usage on schema procrastinate to riskscan_service;
grant select, insert, update, delete on all tables in schema procrastinate to riskscan_service;
grant usage on all sequences in schema procrastinate to riskscan_service;
grant execute on all functions in schema procrastinate to riskscan_service;
"""


def create_queue(conn: psycopg.Connection) -> None:
    """Create the task queue's tables once, in a schema of their own."""
    with conn.transaction():
        if conn.execute("select to_regclass('procrastinate.procrastinate_jobs') as known").fetchone() != (None,):
            return
        conn.execute("create schema if not exists procrastinate")
        conn.execute("set local search_path = procrastinate, public")
        conn.execute(SchemaManager.get_schema().encode())
        conn.execute(GRANTS)


def bring_up_to_date(owner_dsn: str) -> list[str]:
    """Apply every migration that is missing, as the owner; returns their names."""
    return migrate(owner_dsn, also=create_queue)
