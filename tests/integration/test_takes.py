"""Two reviewers taking at once never get the same flag: many processes, real PostgreSQL, leases that run out."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import pytest

from store import flags
from store.pool import Connection
from store.seal import Vault
from tests.builders import a_score, an_account, an_open_flag
from tests.conftest import ROOT, Database

PROCESSES, TAKES, FLAGS = 4, 25, 20
#: Short enough that a hundred takes of twenty flags outlive it several times, long enough to overlap many takes.
LEASE_SECONDS = 0.25


@dataclass(frozen=True)
class Take:
    """One take as its process reports it, in the database's time."""

    flag_id: int
    token: int
    account_id: int
    at: datetime
    until: datetime


class Crowd:
    """Processes of reviewers, told together when to begin each part."""

    def __init__(self, processes: list[asyncio.subprocess.Process]) -> None:
        self.processes = processes

    async def read(self, last: str) -> list[dict[str, object]]:
        """Read every process up to its line with ``last``."""
        return [
            line for lines in await asyncio.gather(*(_lines(one, last) for one in self.processes)) for line in lines
        ]

    def go(self) -> None:
        for one in self.processes:
            assert one.stdin is not None
            one.stdin.write(b"\n")


async def _lines(process: asyncio.subprocess.Process, last: str) -> list[dict[str, object]]:
    assert process.stdout is not None
    lines: list[dict[str, object]] = []
    while raw := await process.stdout.readline():
        line = json.loads(raw)
        if last in line:
            return lines
        lines.append(line)
    return lines


async def _crowd(dsn: str, accounts: list[list[int]]) -> Crowd:
    return Crowd(
        [
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.integration.taking",
                dsn,
                ",".join(map(str, own)),
                str(TAKES),
                str(LEASE_SECONDS),
                cwd=ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            for own in accounts
        ]
    )


async def _accounts(conn: Connection) -> list[list[int]]:
    """Accounts for each process: some reviewers sit at several windows, none at two machines."""
    return [
        [(await an_account(conn, f"nguoidoc{process}-{number}")).account_id for number in range(TAKES // 2)]
        for process in range(PROCESSES)
    ]


async def test_a_hundred_takes_at_once_from_four_processes_never_share_a_flag(
    conn: Connection, vault: Vault, db: Database
) -> None:
    ids = {await an_open_flag(conn, vault) for _ in range(FLAGS)}
    accounts = await _accounts(conn)
    await conn.commit()
    crowd = await _crowd(db.service_dsn, accounts)
    try:
        await crowd.read("ready")
        crowd.go()
        takes = [_take(line) for line in await crowd.read("taken")]
        crowd.go()
        answers = await crowd.read("end")
        assert [await one.wait() for one in crowd.processes] == [0] * PROCESSES
    finally:
        for one in crowd.processes:
            if one.returncode is None:
                one.kill()
                await one.wait()

    assert len(takes) == PROCESSES * TAKES
    assert len({take.token for take in takes}) == len(takes), "a fencing token was given twice"
    assert {take.flag_id for take in takes} == ids
    by_flag: dict[int, list[Take]] = defaultdict(list)
    for take in sorted(takes, key=lambda one: one.token):
        by_flag[take.flag_id].append(take)
    assert max(len(own) for own in by_flag.values()) > 1, "no lease ran out: the test proved nothing about that"
    for own in by_flag.values():
        for earlier, later in pairwise(own):
            assert earlier.until < later.at, f"flag {earlier.flag_id} was in two hands"

    newest = {own[-1].token for own in by_flag.values()}
    assert {line["token"] for line in answers if line["decided"]} == newest, "an older lease decided"
    rows = await (
        await conn.execute("select flag_id, lease_token from decision join review using (review_id, flag_id)")
    ).fetchall()
    assert sorted(row["flag_id"] for row in rows) == sorted(ids)
    assert {row["lease_token"] for row in rows} == newest
    reviews = await (
        await conn.execute("select ended::text as ended, count(*) as n from review group by ended")
    ).fetchall()
    assert {row["ended"]: row["n"] for row in reviews} == {"decided": FLAGS, "expired": len(takes) - FLAGS}


def _take(line: dict[str, object]) -> Take:
    return Take(
        int(str(line["flag"])),
        int(str(line["token"])),
        int(str(line["account"])),
        datetime.fromisoformat(str(line["at"])),
        datetime.fromisoformat(str(line["until"])),
    )


async def test_takes_come_in_reading_order(conn: Connection, vault: Vault) -> None:
    scores = [0.81, 0.99, 0.9]
    ids = {score: await an_open_flag(conn, vault, score=a_score(score, risk=3)) for score in scores}
    account_id = (await an_account(conn)).account_id
    taken = [await flags.take(conn, account_id) for _ in scores]
    assert [lease.flag_id for lease in taken if lease] == [ids[score] for score in (0.99, 0.9, 0.81)]
    assert await flags.take(conn, account_id) is None


@pytest.mark.parametrize("seconds", [0.0, -1.0])
async def test_a_lease_without_time_is_free_for_the_next(conn: Connection, vault: Vault, seconds: float) -> None:
    flag_id = await an_open_flag(conn, vault)
    first, second = [(await an_account(conn, name)).account_id for name in ("nguoidoc01", "nguoidoc02")]
    await conn.commit()
    lost = await flags.take(conn, first, seconds=seconds)
    await conn.commit()
    won = await flags.take(conn, second)
    assert lost is not None
    assert won is not None
    assert (won.flag_id, won.token > lost.token) == (flag_id, True)
