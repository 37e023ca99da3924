"""Erases posts whose time is over, with their evidence, and writes an audit line for each pass."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from riskscan.runtime import Runtime
from store.audit import record
from store.pool import connect
from store.retention import Due, due, erase

BATCH = 200


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
            runtime.evidence.delete(names)
            erased += tally
            if not gone:
                return erased


def _grounds(lot: list[Due], gone: list[int]) -> Counter[str]:
    return Counter(one.ground for one in lot if one.post_id in set(gone))
