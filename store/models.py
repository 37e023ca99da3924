"""Lists the registered models and which of them was current before."""

from __future__ import annotations

from typing import Any

from store.pool import Connection
from store.statements import Family

SQL = Family("models")


async def models(conn: Connection) -> list[dict[str, Any]]:
    """List registered models, newest first, with promotion, threshold in force and number of scores."""
    return await (await conn.execute(SQL["models"])).fetchall()


async def model_before(conn: Connection) -> str | None:
    """Return the model that was current before the current one; None if there was no other."""
    row = await (await conn.execute(SQL["model_before"])).fetchone()
    return None if row is None else str(row["model_id"])
