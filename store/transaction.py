"""One transaction on a pooled connection, for callers that answer somebody who waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import OperationalError
from psycopg_pool import PoolTimeout, TooManyRequests

from records.errors import DatabaseUnavailable
from store.pool import Connection, Pool


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a connection for one transaction: committed at the end, rolled back on any error.

    Raises
    ------
    DatabaseUnavailable
        No connection was free in time, the server went away, or a statement ran into its time
        limit or into a lock that somebody held too long.
    """
    try:
        async with pool.connection() as conn:
            yield conn
    except (PoolTimeout, TooManyRequests, OperationalError) as fault:
        # psycopg counts time-outs, deadlocks and lost servers as operational: trying again later is the answer to all.
        raise DatabaseUnavailable("The database did not answer in time. Try again in a moment.") from fault
