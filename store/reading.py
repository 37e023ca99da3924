"""Reads posts with their scores for partners and summaries; shows what is stored and computes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from records.errors import NotFound
from records.text import fold_search
from store.pool import Connection
from store.statements import Family

SQL = Family("reading")


@dataclass(frozen=True, slots=True)
class PostFilter:
    """What a partner asks for; None leaves a criterion out. ``since`` and ``until`` bound the last change.

    ``exploitation`` asks for types given at least 0.5, ``query`` for posts that hold all its words, tones folded.
    """

    flagged: bool | None = None
    min_score: float | None = None
    role: str | None = None
    exploitation: str | None = None
    destination: str | None = None
    source_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    query: str | None = None


async def posts(
    conn: Connection, model_id: str | None, wanted: PostFilter, *, limit: int, after: tuple[datetime, int] | None = None
) -> list[dict[str, Any]]:
    """Return up to ``limit`` posts changed after ``after`` (time, id), oldest change first.

    A change shows up once no transaction is open that may still write an earlier one, so whoever
    reads on from the last post seen misses nothing.
    """
    begun = await (await conn.execute(SQL["begin_reading"])).fetchone()
    if begun is None:
        raise NotFound("the database did not tell the time")
    settled: datetime = begun["settled_until"]
    values = asdict(wanted) | {
        "query": fold_search(wanted.query) if wanted.query else None,
        "until": settled if wanted.until is None else min(settled, wanted.until),
        "model_id": model_id,
        "limit": limit,
        "after_time": after[0] if after else None,
        "after_id": after[1] if after else None,
    }
    # Unprepared, each call is planned for its own criteria: one plan for all of them would read the whole table.
    rows = await (await conn.execute(SQL["posts"], values, prepare=False)).fetchall()
    return await _with_findings(conn, rows)


async def post(conn: Connection, model_id: str | None, post_id: int) -> dict[str, Any]:
    """Return one post; NotFound if it is not there or was erased."""
    row = await (await conn.execute(SQL["post"], {"post_id": post_id, "model_id": model_id})).fetchone()
    if row is None:
        raise NotFound("there is no such post")
    return (await _with_findings(conn, [row]))[0]


async def _with_findings(conn: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    scores = [row["score_id"] for row in rows if row["score_id"] is not None]
    findings: dict[int, list[dict[str, Any]]] = defaultdict(list)
    async for found in await conn.execute(SQL["findings"], {"scores": scores}):
        findings[found["score_id"]].append(found)
    for row in rows:
        row["findings"] = findings.get(row["score_id"], [])
    return rows


async def contact_kinds(conn: Connection, post_id: int) -> list[dict[str, Any]]:
    """List where contacts of which kind stand in a post's newest version, without their values."""
    return await (await conn.execute(SQL["contact_kinds"], {"post_id": post_id})).fetchall()


async def summary(conn: Connection, model_id: str | None) -> dict[str, Any]:
    """Count what is stored, scored and flagged, and the flags by exploitation type."""
    row = await (await conn.execute(SQL["summary"], {"model_id": model_id})).fetchone()
    counts: dict[str, Any] = dict(row or {})
    types = await (await conn.execute(SQL["flagged_types"])).fetchall()
    return counts | {"by_type": {entry["exploitation"]: entry["flags"] for entry in types}}


async def ready(conn: Connection) -> bool:
    """Say whether the database answers and is migrated."""
    row = await (await conn.execute(SQL["ready"])).fetchone()
    return row is not None and bool(row["migrated"])
