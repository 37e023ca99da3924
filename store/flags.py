"""Hands out open flags on leases, one reviewer each, and keeps decisions."""

from __future__ import annotations

from typing import Any

from records.errors import AlreadyDecided, NotFound, StaleLease
from records.review import Lease, Verdict
from store.pool import Connection
from store.statements import Family

SQL = Family("flags")

LEASE_SECONDS = 600.0


async def queue(conn: Connection, *, limit: int = 50, skip: int = 0, lead: bool = False) -> list[dict[str, Any]]:
    """List flags that wait to be read, in reading order; escalated ones only for a lead."""
    return await (await conn.execute(SQL["queue"], {"limit": limit, "skip": skip, "lead": lead})).fetchall()


async def queue_size(conn: Connection, *, lead: bool = False) -> tuple[int, int]:
    """Return how many flags wait and how many of them are free."""
    row = await (await conn.execute(SQL["queue_size"], {"lead": lead})).fetchone()
    return (0, 0) if row is None else (row["waiting"], row["free"])


async def flag(conn: Connection, flag_id: int) -> dict[str, Any]:
    """Show one flag with its score, findings and decisions.

    Raises
    ------
    NotFound
        There is no such flag.
    """
    row = await (await conn.execute(SQL["flag"], {"flag_id": flag_id})).fetchone()
    if row is None:
        raise NotFound("there is no such flag")
    row["findings"] = await (await conn.execute(SQL["findings"], {"score_id": row["score_id"]})).fetchall()
    row["decisions"] = await (await conn.execute(SQL["decisions"], {"flag_id": flag_id})).fetchall()
    elsewhere = await (await conn.execute(SQL["contacts_elsewhere"], {"post_id": row["post_id"]})).fetchone()
    row["contacts_elsewhere"] = 0 if elsewhere is None else elsewhere["posts"]
    return row


async def take(
    conn: Connection,
    account_id: int,
    *,
    flag_id: int | None = None,
    lead: bool = False,
    seconds: float = LEASE_SECONDS,
) -> Lease | None:
    """Take one flag on a lease: the named one, or the next in reading order.

    None means that nothing is free (or the named flag is not). A lease that ran out counts as
    free; whether it has is judged here, by the database's clock, and by no sweeper.
    """
    values = {"account_id": account_id, "flag_id": flag_id, "lead": lead, "seconds": seconds}
    row = await (await conn.execute(SQL["take_next"], values)).fetchone()
    if row is None:
        return None
    await conn.execute(SQL["expire_reviews"], {"flag_id": row["flag_id"]})
    review = await (
        await conn.execute(
            SQL["start_review"],
            {"flag_id": row["flag_id"], "account_id": account_id, "token": row["lease_token"]},
        )
    ).fetchone()
    if review is None:
        raise NotFound("the sitting was not begun")
    return Lease(row["flag_id"], review["review_id"], row["lease_token"], row["lease_until"])


async def own_lease(conn: Connection, account_id: int, flag_id: int) -> Lease | None:
    """Return the lease by which this account holds the flag now, or None."""
    row = await (await conn.execute(SQL["own_lease"], {"account_id": account_id, "flag_id": flag_id})).fetchone()
    return None if row is None else Lease(row["flag_id"], row["review_id"], row["lease_token"], row["lease_until"])


async def extend(
    conn: Connection, account_id: int, flag_id: int, token: int, *, seconds: float = LEASE_SECONDS
) -> None:
    """Keep a lease for another while; StaleLease if it has passed to somebody else."""
    values = {"account_id": account_id, "flag_id": flag_id, "token": token, "seconds": seconds}
    if await (await conn.execute(SQL["extend_lease"], values)).fetchone() is None:
        raise StaleLease("this flag is no longer yours; somebody else took it or it was closed")


async def _lock(conn: Connection, account_id: int, flag_id: int, token: int) -> None:
    row = await (await conn.execute(SQL["lock_flag"], {"flag_id": flag_id})).fetchone()
    if row is None:
        raise NotFound("there is no such flag")
    if row["state"] == "closed":
        raise AlreadyDecided("this flag is closed; nothing more can be decided on it")
    # The newest token decides, not the clock: a late decision under it is safe, because nobody took the flag since.
    if row["state"] != "taken" or row["lease_token"] != token or row["taken_by"] != account_id:
        raise StaleLease("this flag is no longer yours; somebody else took it or it was given back")


async def release(conn: Connection, account_id: int, flag_id: int, token: int) -> None:
    """Give a flag back undecided."""
    await _lock(conn, account_id, flag_id, token)
    await conn.execute(SQL["release_flag"], {"flag_id": flag_id})
    await conn.execute(SQL["end_review"], {"flag_id": flag_id, "token": token, "ended": "released"})


async def decide(conn: Connection, account_id: int, flag_id: int, token: int, verdict: Verdict, reason: str) -> int:
    """Keep a decision under a lease and move the flag on; returns the decision's id.

    ``refer`` and ``dismiss`` close the flag, ``unsure`` gives it to another reviewer, ``escalate``
    to a lead.

    Raises
    ------
    StaleLease
        The lease passed to somebody else; nothing was stored.
    AlreadyDecided
        The flag is closed.
    """
    await _lock(conn, account_id, flag_id, token)
    review = await (
        await conn.execute(SQL["end_review"], {"flag_id": flag_id, "token": token, "ended": "decided"})
    ).fetchone()
    if review is None:
        raise StaleLease("this sitting has ended")
    row = await (
        await conn.execute(
            SQL["insert_decision"],
            {
                "flag_id": flag_id,
                "review_id": review["review_id"],
                "account_id": account_id,
                "verdict": str(verdict),
                "reason": reason,
            },
        )
    ).fetchone()
    after = {Verdict.UNSURE: "release_flag", Verdict.ESCALATE: "escalate_flag"}.get(verdict, "close_flag")
    await conn.execute(SQL[after], {"flag_id": flag_id})
    if row is None:
        raise NotFound("the decision was not stored")
    return int(row["decision_id"])
