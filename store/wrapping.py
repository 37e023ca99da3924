"""Moves data keys from one master key to another, batch by batch, without ever unsealing a post."""

from __future__ import annotations

from store.pool import Connection
from store.seal import Vault
from store.statements import Family

SQL = Family("wrapping")


async def begin_rotation(conn: Connection) -> bool:
    """Say whether this session may rotate; it may until it ends."""
    row = await (await conn.execute(SQL["begin_rotation"])).fetchone()
    return row is not None and bool(row["held"])


async def company(conn: Connection) -> int:
    """Count the other sessions of our database role on this database."""
    row = await (await conn.execute(SQL["company"])).fetchone()
    return 0 if row is None else int(row["sessions"])


async def rewrap(conn: Connection, vault: Vault, after: int, limit: int) -> tuple[int, int]:
    """Wrap the next data keys under the vault's current master key.

    Returns the id up to which none is left and how many were wrapped; 0 of them means the end.

    Raises
    ------
    SealError
        A master key is not in the vault.
    """
    values = {"master_key_id": vault.current, "after": after, "limit": limit}
    rows = await (await conn.execute(SQL["wrapped_otherwise"], values)).fetchall()
    if not rows:
        return after, 0
    wrapped = [vault.wrap(vault.unwrap(row["wrapped"], row["master_key_id"])) for row in rows]
    ids = [row["data_key_id"] for row in rows]
    await conn.execute(SQL["rewrap"], {"master_key_id": vault.current, "ids": ids, "wrapped": wrapped})
    return ids[-1], len(ids)


async def masters_in_use(conn: Connection) -> dict[str, int]:
    """Count data keys by the master key that wraps them."""
    return {row["master_key_id"]: row["data_keys"] async for row in await conn.execute(SQL["masters_in_use"])}
