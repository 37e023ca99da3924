"""Erases posts whose time is over, with their evidence, and writes an audit line for each pass."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from riskscan.runtime import Runtime
from riskscan.scrubbing import scrub
from store.audit import record
from store.pool import connect
from store.retention import Due, due, erase
from store.sweep import stray_objects

BATCH = 200
#: Evidence is written before its row; a day is more than any transaction takes.
STRAY_AFTER = timedelta(days=1)


async def erase_due(runtime: Runtime, now: datetime, *, dry_run: bool = False) -> Counter[str]:
    """Erase what is over at ``now`` and count it by ground; a dry run only counts."""
    erased: Counter[str] = Counter()
    async with connect(runtime.dsn) as conn:
        if dry_run:
            return Counter(one.ground for one in await due(conn, runtime.settings.retention, now, limit=1_000_000))
        while True:
            async with conn.transaction():
                lot = await due(conn, runtime.settings.retention, now, limit=BATCH)
                gone, names = await erase(conn, [one.post_id for one in lot], now)
                tally = _grounds(lot, gone)
                if gone:
                    await record(conn, "erase", at=now, subject_kind="post", facts=dict(tally))
            # Only after the commit: an object deleted before it could be missed by a post that stays.
            await asyncio.to_thread(runtime.evidence.delete, names)
            erased += tally
            if not gone:
                return erased


async def sweep_evidence(runtime: Runtime, now: datetime, *, dry_run: bool = False) -> int:
    """Delete evidence that no page refers to, left by killed programs, once it is a day old; returns how many."""
    async with connect(runtime.dsn) as conn:
        stray = await stray_objects(conn, runtime.settings.evidence, now - STRAY_AFTER)
        if stray and not dry_run:
            await asyncio.to_thread(runtime.evidence.delete, stray)
            await record(conn, "sweep", at=now, subject_kind="evidence", facts={"objects": len(stray)})
            await conn.commit()
    return len(stray)


async def retain(runtime: Runtime, now: datetime) -> Counter[str]:
    """Erase what is over, then take the deleted keys out of the database's own files."""
    erased = await erase_due(runtime, now)
    if erased:
        await asyncio.to_thread(scrub, runtime)
    return erased


def _grounds(lot: list[Due], gone: list[int]) -> Counter[str]:
    return Counter(one.ground for one in lot if one.post_id in set(gone))
