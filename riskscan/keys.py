"""Rotates the master key: a new one in, every data key wrapped again, the old one out when nothing uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from records.errors import RiskscanError
from riskscan.postgres import server_status
from riskscan.runtime import Runtime
from store.audit import record
from store.key_file import add_master, drop_masters, master_names
from store.pool import Connection, connect
from store.seal import open_vault
from store.wrapping import begin_rotation, company, masters_in_use, rewrap

BATCH = 1000


class RotationRefused(RiskscanError):
    """The master key cannot be rotated now."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation came to: the master key in force, data keys wrapped again, master keys taken out."""

    current: str
    rewrapped: int
    dropped: frozenset[str]
    kept: frozenset[str]


def silent(_: int) -> None:
    """Report progress to nobody."""


async def rotate(
    runtime: Runtime, at: datetime, *, batch: int = BATCH, progress: Callable[[int], None] = silent
) -> Rotation:
    """Put a new master key in force, or finish the rotation that was cut short.

    Other programs read the key file when they start and would go on sealing under the old key, so
    none may be at work. Where several machines share a database, the new key file is copied to
    all of them before any is started again.

    Raises
    ------
    RotationRefused
        Another riskscan program works on this database.
    SealError
        A data key is wrapped under a master key that is not in the key file.
    """
    key_file = runtime.settings.key_file
    async with connect(runtime.dsn) as conn:
        if not await begin_rotation(conn):
            raise RotationRefused("another rotation is at work; wait for its end")
        if others := await _others(conn, runtime):
            raise RotationRefused(f"{others} riskscan programs or sessions are at work; stop worker and serve first")
        await conn.commit()
        current, names = master_names(key_file)
        if len(names) == 1:
            current = add_master(key_file)
        rewrapped = await _rewrap_all(conn, key_file, batch, progress)
        # A program that slipped in read a key file of either age; if of the old one, its key must stay.
        in_use = frozenset(await masters_in_use(conn)) | {current}
        slipped_in = await _others(conn, runtime)
        _, names = master_names(key_file)
        dropped = frozenset() if slipped_in else names - in_use
        if dropped:
            drop_masters(key_file, dropped)
        facts: dict[str, str | int] = {
            "master_key": current,
            "rewrapped": rewrapped,
            "dropped": ",".join(sorted(dropped)),
        }
        await record(conn, "rotate_key", at=at, subject_kind="master_key", facts=facts)
        await conn.commit()
    return Rotation(current, rewrapped, dropped, names - dropped - {current})


async def _rewrap_all(conn: Connection, key_file: Path, batch: int, progress: Callable[[int], None]) -> int:
    vault = open_vault(key_file)
    after = total = 0
    while True:
        async with conn.transaction():
            after, wrapped = await rewrap(conn, vault, after, batch)
        total += wrapped
        progress(total)
        if not wrapped:
            return total


async def _others(conn: Connection, runtime: Runtime) -> int:
    """Count who else is at work: sessions on the database, and programs that share the embedded server."""
    sessions = await company(conn)
    users = (server_status(runtime.settings.data).users or 1) - 1 if runtime.embedded else 0
    return max(sessions, users)
