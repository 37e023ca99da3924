"""The audit chain: who did what to which record and why, each entry hashed over the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from records.errors import NotFound
from store.pool import Connection
from store.statements import Family

SQL = Family("audit")
START = b"\0" * 32


def entry_hash(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """Return the SHA-256 of an entry and its predecessor's hash."""
    facts = {key: entry[key] for key in ("account_id", "agency_id", "action", "subject_kind", "subject_id", "purpose")}
    facts["at"] = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    facts["facts"] = entry["facts"]
    return hashlib.sha256(previous + json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).digest()


async def record(
    conn: Connection,
    action: str,
    *,
    at: datetime,
    account_id: int | None = None,
    agency_id: int | None = None,
    subject_kind: str = "",
    subject_id: int | None = None,
    purpose: str = "",
    facts: Mapping[str, str | int | float | bool | None] | None = None,
) -> int:
    """Append one entry in the caller's transaction; ``facts`` hold no personal detail."""
    await conn.execute(SQL["lock_chain"])
    row = await (await conn.execute(SQL["last_hash"])).fetchone()
    previous = START if row is None else bytes(row["entry_hash"])
    entry: dict[str, Any] = {
        "at": at,
        "account_id": account_id,
        "agency_id": agency_id,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "purpose": purpose,
        "facts": dict(facts or {}),
    }
    values = entry | {"previous_hash": previous, "entry_hash": entry_hash(previous, entry)}
    stored = await (await conn.execute(SQL["insert_entry"], values | {"facts": Jsonb(entry["facts"])})).fetchone()
    if stored is None:
        raise NotFound("the audit entry was not stored")
    return int(stored["audit_id"])


async def verify(conn: Connection) -> tuple[int, int | None]:
    """Walk the whole chain; returns how many entries hold, and the first that does not, if any."""
    previous, after, held = START, 0, 0
    while True:
        rows = await (await conn.execute(SQL["entries"], {"after": after, "limit": 1000})).fetchall()
        for row in rows:
            if bytes(row["previous_hash"]) != previous or entry_hash(previous, row) != bytes(row["entry_hash"]):
                return held, int(row["audit_id"])
            previous, after, held = bytes(row["entry_hash"]), row["audit_id"], held + 1
        if not rows:
            return held, None
