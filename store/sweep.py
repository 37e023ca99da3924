"""Finds stray evidence: objects that no page refers to, left by a program that was killed between file and row."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import islice

import fsspec

from store.pool import Connection
from store.statements import Family

SQL = Family("sweep")
BATCH = 1000


async def stray_objects(conn: Connection, address: str, before: datetime) -> list[str]:
    """List the names of objects last written before a moment that no page refers to, in order.

    A young object may belong to a transaction that has not committed yet; ``before`` leaves it alone.
    """
    files, root = fsspec.core.url_to_fs(address)
    found = iter(await asyncio.to_thread(files.find, root))
    stray: list[str] = []
    while paths := list(islice(found, BATCH)):
        names = {path.removeprefix(root).lstrip("/"): path for path in paths}
        async for row in await conn.execute(SQL["unknown_names"], {"names": sorted(names)}):
            written = await asyncio.to_thread(files.modified, names[row["name"]])
            if written.astimezone(UTC) < before:
                stray.append(row["name"])
    return stray
