"""Erases posts whose time is over: texts emptied, seals and evidence dropped, keys deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.pool import Connection
from store.statements import Family

SQL = Family("retention")


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """How many days a post is kept after it was last seen or its flag was closed."""

    unflagged_days: int = 30
    dismissed_days: int = 90


@dataclass(frozen=True, slots=True)
class Due:
    """A post whose time is over, and on which ground."""

    post_id: int
    ground: str


async def due(conn: Connection, rules: RetentionRules, now: datetime, *, limit: int = 500) -> list[Due]:
    """List posts to erase at ``now``; posts referred or still under review are never among them."""
    values = {
        "unflagged_before": now - timedelta(days=rules.unflagged_days),
        "dismissed_before": now - timedelta(days=rules.dismissed_days),
        "limit": limit,
    }
    return [Due(row["post_id"], row["ground"]) async for row in await conn.execute(SQL["due"], values)]


async def erase(conn: Connection, post_ids: Sequence[int], at: datetime) -> tuple[list[int], list[str]]:
    """Erase posts; returns those erased and the evidence objects the caller deletes after its commit."""
    rows = await (await conn.execute(SQL["lock_posts"], {"posts": list(post_ids)})).fetchall()
    posts = {"posts": [row["post_id"] for row in rows]}
    names = [row["evidence_name"] async for row in await conn.execute(SQL["pages"], posts)]
    for statement in ("erase_mentions", "erase_originals", "erase_texts"):
        await conn.execute(SQL[statement], posts)
    await conn.execute(SQL["mark_erased"], posts | {"at": at})
    keys = [row["data_key_id"] for row in rows if row["data_key_id"] is not None]
    await conn.execute(SQL["delete_keys"], {"keys": keys})
    return posts["posts"], names
