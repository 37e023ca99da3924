"""The addresses to visit: queued once, leased to one crawl at a time, done with the posts they gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from records.errors import NotFound
from records.source import AddressKind
from store.crawls import RUN_LOCK
from store.pool import Connection
from store.posts import reserve
from store.seal import Vault, associated
from store.statements import Family

SQL = Family("frontier")


@dataclass(frozen=True, slots=True)
class Address:
    """An address to visit; a higher priority goes first."""

    url: str = field(repr=False)
    kind: AddressKind
    priority: int = 0


@dataclass(frozen=True, slots=True)
class LeasedAddress:
    """An address that is ours to visit until its lease ends; ``token`` fences off older leases."""

    address_id: int
    url: str = field(repr=False)
    kind: AddressKind
    token: int
    attempts: int
    etag: str | None
    last_modified: str | None
    content_hash: bytes | None
    priority: int


class AddressState(StrEnum):
    """Where a lease leads: visited, to be tried again, or given up."""

    DONE = "done"
    QUEUED = "queued"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Move:
    """How a leased address goes on: due again in ``seconds``, with what a server needs to say "unchanged"."""

    address: LeasedAddress
    state: AddressState
    seconds: float
    attempts: int = 0
    etag: str | None = None
    last_modified: str | None = None
    content_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Prospects:
    """What a source still holds: ``seconds`` until a queued address is due (None: none waits), ``held`` by leases."""

    seconds: float | None
    held: int


@dataclass(frozen=True, slots=True)
class Turn:
    """When a host may be asked: in ``wait`` seconds, unless it is parked for ``parked`` seconds."""

    wait: float
    parked: float


def fingerprint(vault: Vault, source_id: str, url: str) -> bytes:
    """Return the keyed digest by which an address is known within its source."""
    return vault.digest("frontier.address", f"{source_id}\0{url}")


async def add_addresses(conn: Connection, vault: Vault, source_id: str, addresses: Sequence[Address]) -> int:
    """Queue those addresses that are not on the frontier yet; returns how many were new."""
    by_print = {fingerprint(vault, source_id, address.url): address for address in addresses}
    known = await conn.execute(SQL["known_addresses"], {"source_id": source_id, "fingerprints": list(by_print)})
    for row in await known.fetchall():
        del by_print[bytes(row["fingerprint"])]
    if not by_print:
        return 0
    keys = [vault.new_key() for _ in by_print]
    ids = await reserve(conn, "reserve_keys", len(keys))
    await conn.execute(
        SQL["insert_keys"],
        {"ids": ids, "masters": [vault.current] * len(ids), "wrapped": [wrapped for _, wrapped in keys]},
    )
    # Two crawls that find the same links insert them in the same order, so that neither waits for the other for ever.
    rows = sorted(zip(by_print.items(), ids, keys, strict=True), key=lambda row: row[0][0])
    inserted = await conn.execute(
        SQL["insert_addresses"],
        {
            "source_id": source_id,
            "fingerprints": [digest for (digest, _), *_ in rows],
            "kinds": [str(address.kind) for (_, address), *_ in rows],
            "hosts": [urlsplit(address.url).hostname or "" for (_, address), *_ in rows],
            "keys": [key_id for _, key_id, _ in rows],
            "sealed": [
                key.seal(address.url.encode(), _place(source_id, digest)) for (digest, address), _, (key, _) in rows
            ],
            "priorities": [address.priority for (_, address), *_ in rows],
        },
    )
    won = {row["data_key_id"] for row in await inserted.fetchall()}
    if lost := [key_id for key_id in ids if key_id not in won]:
        await conn.execute(SQL["delete_keys"], {"ids": lost})
    return len(won)


def _place(source_id: str, digest: bytes) -> bytes:
    # The address's id is not known before its row is; its fingerprint names the row as well.
    return associated("frontier", "sealed_address", source_id, digest.hex())


async def wake_addresses(conn: Connection, vault: Vault, source_id: str, urls: Sequence[str]) -> None:
    """Make addresses due now: a new crawl run begins with its start addresses."""
    prints = [fingerprint(vault, source_id, url) for url in urls]
    await conn.execute(SQL["wake_addresses"], {"source_id": source_id, "fingerprints": prints})


async def lease_addresses(
    conn: Connection, vault: Vault, source_id: str, *, crawl_run_id: int, limit: int, seconds: float
) -> list[LeasedAddress]:
    """Take up to ``limit`` due addresses for ``seconds``; the caller commits at once."""
    rows = await conn.execute(
        SQL["lease_addresses"],
        {"source_id": source_id, "crawl_run_id": crawl_run_id, "limit": limit, "seconds": seconds},
    )
    leased = []
    async for row in rows:
        key = vault.unwrap(row["wrapped"], row["master_key_id"])
        url = key.open(row["sealed_address"], _place(source_id, bytes(row["fingerprint"]))).decode()
        leased.append(
            LeasedAddress(
                row["address_id"],
                url,
                AddressKind(row["kind"]),
                row["lease_token"],
                row["attempts"],
                row["etag"],
                row["last_modified"],
                row["content_hash"],
                row["priority"],
            )
        )
    return sorted(leased, key=lambda address: (-address.priority, address.address_id))


async def move_addresses(conn: Connection, moves: Sequence[Move]) -> set[int]:
    """Move leased addresses on; returns the ids of those whose lease was still ours.

    The rows stay locked until the caller commits, so nobody takes an address between this and the posts it gave.
    """
    ordered = sorted(moves, key=lambda move: move.address.address_id)
    rows = await conn.execute(
        SQL["move_addresses"],
        {
            "addresses": [move.address.address_id for move in ordered],
            "tokens": [move.address.token for move in ordered],
            "states": [str(move.state) for move in ordered],
            "attempts": [move.attempts for move in ordered],
            "seconds": [move.seconds for move in ordered],
            "etags": [move.etag for move in ordered],
            "last_modified": [move.last_modified for move in ordered],
            "hashes": [move.content_hash for move in ordered],
        },
    )
    return {row["address_id"] for row in await rows.fetchall()}


async def free_dead_leases(conn: Connection, source_id: str) -> int:
    """Give back addresses held by crawl runs whose process is dead; returns how many."""
    rows = await conn.execute(SQL["free_dead_leases"], {"source_id": source_id, "class": RUN_LOCK})
    return len(await rows.fetchall())


async def prospects(conn: Connection, source_id: str) -> Prospects:
    """Say when a source's next queued address is due, and how many are held."""
    row = await (await conn.execute(SQL["soonest"], {"source_id": source_id})).fetchone()
    if row is None:
        raise NotFound(f"no source {source_id}")
    return Prospects(None if row["seconds"] is None else max(0.0, float(row["seconds"])), int(row["held"]))


async def unfinished(conn: Connection, source_id: str) -> int:
    """Count a source's addresses that are due now or held by a crawl."""
    row = await (await conn.execute(SQL["unfinished"], {"source_id": source_id})).fetchone()
    if row is None:
        raise NotFound(f"no source {source_id}")
    return int(row["unfinished"])


async def park_host(conn: Connection, host: str, *, seconds: float, reason: str) -> None:
    """Ask a host nothing for ``seconds``, whichever process or machine would."""
    await conn.execute(SQL["park_host"], {"host": host, "seconds": seconds, "reason": reason})


async def parked_hosts(conn: Connection, hosts: Sequence[str]) -> dict[str, float]:
    """Return which of these hosts may not be asked now, with the seconds that are left."""
    rows = await conn.execute(SQL["parked_hosts"], {"hosts": list(hosts)})
    return {row["host"]: float(row["seconds"]) for row in await rows.fetchall()}


async def next_turn(conn: Connection, host: str, *, delay: float) -> Turn:
    """Take this host's next free moment, ``delay`` seconds after the one before; the caller commits at once."""
    row = await (await conn.execute(SQL["next_turn"], {"host": host, "delay": delay})).fetchone()
    if row is None:
        raise NotFound("the host has no row of its own")
    return Turn(float(row["wait"]), float(row["parked"]))
