"""The frontier: each address once, on a lease that ends, at its host's pace; a lost lease stores nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from crawlers.keeping import MAX_ATTEMPTS, TRIES_A_RUN, Keeper
from crawlers.pacing import HostParked, Pacing
from crawlers.visit import Response, Visit
from crawlers.visited import Visited, read_visit
from records.errors import DatabaseUnavailable, NotFound, RivalInTheWay, RowRefused
from records.post import Platform
from records.source import AddressKind, Expectations, Outcome, Pace, Reach, Source, SourceKind
from store.crawls import (
    CrawlRun,
    RunState,
    end_run,
    hold_run,
    newest_run,
    outcome_mix,
    put_source,
    run,
    standing_posts,
    start_run,
)
from store.evidence import EvidenceFolder
from store.frontier import (
    SQL,
    Address,
    AddressState,
    LeasedAddress,
    Move,
    add_addresses,
    free_dead_leases,
    lease_addresses,
    move_addresses,
    next_turn,
    park_host,
    parked_hosts,
    prospects,
    unfinished,
    wake_addresses,
)
from store.pool import Connection, connect
from store.seal import Vault
from store.storing import storing
from tests.conftest import Database

HOST = "forum.mau.example"
POST = '<article class="post" data-id="{0}"><p class="text">Bài số {0}, gọi 0900 000 012</p></article>'


def a_source(source_id: str = "mau") -> Source:
    return Source(
        source_id,
        "Mẫu",
        SourceKind.FORUM,
        Platform.FORUM,
        (f"https://{HOST}/",),
        Reach(frozenset({HOST})),
        Pace(),
        Expectations(1),
        {"thread_link": "a.thread", "post": "article.post", "post_id": "article.post::attr(data-id)", "text": ".text"},
        digest="00" * 32,
    )


def url(number: int, host: str = HOST) -> str:
    return f"https://{host}/t/{number}"


async def a_run(conn: Connection, source: Source | None = None) -> int:
    await put_source(conn, source or a_source())
    return await start_run(conn, (source or a_source()).source_id)


async def queued(conn: Connection, vault: Vault, count: int, *, priority: int = 20, host: str = HOST) -> None:
    addresses = [Address(url(number, host), AddressKind.DETAIL, priority) for number in range(count)]
    await add_addresses(conn, vault, "mau", addresses)


async def leased(
    conn: Connection, vault: Vault, run_id: int, limit: int = 10, seconds: float = 60
) -> list[LeasedAddress]:
    return await lease_addresses(conn, vault, "mau", crawl_run_id=run_id, limit=limit, seconds=seconds)


def numbers(addresses: list[LeasedAddress]) -> list[int]:
    return sorted(int(address.url.rsplit("/", 1)[1]) for address in addresses)


async def expire(conn: Connection) -> None:
    await conn.execute("update frontier set lease_until = now() - interval '1 second' where state = 'leased'")


def done(address: LeasedAddress, seconds: float = 3600.0) -> Move:
    return Move(address, AddressState.DONE, seconds)


async def count(conn: Connection, table: str) -> int:
    row = await (await conn.execute(f"select count(*) as n from {table}".encode())).fetchone()
    assert row is not None
    return int(row["n"])


# Leases


async def test_an_address_is_queued_once_however_often_it_is_found(conn: Connection, vault: Vault) -> None:
    await a_run(conn)
    twice = [Address(url(1), AddressKind.DETAIL), Address(url(1), AddressKind.LIST), Address(url(2), AddressKind.LIST)]
    assert await add_addresses(conn, vault, "mau", twice) == 2
    assert await add_addresses(conn, vault, "mau", twice) == 0
    assert await add_addresses(conn, vault, "mau", []) == 0
    assert await count(conn, "data_key") == 2


async def test_rivals_that_find_the_same_addresses_queue_each_once_and_leave_no_key_behind(
    db: Database, conn: Connection, vault: Vault
) -> None:
    await a_run(conn)
    await conn.commit()

    async def find() -> int:
        async with connect(db.service_dsn) as own, storing(own):
            return await add_addresses(
                own, vault, "mau", [Address(url(number), AddressKind.DETAIL) for number in range(200)]
            )

    assert sum(await asyncio.gather(*(find() for _ in range(4)))) == 200
    assert (await count(conn, "frontier"), await count(conn, "data_key")) == (200, 200)


async def test_rivals_never_lease_the_same_address(db: Database, conn: Connection, vault: Vault) -> None:
    run_id = await a_run(conn)
    await queued(conn, vault, 90)
    await conn.commit()

    async def take() -> list[int]:
        taken: list[int] = []
        async with connect(db.service_dsn) as own:
            while True:
                async with storing(own):
                    lot = await leased(own, vault, run_id, 7)
                if not lot:
                    return taken
                taken += numbers(lot)

    shares = await asyncio.gather(*(take() for _ in range(4)))
    assert sorted(number for share in shares for number in share) == list(range(90))


async def test_higher_priorities_go_first_and_what_is_done_is_not_due(conn: Connection, vault: Vault) -> None:
    run_id = await a_run(conn)
    await queued(conn, vault, 3, priority=10)
    await add_addresses(conn, vault, "mau", [Address(url(7), AddressKind.DETAIL, 20)])
    await add_addresses(conn, vault, "mau", [Address(url(9), AddressKind.LIST, 100)])
    first = await leased(conn, vault, run_id, 2)
    assert [address.url for address in first] == [url(9), url(7)]
    assert await move_addresses(conn, [done(address) for address in first]) == {a.address_id for a in first}
    assert numbers(await leased(conn, vault, run_id)) == [0, 1, 2]
    assert await leased(conn, vault, run_id) == []


async def test_an_expired_lease_returns_and_its_old_holder_can_store_nothing(conn: Connection, vault: Vault) -> None:
    run_id = await a_run(conn)
    await queued(conn, vault, 1)
    (old,) = await leased(conn, vault, run_id)
    assert await leased(conn, vault, run_id) == []
    await expire(conn)
    (new,) = await leased(conn, vault, run_id)
    assert (new.address_id, new.attempts) == (old.address_id, 2)
    assert await move_addresses(conn, [done(old)]) == set()
    assert await move_addresses(conn, [done(new)]) == {new.address_id}
    assert await move_addresses(conn, [done(new)]) == set()


async def test_leases_of_a_dead_crawl_are_freed_and_those_of_a_living_one_are_not(
    db: Database, conn: Connection, vault: Vault
) -> None:
    dead = await a_run(conn)
    await queued(conn, vault, 4)
    await leased(conn, vault, dead, 2)
    alive = await start_run(conn, "mau")
    await conn.commit()
    async with connect(db.service_dsn) as holder:
        await hold_run(holder, alive)
        await holder.commit()
        await leased(conn, vault, alive, 2)
        assert await free_dead_leases(conn, "mau") == 2
        assert await unfinished(conn, "mau") == 4
        assert numbers(await leased(conn, vault, alive)) != []
        await conn.commit()
    freed = 0
    async with asyncio.timeout(20):
        # The server learns of a holder's end a moment after the holder has closed.
        while freed < 4:
            freed += await free_dead_leases(conn, "mau")


async def test_a_start_address_is_due_again_at_once_unless_somebody_holds_it(conn: Connection, vault: Vault) -> None:
    run_id = await a_run(conn)
    await queued(conn, vault, 2)
    first, second = await leased(conn, vault, run_id)
    await move_addresses(conn, [Move(first, AddressState.FAILED, 0, 9)])
    assert await leased(conn, vault, run_id) == []
    await wake_addresses(conn, vault, "mau", [first.url, second.url])
    (woken,) = await leased(conn, vault, run_id)
    assert (woken.url, woken.attempts) == (first.url, 1)


async def test_what_a_server_needs_to_say_unchanged_is_kept_until_it_is_replaced(
    conn: Connection, vault: Vault
) -> None:
    run_id = await a_run(conn)
    await queued(conn, vault, 1)
    (first,) = await leased(conn, vault, run_id)
    await move_addresses(conn, [Move(first, AddressState.DONE, 0, etag='"1"', content_hash=b"h" * 32)])
    (second,) = await leased(conn, vault, run_id)
    await move_addresses(conn, [Move(second, AddressState.DONE, 0, last_modified="Fri")])
    (third,) = await leased(conn, vault, run_id)
    assert (third.etag, third.last_modified, third.content_hash) == ('"1"', "Fri", b"h" * 32)


async def test_prospects_tell_what_is_due_later_what_is_held_and_what_is_parked(conn: Connection, vault: Vault) -> None:
    run_id = await a_run(conn)
    assert (await prospects(conn, "mau")).seconds is None
    await queued(conn, vault, 2)
    assert (await prospects(conn, "mau")).seconds == 0
    (one,) = await leased(conn, vault, run_id, 1)
    assert (await prospects(conn, "mau")).held == 1
    await park_host(conn, HOST, seconds=500, reason="status 429")
    assert await leased(conn, vault, run_id) == []
    assert 490 < ((await prospects(conn, "mau")).seconds or 0) <= 500
    await move_addresses(conn, [Move(one, AddressState.QUEUED, 900)])
    left = await prospects(conn, "mau")
    assert (left.held, round(left.seconds or 0, -2)) == (0, 500)


async def test_a_lease_looks_at_few_rows_however_many_are_done(conn: Connection, vault: Vault) -> None:
    run_id = await a_run(conn)
    await queued(conn, vault, 1, priority=10)
    await conn.execute(
        "insert into frontier (source_id, fingerprint, kind, host, sealed_address, priority, state, next_at)"
        " select 'mau', decode(md5(n::text), 'hex'), 'detail', 'h', '', 20, 'done', now() + interval '1 day'"
        " from generate_series(1, 20000) n"
    )
    await conn.execute("set local enable_seqscan = off")
    values = {"source_id": "mau", "crawl_run_id": run_id, "limit": 5, "seconds": 60.0}
    rows = await (
        await conn.execute(b"explain (analyze, buffers) " + SQL["lease_addresses"].encode(), values)
    ).fetchall()
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    removed = [int(line.rsplit(":", 1)[1]) for line in plan.split("\n") if "Rows Removed" in line]
    assert sum(removed) < 100, plan


# The pace of hosts


async def test_turns_at_a_host_are_a_delay_apart_for_everybody(db: Database, vault: Vault) -> None:
    async def turns() -> list[float]:
        async with connect(db.service_dsn) as own:
            await own.set_autocommit(True)
            return [(await next_turn(own, HOST, delay=10.0)).wait for _ in range(3)]

    shares = await asyncio.gather(turns(), turns())
    waits = sorted(wait for share in shares for wait in share)
    assert waits[0] == 0
    assert [round(wait, -1) for wait in waits] == [0, 10, 20, 30, 40, 50]


async def test_a_later_parking_never_shortens_an_earlier_one(conn: Connection) -> None:
    await park_host(conn, HOST, seconds=100, reason="status 429")
    await park_host(conn, HOST, seconds=1, reason="status 503")
    parked = await parked_hosts(conn, [HOST, "other.example"])
    assert list(parked) == [HOST]
    assert 95 < parked[HOST] <= 100
    assert (await next_turn(conn, HOST, delay=1)).parked > 95


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@asynccontextmanager
async def a_pacing(db: Database, delay: float) -> AsyncIterator[tuple[Pacing, Clock]]:
    clock = Clock()
    async with connect(db.service_dsn) as own:
        await own.set_autocommit(True)
        yield Pacing(own, delay, clock, clock.sleep), clock


async def test_the_longer_of_our_delay_and_the_hosts_is_kept(db: Database) -> None:
    async with a_pacing(db, 5.0) as (pacing, clock):
        await pacing.turn(url(1), crawl_delay=2.0)
        await pacing.turn(url(2), crawl_delay=30.0)
        await pacing.turn(url(3), crawl_delay=2.0)
    assert [round(slept) for slept in clock.slept] == [5, 35]


async def test_a_source_on_loopback_without_delay_takes_no_turn(db: Database, conn: Connection) -> None:
    async with a_pacing(db, 0.0) as (pacing, clock):
        for number in range(3):
            await pacing.turn(url(number))
    assert (clock.slept, await count(conn, "host_pace")) == ([], 0)


@pytest.mark.parametrize("delay", [0.0, 5.0])
async def test_a_parked_host_is_not_asked_until_its_time_is_over(db: Database, delay: float) -> None:
    async with a_pacing(db, delay) as (pacing, clock):
        await pacing.park(url(1), 30.0, "status 429")
        with pytest.raises(HostParked) as parked:
            await pacing.turn(url(2))
        assert 29 < parked.value.seconds <= 30
        await pacing.turn(url(2, "other.example"))
        clock.now += 31
        if delay == 0:
            await pacing.turn(url(2))


async def test_a_parking_by_another_process_is_seen_at_the_next_turn_and_after_a_wait(db: Database) -> None:
    async with a_pacing(db, 5.0) as (pacing, clock), connect(db.service_dsn) as other:
        await pacing.turn(url(1))

        async def park_meanwhile(seconds: float) -> None:
            clock.slept.append(seconds)
            await park_host(other, HOST, seconds=60, reason="status 429")
            await other.commit()

        pacing._sleep = park_meanwhile
        with pytest.raises(HostParked):
            await pacing.turn(url(2))
        assert len(clock.slept) == 1
    async with a_pacing(db, 5.0) as (fresh, clock):
        with pytest.raises(HostParked):
            await fresh.turn(url(3))
        assert clock.slept == []


# Storing lots


@asynccontextmanager
async def a_keeper(
    db: Database, vault: Vault, folder: Path, count: int = 3
) -> AsyncIterator[tuple[Keeper, list[LeasedAddress]]]:
    """A keeper with addresses of its own, leased."""
    async with connect(db.service_dsn) as own:
        async with storing(own):
            run_id = await a_run(own)
            await queued(own, vault, count)
            addresses = await leased(own, vault, run_id, count)
        yield Keeper(own, vault, EvidenceFolder(str(folder)), a_source(), run_id), addresses


def a_page(address: LeasedAddress, *ids: str, status: int = 200, headers: dict[str, str] | None = None) -> Visited:
    body = "<h1>t</h1>" + "".join(POST.format(one) for one in ids)
    response = Response(address.url, status, headers or {}, body.encode(), {}, datetime(2026, 11, 20, 3, tzinfo=UTC))
    return read_visit(a_source(), address, Visit(address.url, response))


def files_below(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


async def state_of(conn: Connection, address: LeasedAddress) -> tuple[str, int, float]:
    row = await (
        await conn.execute(
            "select state::text as state, attempts, extract(epoch from next_at - now())::float as ahead from frontier"
            " where address_id = %s",
            (address.address_id,),
        )
    ).fetchone()
    assert row is not None
    return row["state"], row["attempts"], row["ahead"]


async def test_a_lost_lease_stores_nothing_of_its_visit_and_everything_of_its_neighbours(
    db: Database, conn: Connection, vault: Vault, tmp_path: Path
) -> None:
    async with a_keeper(db, vault, tmp_path) as (keeper, addresses):
        await conn.execute(
            "update frontier set lease_token = lease_token + 1000 where address_id = %s", (addresses[1].address_id,)
        )
        await conn.commit()
        lot = [a_page(address, f"p{number}") for number, address in enumerate(addresses)]
        assert (await keeper.keep(lot, 0)).outcomes == (Outcome.OK, Outcome.OK)
        stored = await run(conn, keeper.crawl_run_id)
    assert (stored.pages, stored.posts_new) == (2, 2)
    assert (await count(conn, "post"), await count(conn, "fetch_outcome"), await count(conn, "page")) == (2, 2, 2)
    assert files_below(tmp_path) == 2
    assert (await state_of(conn, addresses[1]))[0] == "leased"


async def test_a_lot_is_stored_whole_or_not_at_all(
    db: Database, conn: Connection, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "evidence").write_text("no folder")
    async with a_keeper(db, vault, tmp_path / "evidence") as (keeper, addresses):
        with pytest.raises(OSError, match="evidence"):
            await keeper.keep([a_page(addresses[0], "p0"), a_page(addresses[1], "p1")], 0)
    assert [await count(conn, table) for table in ("post", "capture", "page", "fetch_outcome")] == [0] * 4
    assert (await state_of(conn, addresses[0]))[0] == "leased"


async def test_a_page_that_showed_nothing_new_is_not_kept_twice(
    db: Database, conn: Connection, vault: Vault, tmp_path: Path
) -> None:
    async with a_keeper(db, vault, tmp_path) as (keeper, addresses):
        await keeper.keep([a_page(addresses[0], "same"), a_page(addresses[1], "same", "more")], 0)
        await keeper.keep([a_page(addresses[2], "same", "more")], 0)
    assert (await count(conn, "post"), await count(conn, "capture"), await count(conn, "page")) == (2, 2, 2)
    assert await standing_posts(conn, "mau") == 2


async def test_a_refused_row_harms_no_neighbour_and_names_only_the_rule(
    db: Database, conn: Connection, vault: Vault, tmp_path: Path
) -> None:
    with psycopg.connect(db.owner_dsn) as owner:
        owner.execute("alter table post_version add constraint no_such_text check (masked_text not like '%p1%')")
    async with a_keeper(db, vault, tmp_path) as (keeper, addresses):
        lot = [a_page(address, f"p{number}") for number, address in enumerate(addresses)]
        assert (await keeper.keep(lot, 5)).outcomes == (Outcome.OK, Outcome.ERROR, Outcome.OK)
        assert await outcome_mix(conn, keeper.crawl_run_id) == {Outcome.OK: 2, Outcome.ERROR: 1}
    rows = await (await conn.execute("select reason from fetch_outcome where outcome = 'error'")).fetchall()
    assert [row["reason"] for row in rows] == ["not stored: no_such_text"]
    assert await count(conn, "post") == 2


async def test_two_keepers_that_store_the_same_posts_in_opposite_order_both_succeed(
    db: Database, conn: Connection, vault: Vault, tmp_path: Path
) -> None:
    ids = [f"p{number}" for number in range(40)]
    async with a_keeper(db, vault, tmp_path, 20) as (one, addresses), connect(db.service_dsn) as own:
        two = Keeper(own, vault, one.evidence, one.source, one.crawl_run_id)
        await asyncio.gather(
            one.keep([a_page(address, *ids) for address in addresses[:10]], 0),
            two.keep([a_page(address, *reversed(ids)) for address in addresses[10:]], 0),
        )
    assert (await count(conn, "post"), await count(conn, "post_version")) == (40, 40)


@pytest.mark.parametrize(
    ("status", "headers", "attempts", "state", "ahead"),
    [
        (500, {}, 1, "queued", 5),
        (500, {}, TRIES_A_RUN, "queued", 24 * 3600),
        (500, {}, MAX_ATTEMPTS, "failed", 24 * 3600),
        (404, {}, 1, "done", 24 * 3600),
        (304, {}, 1, "done", 24 * 3600),
    ],
)
async def test_how_an_address_goes_on(
    db: Database, conn: Connection, vault: Vault, tmp_path: Path,
    status: int, headers: dict[str, str], attempts: int, state: str, ahead: float,
) -> None:  # fmt: skip
    async with a_keeper(db, vault, tmp_path, 1) as (keeper, (address,)):
        tried = LeasedAddress(
            address.address_id, address.url, address.kind, address.token, attempts, None, None, None, 20
        )
        await keeper.keep([a_page(tried, status=status, headers=headers)], 0)
        found = await state_of(conn, address)
    assert (found[0], round(found[2], 0)) == (state, pytest.approx(ahead, abs=2))


async def test_a_host_that_asks_us_to_wait_gets_its_time_and_an_hour_if_it_never_stops(
    db: Database, conn: Connection, vault: Vault, tmp_path: Path
) -> None:
    async with a_keeper(db, vault, tmp_path, 2) as (keeper, (one, two)):
        often = LeasedAddress(two.address_id, two.url, two.kind, two.token, TRIES_A_RUN, None, None, None, 20)
        lot = [a_page(one, status=429), a_page(often, status=429)]
        lot = [replace(one, visit=replace(one.visit, retry_after=120.0)) for one in lot]
        await keeper.keep(lot, 0)
        assert [round((await state_of(conn, address))[2], -1) for address in (one, two)] == [120, 3600]


async def test_an_address_that_was_not_asked_for_because_its_host_is_parked_has_not_been_tried(
    db: Database, conn: Connection, vault: Vault, tmp_path: Path
) -> None:
    async with a_keeper(db, vault, tmp_path, 1) as (keeper, (address,)):
        assert (
            await keeper.keep([read_visit(a_source(), address, Visit(address.url, retry_after=90.0))], 0)
        ).outcomes == ()
        state, attempts, ahead = await state_of(conn, address)
    assert (state, attempts, round(ahead, -1)) == ("queued", 0, 90)
    assert await count(conn, "fetch_outcome") == 0


# Runs, and what the database says when it cannot


async def test_a_run_ends_once_and_one_that_a_kill_cut_short_is_closed_by_the_next(conn: Connection) -> None:
    first = await a_run(conn)
    second = await start_run(conn, "mau")
    assert (await run(conn, first)).state is RunState.INTERRUPTED
    await end_run(conn, second, RunState.FAILED, "one reason")
    await end_run(conn, second, RunState.FINISHED)
    newest = await newest_run(conn, "mau")
    assert isinstance(newest, CrawlRun)
    assert (newest.crawl_run_id, newest.state, newest.reason) == (second, RunState.FAILED, "one reason")
    assert await newest_run(conn, "nobody") is None
    with pytest.raises(NotFound):
        await run(conn, 10**9)


async def test_the_ways_in_which_a_transaction_fails_are_told_apart(db: Database, conn: Connection) -> None:
    with pytest.raises(RowRefused, match="DivisionByZero"):
        async with storing(conn):
            await conn.execute("select 1 / 0")
    with pytest.raises(RowRefused, match="host_pace_pkey"):
        async with storing(conn):
            await conn.execute("insert into host_pace (host) values ('a'), ('a')")
    async with connect(db.service_dsn) as rival:
        await rival.execute("insert into host_pace (host) values ('b')")
        await conn.execute("set lock_timeout = '50ms'")
        await conn.commit()
        with pytest.raises(RivalInTheWay):
            async with storing(conn):
                await conn.execute("insert into host_pace (host) values ('b')")
        await rival.rollback()
    async with connect(db.service_dsn) as other:
        row = await (await conn.execute("select pg_backend_pid() as pid")).fetchone()
        await conn.commit()
        assert row is not None
        await other.execute("select pg_terminate_backend(%s)", (row["pid"],))
    with pytest.raises(DatabaseUnavailable):
        async with storing(conn):
            await conn.execute("select 1")
