"""Opens connections to PostgreSQL as the service role, with limits that keep one caller from hurting the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from records.errors import DatabaseUnavailable

#: A connection whose rows are dictionaries, the only kind the store takes.
Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

OPTIONS = (
    "-c statement_timeout=30000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=120000 "
    "-c search_path=public,procrastinate -c timezone=UTC"
)


def connection_settings(statement_seconds: int = 30) -> dict[str, Any]:
    """Return the keyword arguments every connection of ours is opened with."""
    options = OPTIONS.replace("statement_timeout=30000", f"statement_timeout={statement_seconds * 1000}")
    return {"options": options, "row_factory": dict_row, "connect_timeout": 10}


@asynccontextmanager
async def open_pool(
    dsn: str, *, min_size: int = 1, max_size: int = 8, statement_seconds: int = 30
) -> AsyncIterator[Pool]:
    """Open a pool on ``dsn`` and close it afterwards.

    Raises
    ------
    DatabaseUnavailable
        No connection within ten seconds, or the server refused one.
    """
    pool: Pool = AsyncConnectionPool(
        dsn,
        connection_class=AsyncConnection[DictRow],
        min_size=min_size,
        max_size=max_size,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs=connection_settings(statement_seconds),
        reconnect_timeout=20,
    )
    try:
        await pool.open()
        # Without this wait a dead server would show only as a time-out of the first query.
        await pool.wait(10)
    except (PoolTimeout, OperationalError) as fault:
        await pool.close()
        raise DatabaseUnavailable(
            "The database does not answer. Check DATABASE_URL and that the server runs (riskscan doctor)."
        ) from fault
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def connect(dsn: str) -> AsyncIterator[Connection]:
    """Open one connection outside any pool; autocommit is off, the caller owns the transaction."""
    try:
        conn = await AsyncConnection.connect(dsn, **connection_settings())
    except OperationalError as fault:
        raise DatabaseUnavailable(
            "The database does not answer. Check DATABASE_URL and that the server runs (riskscan doctor)."
        ) from fault
    async with conn:
        yield conn
