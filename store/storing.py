"""One transaction of a crawl, with the ways in which it can fail told apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import DataError, IntegrityError, OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from records.errors import DatabaseUnavailable, RivalInTheWay, RowRefused
from store.pool import Connection


@asynccontextmanager
async def storing(conn: Connection) -> AsyncIterator[Connection]:
    """Run one transaction; rolled back on any error.

    Raises
    ------
    RowRefused
        A value or a row breaks a rule of the schema; only the rule is named, never the row.
    RivalInTheWay
        A deadlock, or a lock that somebody held too long.
    DatabaseUnavailable
        The server went away, or a statement took too long.
    """
    try:
        async with conn.transaction():
            yield conn
    except (DataError, IntegrityError) as fault:
        raise RowRefused(fault.diag.constraint_name or type(fault).__name__) from fault
    except (DeadlockDetected, LockNotAvailable, SerializationFailure) as fault:
        raise RivalInTheWay(type(fault).__name__) from fault
    except OperationalError as fault:
        raise DatabaseUnavailable("The database went away; what was stored until then stands.") from fault
