"""Brings a database to the newest schema, one migration after the other, under one lock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict
from yoyo import get_backend, read_migrations

from records.errors import DatabaseUnavailable

FOLDER = Path(__file__).parent / "migrations"
LOCK = "riskscan.migrate"
TIMEOUTS = "-c lock_timeout=3s -c statement_timeout=60s"


def yoyo_address(dsn: str) -> str:
    """Turn a libpq connection string into the address form that yoyo reads."""
    parts = {key: str(value) for key, value in conninfo_to_dict(dsn).items() if value is not None}
    user, password = quote(parts.pop("user", ""), safe=""), quote(parts.pop("password", ""), safe="")
    database = quote(parts.pop("dbname", ""), safe="")
    query = urlencode(parts | {"options": f"{parts.get('options', '')} {TIMEOUTS}".strip()}, quote_via=quote)
    return f"postgresql+psycopg://{user}:{password}@/{database}?{query}"


def migrate(owner_dsn: str, also: Callable[[psycopg.Connection], None] | None = None) -> list[str]:
    """Apply what is missing, as the owner, and return the names of the migrations applied.

    ``also`` runs under the same lock afterwards (the task queue's own schema). The lock is the
    session's, so a killed migration frees it at once; yoyo's own lock row would outlive it.

    Raises
    ------
    DatabaseUnavailable
        The server cannot be reached with this address.
    """
    try:
        guard = psycopg.connect(owner_dsn, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as fault:
        raise DatabaseUnavailable("The database does not answer the owner's address; nothing was migrated.") from fault
    with guard:
        guard.execute("select pg_advisory_lock(hashtext(%s))", (LOCK,))
        backend = get_backend(yoyo_address(owner_dsn))
        try:
            waiting = backend.to_apply(read_migrations(str(FOLDER)))
            names = [migration.id for migration in waiting]
            backend.apply_migrations(waiting)
        finally:
            backend.connection.close()
        if also is not None:
            also(guard)
    return names
