"""Keeps who handed a post in, once for each tip, however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from records.errors import NotFound
from store.pool import Connection
from store.statements import Family

SQL = Family("tips")


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip as it was noted first. ``body_digest`` tells a repeat from another text under the same identity."""

    tip_id: int
    post_id: int
    body_digest: bytes
    received_at: datetime


async def tip(conn: Connection, agency_id: int | None, identity: bytes) -> Tip | None:
    """Return what this agency (None: our own people) handed in under this identity, or None."""
    row = await (await conn.execute(SQL["tip"], {"agency_id": agency_id, "identity": identity})).fetchone()
    return None if row is None else Tip(**row)


async def keep_tip(
    conn: Connection,
    agency_id: int | None,
    post_id: int,
    *,
    identity: bytes,
    body_digest: bytes,
    received_at: datetime,
    note: str = "",
) -> tuple[Tip, bool]:
    """Note who handed a post in; returns the tip, and whether it is new.

    Parameters
    ----------
    identity
        Keyed digest of what makes a repeat the same tip (a caller's key, an outside id, the text).
    body_digest
        Keyed digest of everything that was handed in.
    note
        Masked text.
    """
    values = {
        "agency_id": agency_id,
        "post_id": post_id,
        "identity": identity,
        "body_digest": body_digest,
        "received_at": received_at,
        "note": note,
    }
    row = await (await conn.execute(SQL["insert_tip"], values)).fetchone()
    if row is not None:
        return Tip(**row), True
    known = await tip(conn, agency_id, identity)
    if known is None:
        raise NotFound(f"no post {post_id}")
    return known, False
